"""A case's code corrected by hand: a new record, and the queue and the valid sample follow it."""

from sqlmodel import Session

from callcenter.call_queue import actions as queue
from callcenter.errors import Refused
from callcenter.responses import actions as responses
from callcenter.responses import queries as response_queries


def correct_code(session: Session, case_id: int, code: str, *, reason: str, user_id: int) -> None:
    """Give a case another code, with a reason; it is called no more, and a valid sample whose code is no longer 1.1 counts no more."""
    held = queue.locked(session, case_id)
    if held.state == "leased":
        raise Refused("case_in_hand", "个案正由话务员处理，不能更正：请等这次拨打结束。")
    corrected = responses.correct_disposition(session, case_id, code, reason=reason, user_id=user_id)
    if held.state != "closed":
        queue.close(session, case_id, "corrected")
    verdict = response_queries.latest_verdict(session, case_id)
    if verdict is not None and verdict.valid and corrected.category != "I":
        responses.overturn(session, verdict, reasons=["corrected"], by=user_id)
