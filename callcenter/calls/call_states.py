"""States of a call: they move forward only, so that late, doubled and reordered callbacks do no harm."""

from dataclasses import dataclass, replace
from datetime import datetime

ORDER = {"placing": 0, "queued": 1, "ringing": 2, "answered": 3, "completed": 9, "busy": 9, "no_answer": 9, "failed": 9, "canceled": 9}
"""How far a call is. All of rank 9 are ends: the first one that is told stays."""
ENDED = frozenset(state for state, rank in ORDER.items() if rank == 9)

LONGEST_SID = 100
"""Letters of a call id; carriers have 34."""

CARRIER_WORDS = {
    "queued": "queued",
    "initiated": "queued",
    "ringing": "ringing",
    "in-progress": "answered",
    "answered": "answered",
    "completed": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "canceled",
    "cancelled": "canceled",
}


@dataclass(frozen=True)
class CallState:
    """Where a call stands, and when it came to each point."""

    state: str = "placing"
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    sip_code: int | None = None


def named(word: str) -> str | None:
    """Our name of the carrier's `word` for a state, however it is joined; none for words that say nothing about the call's course."""
    return CARRIER_WORDS.get("-".join(word.strip().lower().replace("_", " ").split()))


def moved(call: CallState, state: str, at: datetime, sip_code: int | None = None) -> CallState:
    """The call after it was told to be in `state` since `at`: never backwards; moments once known are kept.

    An answer that is told after the end still fills in when it was answered: the end of a call is no proof that nobody spoke.
    """
    after = call
    if ORDER[state] > ORDER[call.state]:
        after = replace(after, state=state, ended_at=at if state in ENDED else None)
    if state == "ringing" and after.ringing_at is None:
        after = replace(after, ringing_at=at)
    if state == "answered" and after.answered_at is None:
        after = replace(after, answered_at=at)
    if sip_code is not None and after.sip_code is None:
        after = replace(after, sip_code=sip_code)
    return after
