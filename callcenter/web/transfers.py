"""Carrying transfers out: the carrier is never asked inside a transaction."""

import structlog

from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineFailure, PhoneLine
from callcenter.db.engine import transaction
from callcenter.errors import CallcenterError
from callcenter.follow_up import actions as follow_up
from callcenter.operations.logs import told

log = structlog.get_logger("transfers")


def take_up(line: PhoneLine, transfer_id: int, user_id: int) -> None:
    """Join the talk, or take it over at once where it was offered so."""
    with transaction() as session:
        warm = calls.join_transfer(session, transfer_id, user_id).warm
        moves = calls.moves_into_talk(session, transfer_id) if warm else []
    if warm:
        _or_end(line, transfer_id, moves)
    else:
        hand_over(line, transfer_id, ends=True)


def hand_over(line: PhoneLine, transfer_id: int, *, ends: bool = False) -> None:
    """The informant goes to who joined, then the cases; where the carrier does not lead there, all stays with who has it (`ends`)."""
    try:
        with transaction() as session:
            moves = calls.moves_over(session, transfer_id)
        for move in moves:
            line.lead(move.sid, move.script)
        with transaction() as session:
            follow_up.hand_over_call(session, transfer_id)
    except CallcenterError:
        if ends:
            end(line, transfer_id, "failed")
        raise


def end(line: PhoneLine, transfer_id: int, why: str, user_id: int | None = None) -> None:
    """It is over; who joined goes home."""
    with transaction() as session:
        moves = calls.end_transfer(session, transfer_id, why, user_id)
    for move in moves:
        try:
            line.lead(move.sid, move.script)
        except LineFailure as failure:
            log.warning("leg_not_led_home", **told(failure))
            with transaction() as session:
                calls.lose_leg(session, move.sid)


def _or_end(line: PhoneLine, transfer_id: int, moves: list[calls.Move]) -> None:
    try:
        for move in moves:
            line.lead(move.sid, move.script)
    except LineFailure:
        end(line, transfer_id, "failed")
        raise
