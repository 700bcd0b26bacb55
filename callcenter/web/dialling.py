"""Placing and ending calls from a page: the only path from a click to the phone line, in three steps and two transactions."""

from callcenter.calls import actions, queries
from callcenter.calls.phone_line import LineFailure, PhoneLine
from callcenter.db.engine import transaction


def dial(line: PhoneLine, *, lease_id: str, operator_id: int, phone: str | None = None) -> int:
    """Call `phone` (none: the case's next number) for the operator's lease; the attempt's id. A second click finds the first call.

    Begin and commit, place, record and commit: while the carrier is asked no transaction waits.
    """
    with transaction() as session:
        attempt_id = actions.begin_attempt(session, lease_id=lease_id, operator_id=operator_id, phone=phone).id
        assert attempt_id is not None  # noqa: S101  # numbered by the flush
        placement = actions.placement(session, attempt_id)
    if placement is None:
        return attempt_id
    try:
        placed = line.place(placement)
    except LineFailure as failure:
        with transaction() as session:
            actions.record_carrier_failure(session, attempt_id, failure.why, getattr(failure, "detail", ""))
        raise
    with transaction() as session:
        actions.record_placed(session, attempt_id, placed.sid)
    return attempt_id


def hang_up(line: PhoneLine, *, lease_id: str, operator_id: int) -> None:
    """End the open call of the operator's lease; nothing where there is none."""
    with transaction() as session:
        attempt = queries.open_attempt(session, lease_id)
        sid = attempt.call_sid if attempt and attempt.operator_id == operator_id else None
    if sid is not None:
        line.hang_up(sid)
