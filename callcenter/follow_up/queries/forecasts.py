"""Reads for the forecast (strata in the field, working days left, the operators' pace), and of the one kept last."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, select

from callcenter.call_queue import calling_hours
from callcenter.call_queue.calling_hours import Hours
from callcenter.follow_up.forecast import CALLS_A_DAY, StratumNow
from callcenter.follow_up.queries.top_ups import DrawInField, draws_in_field, state_of, strata
from callcenter.follow_up.tables import KeptForecast
from callcenter.follow_up.top_up import yield_model
from callcenter.responses import queries as responses
from callcenter.studies.phases import field_day
from callcenter.studies.queries import work_calendar

ENOUGH_DAYS = 5
"""Operator-days of calling after which the study's own pace is believed."""


@dataclass(frozen=True)
class Standing:
    """A study in the field: its strata, the working days left (today included), its operators a day, their pace."""

    strata: list[StratumNow]
    days: list[date]
    operators: int
    """As many as on the last whole day that saw calls, or today where more are calling."""
    calls_a_day: float
    own_pace: bool
    """Whether the pace is the study's own or the usual one."""
    left_today: float = 1.0
    """The share of the first day's calling hours that is still to come."""


def standing(session: Session, study_id: int, now: datetime) -> Standing:
    """How a study stands for its forecast; without strata where none of its draws is in the field."""
    today = field_day(now)
    draws = [draw for draw in draws_in_field(session, today) if draw.study_id == study_id]
    if not draws:
        return Standing([], [], 0, CALLS_A_DAY, own_pace=False)
    found = [stratum for draw in draws for stratum in _strata(session, draw)]
    days = _days(session, draws, today)
    rows = list(session.connection().execute(text(_PACE), {"study": study_id, "today": today, "tomorrow": today + timedelta(days=1)}).all())
    whole = [row for row in rows if row.day < today]
    own = len(whole) >= ENOUGH_DAYS
    pace = sum(row.calls for row in whole) / len(whole) if own else CALLS_A_DAY
    left = share_left(_hours(session, draws[0]), now) if days and days[0] == today else 1.0
    return Standing(found, days, staff([row.day for row in rows], today), max(pace, 1.0), own, left)


def staff(days: Sequence[date], today: date) -> int:
    """Operators a day, from the days on which each of them called: a morning with its first caller says little of the day."""
    whole = max((day for day in days if day < today), default=None)
    return max(days.count(today), days.count(whole) if whole else 0)


def share_left(hours: Hours, now: datetime) -> float:
    """The share of a day's calling hours that is still to come."""
    minute = (now - calling_hours.at_minute(field_day(now), 0)).total_seconds() / 60
    whole = sum(span.end - span.start for span in hours.dayparts)
    left = sum(max(0.0, span.end - max(span.start, minute)) for span in hours.dayparts)
    return left / whole if whole else 0.0


def kept_forecast(session: Session, study_id: int) -> KeptForecast | None:
    """The forecast that the timetable kept last."""
    of_study = select(KeptForecast).where(KeptForecast.study_id == study_id)
    return session.exec(of_study.execution_options(populate_existing=True)).first()  # a plain statement writes it


def moved_since(session: Session, study_id: int, moment: datetime) -> bool:
    """Whether something that a forecast is made from was changed by hand since: window, days, releases, codes, samples taken out."""
    return bool(session.execute(text(_MOVED), {"study": study_id, "at": moment, "actions": list(MOVING)}).scalar_one())


def _strata(session: Session, draw: DrawInField) -> list[StratumNow]:
    cases = responses.case_states(session, draw.draw_id)
    study = [state_of(case) for case in cases]
    found = []
    for stratum in strata(session, draw.draw_id):
        own = [state_of(case) for case in cases if case.stratum_id == stratum.id]
        model = yield_model(own, study, planned=draw.planned, most_attempts=draw.most_attempts)
        still_open = Counter(case.attempts for case in own if case.state == "open")
        valid = sum(case.state == "valid" for case in own)
        tried = sum(case.attempts > 0 for case in own)
        found.append(StratumNow(stratum.name, stratum.target, valid, dict(still_open), model, tried, draw.population))
    return found


def _days(session: Session, draws: list[DrawInField], today: date) -> list[date]:
    """The working days from today to the end of the last window."""
    if not draws:
        return []
    hours = _hours(session, draws[0])
    last = max(draw.window[1] for draw in draws)
    return [day for ahead in range((last - today).days + 1) if calling_hours.is_workday(hours, day := today + timedelta(days=ahead))]


def _hours(session: Session, draw: DrawInField) -> Hours:
    return calling_hours.read(draw.settings.get("calling") or {}, work_calendar(session))


MOVING = (
    "extend_phase",
    "set_calendar_day",
    "end_calendar_day",
    "load_study",
    "study_hours_set",
    "study_hours_ended",
    "recheck_done",
    "invalidation_decided",
)
_MOVED = """
SELECT EXISTS (SELECT FROM audit_trail WHERE at > :at AND action = ANY(:actions))
    OR EXISTS (SELECT FROM releases r JOIN draws d ON d.id = r.draw_id JOIN populations p ON p.id = d.population_id
               JOIN stages g ON g.id = p.stage_id WHERE g.study_id = :study AND r.at > :at)
    OR EXISTS (SELECT FROM dispositions x JOIN cases c ON c.id = x.case_id
               WHERE c.study_id = :study AND x.at > :at AND x.source = 'correction')
"""
_PACE = """
SELECT (a.placed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, a.operator_id, count(*) AS calls
FROM attempts a JOIN cases c ON c.id = a.case_id
WHERE c.study_id = :study AND a.carrier_failure IS NULL AND a.direction = 'outgoing'
    AND (a.placed_at AT TIME ZONE 'Asia/Shanghai')::date < :tomorrow
GROUP BY 1, 2
"""
