"""Reads of appointments: an operator's own, all that are open with the room there is for them, and how they were kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.call_queue import calling_hours
from callcenter.call_queue.tables import Case
from callcenter.follow_up.appointments import Slot, capacity, overdue, slot_of, slots
from callcenter.follow_up.tables import Appointment
from callcenter.people.tables import User
from callcenter.studies.phases import field_day
from callcenter.studies.queries import work_calendar
from callcenter.studies.tables import Study

CaseRow = Case
"""Rows as doors see them: they read, and leave writing to actions."""


def appointments_of(session: Session, operator_id: int, until: datetime) -> list[tuple[Appointment, Case]]:
    """An operator's open appointments up to a moment, soonest first."""
    own = (
        select(Appointment, Case)
        .join(Case, col(Case.id) == col(Appointment.case_id))
        .where(Appointment.operator_id == operator_id, Appointment.state == "open", col(Appointment.at) <= until)
    )
    return list(session.exec(own.order_by(col(Appointment.at))))


@dataclass(frozen=True)
class Agreed:
    """What was agreed with an enterprise."""

    at: datetime
    kind: str
    with_whom: str
    note: str


_AGREED = """
SELECT at, kind, with_whom, note FROM appointments WHERE case_id = ANY(%(cases)s::bigint[]) AND state = 'open' ORDER BY at, id LIMIT 1
"""


def first_agreed(session: Session, case_ids: Sequence[int]) -> Agreed | None:
    """The first open appointment of these cases."""
    row = session.connection().exec_driver_sql(_AGREED, {"cases": list(case_ids)}).first()
    return Agreed(*row) if row else None


@dataclass(frozen=True)
class Promised:
    """An open appointment as the supervisor sees it."""

    appointment: Any
    case: Any
    operator: str
    overdue: bool
    """Nobody has called by its deadline: missed by us."""
    crowded: bool
    day_off: bool = False
    """Promised for a day without calls: whoever keeps it must be there all the same."""


def open_appointments(session: Session, now: datetime) -> list[Promised]:
    """Every open appointment, soonest first."""
    found = (
        select(Appointment, Case, User.name)
        .join(Case, col(Case.id) == col(Appointment.case_id))
        .outerjoin(User, col(User.id) == col(Appointment.operator_id))
        .where(Appointment.state == "open")
        .order_by(col(Appointment.at), col(Appointment.id))
    )
    rows = list(session.exec(found))
    hours = _hours(session)
    full = {(study, slot.start) for study, of_study in slot_loads(session).items() for slot in of_study if slot.crowded}
    return [
        Promised(
            one,
            case,
            name or "",
            overdue(one.at, one.kind, now, hours[case.study_id]),
            one.kind == "hard" and (case.study_id, slot_of(one.at)) in full,
            not calling_hours.is_workday(hours[case.study_id], field_day(one.at)),
        )
        for one, case, name in rows
    ]


def slot_loads(session: Session) -> dict[int, list[Slot]]:
    """The slots with open appointments of each study, with the room that the trained operators make."""
    promised: dict[int, list[tuple[datetime, str]]] = {}
    rows = select(Case.study_id, Appointment.at, Appointment.kind).join(Appointment, col(Appointment.case_id) == col(Case.id))
    for study_id, at, kind in session.exec(rows.where(Appointment.state == "open")):
        promised.setdefault(study_id, []).append((at, kind))
    return {study_id: slots(of_study, room(session, study_id)) for study_id, of_study in promised.items()}


def room(session: Session, study_id: int) -> int:
    """How many hard appointments of a study one slot can hold: its trained, active operators and the interview's length."""
    minutes = int(session.get_one(Study, study_id).settings.get("interview_minutes", 8))
    return capacity(session.execute(text(TRAINED), {"study": study_id}).scalar_one(), minutes)


def slot_at(session: Session, study_id: int, moment: datetime) -> Slot:
    """What is promised already for the slot of a moment: asked before one more appointment is made."""
    start = slot_of(moment)
    of_study = slot_loads(session).get(study_id, [])
    return next((slot for slot in of_study if slot.start == start), Slot(start, capacity=room(session, study_id)))


@dataclass(frozen=True)
class Kept:
    """How one operator's appointments ended."""

    operator: str
    open: int
    kept: int
    missed_by_us: int
    missed_by_them: int


def kept_by_operator(session: Session) -> list[Kept]:
    """Appointments by the operator who made them and how they ended."""
    return [Kept(**row) for row in session.execute(text(KEPT)).mappings()]


def _hours(session: Session) -> Mapping[int, calling_hours.Hours]:
    calendar = work_calendar(session)
    return {study.id or 0: calling_hours.read(study.settings.get("calling") or {}, calendar) for study in session.exec(select(Study))}


TRAINED = """
SELECT count(DISTINCT u.id) FROM users u JOIN trainings t ON t.user_id = u.id
JOIN questionnaires q ON q.name = t.questionnaire AND q.study_id = :study
WHERE u.active AND u.role = 'operator'
"""
KEPT = """
SELECT u.name AS operator, count(*) FILTER (WHERE a.state = 'open') AS open, count(*) FILTER (WHERE a.state = 'kept') AS kept,
    count(*) FILTER (WHERE a.state = 'missed_by_us') AS missed_by_us, count(*) FILTER (WHERE a.state = 'missed_by_them') AS missed_by_them
FROM appointments a JOIN users u ON u.id = a.operator_id GROUP BY u.id, u.name ORDER BY u.name
"""
