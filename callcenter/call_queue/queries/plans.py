"""What a study says of calling: read from its settings, windows and the house's calendar."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, select

from callcenter.call_queue import callable as rules
from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.tables import Case
from callcenter.studies import queries as studies
from callcenter.studies.tables import Phase, Population, Study
from callcenter.studies.work_calendar import OFFICIAL, WorkCalendar, calendar_of


def plan(settings: Mapping[str, Any], respondents: str, window: tuple[date, date] | None, calendar: WorkCalendar = OFFICIAL) -> rules.Plan:
    """What a study says of calling one population, from its settings and the house's calendar."""
    hours = _hours(json.dumps(settings.get("calling") or {}, sort_keys=True, default=str), calendar)
    return rules.Plan(hours, window, int(settings.get("interview_minutes", 8)), respondents == "persons")


def plan_of_case(session: Session, held: Case) -> rules.Plan:
    """The same for a case's population."""
    study = session.get_one(Study, held.study_id)
    stage_id = session.get_one(Population, held.population_id).stage_id
    first, last = session.exec(
        select(func.min(Phase.first_day), func.max(Phase.last_day)).where(Phase.stage_id == stage_id, Phase.kind == "calling")
    ).one()
    its_plan = plan(study.settings, held.respondents, (first, last) if first else None, studies.work_calendar(session))
    stop = studies.dialling_stop(session, held.study_id)
    return replace(its_plan, stopped=stop.why) if stop else its_plan


def plan_of_row(row: Mapping[str, Any]) -> rules.Plan:
    """The same of a row that carries settings, respondents, window and the house's own days."""
    calendar = calendar_of((date.fromisoformat(day), kind) for day, kind in (row["own_days"] or {}).items())
    return plan(row["settings"], row["respondents"], (_day(row["first_day"]), _day(row["last_day"])), calendar)


def _day(told: date | str) -> date:
    """A day that came as such or inside a document."""
    return told if isinstance(told, date) else date.fromisoformat(told)


@lru_cache(maxsize=64)
def _hours(calling: str, calendar: WorkCalendar) -> ch.Hours:
    return ch.read(json.loads(calling), calendar)
