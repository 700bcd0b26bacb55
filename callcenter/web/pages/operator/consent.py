"""What a yes or a no in the opening notice does to the recording of the call."""

from typing import Any

from sqlmodel import Session

from callcenter.calls import actions as calls
from callcenter.interviews.consent import NOTICE, recording_allowed
from callcenter.questionnaire.routing import Given


def heed(session: Session, attempt_id: int, question: str, value: Any, nonanswer: str | None) -> None:
    """Record from a plain yes on; anything else ends a recording and removes what was recorded."""
    if question != NOTICE:
        return
    if recording_allowed({NOTICE: Given(value, nonanswer)}):
        calls.want_recording(session, attempt_id)
    else:
        calls.withdraw_recording(session, attempt_id)
