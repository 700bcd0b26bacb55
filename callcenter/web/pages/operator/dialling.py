"""Placing and ending calls: the carrier is never asked inside a transaction."""

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue.leases import Lease
from callcenter.calls import actions as calls
from callcenter.calls import queries
from callcenter.calls.by_hand import desk_event, is_by_hand
from callcenter.calls.call_states import ENDED
from callcenter.calls.phone_line import LineFailure, PhoneLine
from callcenter.db.engine import transaction
from callcenter.errors import Refused
from callcenter.people import actions as people
from callcenter.web.security import Person


def dial(phone_line: PhoneLine, person: Person, lease: Lease, phone: str | None, *, by_hand: bool = False) -> None:
    """Begin (commit), place, record (commit). A double click finds the open attempt and places nothing.

    `by_hand`: the operator dials on a desk telephone, and tells what the carrier would.
    """
    with transaction() as session:
        _refuse_untold(session, lease)
        _refuse_second(session, person, lease)
        if not by_hand:
            queries.require_seat(session, person.id, needed=phone_line.needs_seats)
        attempt = calls.begin_attempt(session, lease_id=lease.id, operator_id=person.id, phone=phone)
        assert attempt.id is not None  # noqa: S101  # numbered by the flush
        attempt_id, to_place = attempt.id, calls.placement(session, attempt.id)
        if to_place is not None:
            people.enter(session, person.id, "call")
        if to_place is not None and by_hand:
            calls.record_event(session, desk_event(attempt_id, "ringing", clock.now()))
    if to_place is None or by_hand:
        return
    try:
        placed = phone_line.place(to_place)
    except LineFailure as failure:
        with transaction() as session:
            recorded = calls.record_carrier_failure(session, attempt_id, failure.why)
            rings = recorded.carrier_failure is None
            if not rings:
                people.enter(session, person.id, "preview")
        if rings:  # its callbacks came although its answer did not
            return
        raise
    with transaction() as session:
        calls.record_placed(session, attempt_id, placed.sid)


def hang_up(phone_line: PhoneLine, lease_id: str) -> None:
    """End the open call of a lease; where there is none nothing happens."""
    with transaction() as session:
        attempt = queries.latest_attempt(session, lease_id)
    if attempt is None or attempt.id is None or not attempt.call_sid or attempt.state in ENDED:
        return
    if is_by_hand(attempt.call_sid):
        tell_by_hand(attempt.id, "completed")
    else:
        phone_line.hang_up(attempt.call_sid)


def tell_by_hand(attempt_id: int, word: str) -> None:
    """What the operator says of a call on a desk telephone."""
    with transaction() as session:
        calls.record_event(session, desk_event(attempt_id, word, clock.now()))


def _refuse_second(session: Session, person: Person, lease: Lease) -> None:
    """Never more than one call for each operator: nobody is answered by silence."""
    if queries.call_elsewhere(session, person.id, lease.id):
        raise Refused("another_call_open", "您的上一个电话还没有结束：请等它结束后再拨打，最多一两分钟。")


def _refuse_untold(session: Session, lease: Lease) -> None:
    """One call, one outcome: the last call's comes before the next call."""
    last = queries.latest_attempt(session, lease.id)
    if last is not None and last.state in ENDED and last.outcome is None:
        raise Refused("outcome_first", "请先登记上一个电话的结果，再拨打下一个号码。")
