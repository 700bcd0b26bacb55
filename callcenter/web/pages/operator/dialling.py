"""An operator's calls: one at a time, each with its outcome before the next."""

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue.leases import Lease
from callcenter.calls import actions as calls
from callcenter.calls import queries
from callcenter.calls.by_hand import desk_event
from callcenter.calls.call_states import ENDED
from callcenter.calls.phone_line import LineFailure, PhoneLine, Placement
from callcenter.db.engine import transaction
from callcenter.errors import CallcenterError, Refused
from callcenter.operations import actions as operations
from callcenter.operations import queries as operation_queries
from callcenter.people import actions as people
from callcenter.web.calling import place
from callcenter.web.security import Person

SEEN = frozenset(
    {
        "outside_calling_hours", "outside_calling_phase", "do_not_call", "dialling_stopped", "number_not_of_case", "no_usable_number",
        "no_line_free", "line_not_published", "lease_expired",
    }
)  # fmt: skip
"""Refusals that supervisors see with the case."""


def dial(phone_line: PhoneLine, person: Person, lease: Lease, phone: str | None, *, by_hand: bool = False) -> None:
    """Begin (commit), place, record (commit). A double click finds the open attempt and places nothing.

    `by_hand`: the operator dials on a desk telephone, and tells what the carrier would.
    """
    try:
        to_place = _begin(phone_line, person, lease, phone, by_hand=by_hand)
    except CallcenterError as refusal:
        if refusal.code in SEEN:
            _note(person, lease, refusal.code)
        raise
    if to_place is None or by_hand:
        return
    try:
        place(phone_line, to_place)
    except LineFailure:
        with transaction() as session:
            people.enter(session, person.id, "preview")
        raise


def _begin(phone_line: PhoneLine, person: Person, lease: Lease, phone: str | None, *, by_hand: bool) -> Placement | None:
    """The attempt, committed, and what is to be placed for it; none for a double click."""
    with transaction() as session:
        queue.locked_bundle(session, lease.id)  # of two clicks the second sees what became of the first one's call
        _refuse_untold(session, lease)
        _refuse_second(session, person, lease)
        if not by_hand:
            queries.require_seat(session, person.id, needed=phone_line.needs_seats)
        attempt = calls.begin_attempt(session, lease_id=lease.id, operator_id=person.id, phone=phone)
        assert attempt.id is not None  # noqa: S101  # numbered by the flush
        to_place = calls.placement(session, attempt.id)
        if to_place is not None:
            people.enter(session, person.id, "call")
        if to_place is not None and by_hand:
            calls.record_event(session, desk_event(attempt.id, "ringing", clock.now()))
        return to_place


def _note(person: Person, lease: Lease, code: str) -> None:
    """Keep that a call was not allowed, where supervisors see it: with the case, once however often dial is pressed."""
    about = {"code": code, "lease": lease.id}
    with transaction() as session:
        known = [entry.detail for entry in operation_queries.history(session, "case", lease.case_id) if entry.action == "dial_refused"]
        if about not in known:
            operations.record(session, person.id, "dial_refused", "case", lease.case_id, detail=about)


def _refuse_second(session: Session, person: Person, lease: Lease) -> None:
    """Never more than one call for each operator: nobody is answered by silence."""
    if queries.call_elsewhere(session, person.id, lease.id):
        raise Refused("another_call_open", "您的上一个电话还没有结束：请等它结束后再拨打，最多一两分钟。")


def _refuse_untold(session: Session, lease: Lease) -> None:
    """One call, one outcome: the last call's comes before the next call."""
    last = queries.latest_attempt(session, lease.id)
    if last is not None and last.state in ENDED and last.outcome is None:
        raise Refused("outcome_first", "请先登记上一个电话的结果，再拨打下一个号码。")
