"""Calls gone silent: the carrier is asked where they stand, because a callback can be lost."""

from typing import Any

import structlog

from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineFailure, LineState, PhoneLine
from callcenter.calls.queries import SilentCall
from callcenter.db.engine import transaction
from callcenter.follow_up import actions as follow_up
from callcenter.operations.logs import told

log = structlog.get_logger()


def sweep_calls(phone_line: PhoneLine) -> dict[str, Any]:
    """Ask after every silent call and keep what is told; how many were asked, moved on, and could not be asked.

    A call that goes on although its outcome was told is ended: the carrier was away when its operator was done.
    """
    with transaction() as session:
        silent = calls.silent_calls(session)
    moved = away = 0
    for call in silent:
        try:
            # Outside any transaction: the carrier may take its time.
            state = _asked(phone_line, call)
        except LineFailure as failure:
            log.warning("carrier_not_asked", attempt=call.attempt_id, **told(failure))
            away += 1
            continue
        with transaction() as session:
            moved += calls.record_silence(session, call, state)
    _end_transfers(phone_line)
    return {"asked": len(silent), "moved": moved, "away": away}


def settle_calls() -> dict[str, Any]:
    """Calls that ended without a word from their operator, each by itself: an outcome as the carrier told it; for how many cases."""
    with transaction() as session:
        left = follow_up.abandoned(session)
    settled = 0
    for attempt_id in left:
        with transaction() as session:
            settled += follow_up.settle_abandoned(session, attempt_id)
    return {"settled": settled}


def sweep_legs(phone_line: PhoneLine) -> dict[str, Any]:
    """Ask after our own people's legs of which nothing was heard for long: who is gone must not be taken for waiting."""
    with transaction() as session:
        silent = calls.silent_legs(session)
    gone = 0
    for leg in silent:
        try:
            state = phone_line.state(leg.sid)
        except LineFailure as failure:
            log.warning("carrier_not_asked", leg=leg.leg_id, **told(failure))
            continue
        with transaction() as session:
            gone += calls.record_leg_silence(session, leg, state)
    return {"asked": len(silent), "gone": gone}


def _end_transfers(phone_line: PhoneLine) -> None:
    """Who joined a talk that has ended meanwhile goes back to their own room."""
    with transaction() as session:
        moves = [move for one in calls.left_over(session) for move in calls.end_transfer(session, one, "call_ended")]
    for move in moves:
        try:
            phone_line.lead(move.sid, move.script)
        except LineFailure as failure:
            log.warning("leg_not_led_home", **told(failure))
            with transaction() as session:
                calls.lose_leg(session, move.sid)


def _asked(phone_line: PhoneLine, call: SilentCall) -> LineState | None:
    if call.sid and call.is_told:
        phone_line.hang_up(call.sid)
    return phone_line.state(call.sid) if call.sid else None
