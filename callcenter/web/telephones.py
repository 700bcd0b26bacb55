"""Ringing and ending the legs of our own people: the carrier is never asked inside a transaction."""

from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineFailure, PhoneLine, Seat
from callcenter.db.engine import transaction


def ring(line: PhoneLine, seat: Seat) -> None:
    """Ring a leg that was asked for; where the carrier does not, the leg is gone again."""
    try:
        placed = line.seat(seat)
    except LineFailure:
        with transaction() as session:
            calls.record_leg_failed(session, seat.leg_id)
        raise
    with transaction() as session:
        calls.record_leg_placed(session, seat.leg_id, placed.sid)


def connect(line: PhoneLine, user_id: int) -> None:
    """Ring somebody's own telephone, unless it rings or waits already."""
    with transaction() as session:
        seat = calls.ask_for_leg(session, user_id)
    if seat is not None:
        ring(line, seat)


def leave(line: PhoneLine, user_id: int, purpose: str = "operator") -> None:
    """Let somebody's leg go."""
    with transaction() as session:
        sid = calls.leave(session, user_id, purpose)
    if sid is not None:
        line.hang_up(sid)
