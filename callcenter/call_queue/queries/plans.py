"""What a study says of calling: read from its settings, windows and the house's calendar."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlmodel import Session

from callcenter.call_queue import callable as rules
from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.tables import Case
from callcenter.studies.tables import Study
from callcenter.studies.work_calendar import OFFICIAL, WorkCalendar, calendar_of


def plan(settings: Mapping[str, Any], respondents: str, window: tuple[date, date] | None, calendar: WorkCalendar = OFFICIAL) -> rules.Plan:
    """What a study says of calling one population, from its settings and the house's calendar."""
    hours = _hours(json.dumps(settings.get("calling") or {}, sort_keys=True, default=str), calendar)
    return rules.Plan(hours, window, int(settings.get("interview_minutes", 8)), respondents == "persons")


_OF_POPULATION = """
SELECT min(f.first_day) AS first_day, max(f.last_day) AS last_day,
    (SELECT d.why FROM dialling_stops d WHERE d.study_id = %(study)s AND d.resumed_at IS NULL LIMIT 1) AS stopped,
    (SELECT jsonb_object_agg(d.day, d.kind) FROM calendar_days d WHERE d.ended_at IS NULL) AS own_days
FROM populations p JOIN phases f ON f.stage_id = p.stage_id AND f.kind = 'calling' WHERE p.id = %(population)s
"""


def plan_of_case(session: Session, held: Case) -> rules.Plan:
    """The same for a case's population: one statement, as every dial and every outcome asks."""
    about = {"study": held.study_id, "population": held.population_id}
    row = session.connection().exec_driver_sql(_OF_POPULATION, about).mappings().one()
    settings = session.get_one(Study, held.study_id).settings
    return replace(plan_of_row({**row, "settings": settings, "respondents": held.respondents}), stopped=row["stopped"])


def plan_of_row(row: Mapping[str, Any]) -> rules.Plan:
    """The same of a row that carries settings, respondents, window and the house's own days."""
    calendar = calendar_of((date.fromisoformat(day), kind) for day, kind in (row["own_days"] or {}).items())
    window = (_day(row["first_day"]), _day(row["last_day"])) if row["first_day"] else None
    return plan(row["settings"], row["respondents"], window, calendar)


def _day(told: date | str) -> date:
    """A day that came as such or inside a document."""
    return told if isinstance(told, date) else date.fromisoformat(told)


@lru_cache(maxsize=64)
def _hours(calling: str, calendar: WorkCalendar) -> ch.Hours:
    return ch.read(json.loads(calling), calendar)
