"""Reads for the forecast: how the strata of a study in the field stand, the working days left, and how fast its operators call."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from callcenter.call_queue import calling_hours
from callcenter.follow_up.forecast import CALLS_A_DAY, StratumNow
from callcenter.follow_up.queries.top_ups import DrawInField, draws_in_field, state_of, strata
from callcenter.follow_up.top_up import yield_model
from callcenter.responses import queries as responses
from callcenter.studies.phases import field_day
from callcenter.studies.queries import work_calendar

ENOUGH_DAYS = 5
"""Operator-days of calling after which the study's own pace is believed."""


@dataclass(frozen=True)
class Standing:
    """A study in the field: its strata, the working days left (today included), operators of the last day that saw calls, their pace."""

    strata: list[StratumNow]
    days: list[date]
    operators: int
    calls_a_day: float
    own_pace: bool
    """Whether the pace is the study's own or the usual one."""


def standing(session: Session, study_id: int, now: datetime) -> Standing:
    """How a study stands for its forecast; without strata where none of its draws is in the field."""
    today = field_day(now)
    draws = [draw for draw in draws_in_field(session, today) if draw.study_id == study_id]
    found = [stratum for draw in draws for stratum in _strata(session, draw)]
    days = _days(session, draws, today)
    rows = list(session.connection().execute(text(_PACE), {"study": study_id, "today": today, "tomorrow": today + timedelta(days=1)}).all())
    whole = [row for row in rows if row.day < today]
    own = len(whole) >= ENOUGH_DAYS
    pace = sum(row.calls for row in whole) / len(whole) if own else CALLS_A_DAY
    latest = max((row.day for row in rows), default=None)
    return Standing(found, days, sum(1 for row in rows if row.day == latest), max(pace, 1.0), own)


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
        found.append(StratumNow(stratum.name, stratum.target, valid, dict(still_open), model, tried))
    return found


def _days(session: Session, draws: list[DrawInField], today: date) -> list[date]:
    """The working days from today to the end of the last window."""
    if not draws:
        return []
    hours = calling_hours.read(draws[0].settings.get("calling") or {}, work_calendar(session))
    last = max(draw.window[1] for draw in draws)
    return [day for ahead in range((last - today).days + 1) if calling_hours.is_workday(hours, day := today + timedelta(days=ahead))]


_PACE = """
SELECT (a.placed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, a.operator_id, count(*) AS calls
FROM attempts a JOIN cases c ON c.id = a.case_id
WHERE c.study_id = :study AND a.carrier_failure IS NULL AND a.direction = 'outgoing'
    AND (a.placed_at AT TIME ZONE 'Asia/Shanghai')::date < :tomorrow
GROUP BY 1, 2
"""
