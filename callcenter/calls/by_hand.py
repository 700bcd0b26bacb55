"""Calls that an operator dials on a desk telephone: the operator tells what the carrier would. Pure."""

from datetime import datetime

from callcenter.calls.phone_line import LineEvent

PREFIX = "desk-"
WORDS = ("ringing", "in-progress", "busy", "no-answer", "completed")
"""In the order in which a call comes to them."""


def is_by_hand(call_sid: str | None) -> bool:
    """Whether no carrier knows of this call."""
    return call_sid is not None and call_sid.startswith(PREFIX)


def desk_event(attempt_id: int, word: str, at: datetime) -> LineEvent:
    """What the operator says of the call, as an event of a line."""
    return LineEvent(f"{PREFIX}{attempt_id}", WORDS.index(word), word, at, attempt_id)
