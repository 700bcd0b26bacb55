"""What a caller told the voice menu: the contact kept in each of its cases, and the time at which we promised to call."""

from itertools import groupby

from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import priority
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.tables import Case
from callcenter.calls import actions as calls
from callcenter.calls.actions.incoming import Promise
from callcenter.calls.tables import Attempt
from callcenter.calls.voice_steps import Script
from callcenter.follow_up import recall_rules
from callcenter.follow_up.tables import Appointment
from callcenter.operations.actions import record
from callcenter.responses import actions as responses

BY_MENU = {"who": "unknown", "confirmed": False, "by_menu": True}
"""Keys were pressed at a number of the enterprise: nobody knows by whom."""


def choose_time(session: Session, call_id: int | None, sid: str, digits: str) -> Script:
    """A key was pressed for a time: what is said, and where one was chosen the promise is kept in every case of the caller."""
    script, promise = calls.choose_time(session, call_id, sid, digits)
    if promise is not None:
        _keep(session, promise)
    return script


def _keep(session: Session, promise: Promise) -> None:
    """One contact for each enterprise that has the number; a case that an operator holds is being called already."""
    held = sorted((queue.locked(session, case_id) for case_id in promise.case_ids), key=lambda case: (case.unit_key, case.id))
    for _, found in groupby(held, key=lambda case: case.unit_key):
        cases = list(found)
        detail = {**BY_MENU, "appointment": {"at": promise.at.isoformat(), "kind": "soft"}}
        attempt = calls.keep_contact(session, promise.call_id, [case.id or 0 for case in cases], "appointment_soft", detail)
        for case in cases:
            if case.state in {"ready", "tracing"}:
                _wait(session, case, attempt, promise)
            record(session, None, "call_back_promised", "case", case.id, detail={"incoming": promise.call_id, "at": promise.at.isoformat()})


def _wait(session: Session, case: Case, attempt: Attempt, promise: Promise) -> None:
    """The case waits for the time chosen, for anybody: what was agreed before is overtaken. Its number is a good one."""
    case_id = case.id or 0
    for standing in session.exec(select(Appointment).where(Appointment.case_id == case_id, Appointment.state == "open")):
        standing.state = "cancelled"
        session.add(standing)
    session.flush()
    session.add(Appointment(case_id=case_id, attempt_id=attempt.id, at=promise.at, kind="soft", made_at=clock.now()))
    others = [phone for phone in case.phones if phone["number"] != attempt.phone]
    own = next((phone for phone in case.phones if phone["number"] == attempt.phone), None)
    phones = [{**(own or {"number": attempt.phone, "kind": queue.kind_of(attempt.phone)}), "state": "good"}, *others]
    queue.reschedule(session, case_id, queue.Next(promise.at, priority.PROMISED, phones, line=attempt.line))
    settings = queue_queries.study_settings(session, case.study_id)
    left = recall_rules.usable(phones)
    responses.derive_disposition(session, case_id, closed=False, numbers_left=left, settings=settings, attempt_id=attempt.id)
