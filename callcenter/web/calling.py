"""Handing a call to the carrier and ending it, whoever calls: the carrier is never asked inside a transaction."""

from callcenter import clock
from callcenter.calls import actions as calls
from callcenter.calls import queries
from callcenter.calls.by_hand import desk_event, is_by_hand
from callcenter.calls.call_states import ENDED
from callcenter.calls.phone_line import LineAway, LineFailure, PhoneLine, Placement
from callcenter.db.engine import transaction


def place(phone_line: PhoneLine, to_place: Placement) -> None:
    """Place a call and keep what the carrier says (commits); a failure is raised on, but where the call rings all the same."""
    try:
        placed = phone_line.place(to_place)
    except LineFailure as failure:
        with transaction() as session:
            recorded = calls.record_carrier_failure(session, to_place.attempt_id, failure.why)
            rings = recorded.carrier_failure is None
        if rings:  # its callbacks came although its answer did not
            return
        raise
    with transaction() as session:
        repeated = calls.record_placed(session, to_place.attempt_id, placed.sid).carrier_failure == "repeated"
    if repeated:
        phone_line.hang_up(placed.sid)
        raise LineAway("the id of an earlier call")


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
    """What somebody says of a call on a desk telephone."""
    with transaction() as session:
        calls.record_event(session, desk_event(attempt_id, word, clock.now()))
