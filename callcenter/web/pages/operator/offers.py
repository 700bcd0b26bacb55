"""Which outcomes are offered now: by the state of the call, what the answers bring with them, and how far the interview is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.calls import outcomes
from callcenter.calls.dispositions import Limits
from callcenter.responses import screening


@dataclass(frozen=True)
class CallSeen:
    """What is known of the call."""

    state: str
    answered: bool
    sip_code: int | None = None
    carrier_failed: bool = False


@dataclass(frozen=True)
class InterviewSeen:
    """What is known of the interview: the way to its end gone, p, and the answers."""

    complete: bool
    share: float
    answers: Mapping[str, Any]


def offered(call: CallSeen | None, interview: InterviewSeen | None, limits: Limits, rules: screening.Screening) -> list[str]:
    """The codes an operator may choose now, the most likely first; none while nothing can be said yet."""
    if call is None:
        return []
    if call.carrier_failed:
        return ["carrier_failure"]
    allowed = [code for code in outcomes.offered(call.state, answered=call.answered) if _possible(code, interview, limits)]
    first = _first(call, interview, limits, rules)
    return [first, *(code for code in allowed if code != first)] if first in allowed else allowed


def _possible(code: str, interview: InterviewSeen | None, limits: Limits) -> bool:
    share = interview.share if interview else 0.0
    if code == "complete":
        return interview is not None and interview.complete and share >= limits.complete
    if code == "partial":
        return limits.partial <= share < limits.complete
    return True


def _first(call: CallSeen, interview: InterviewSeen | None, limits: Limits, rules: screening.Screening) -> str | None:
    if not call.answered:
        return outcomes.suggested(call.state, call.sip_code)
    if interview is None:
        return None
    if brought := screening.outcome(rules, interview.answers):
        return brought
    if interview.complete:
        return "complete" if interview.share >= limits.complete else "partial"
    return None
