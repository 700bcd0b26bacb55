"""Which outcomes are offered now: by the state of the call, what the answers bring with them, and how far the interview is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.calls import outcomes
from callcenter.calls.dispositions import Limits
from callcenter.interviews.session import Step
from callcenter.responses import screening

KEYS = {
    "complete": "1", "no_answer": "1", "partial": "2", "busy": "2", "broken_off": "3", "declined_ring": "3", "gatekeeper": "4",
    "blocked": "4", "informant_absent": "5", "answering_machine": "6", "dead_number": "7", "suspended": "8", "switched_off": "9",
    "unreachable": "0", "carrier_failure": "1", "wrong_number": "W", "appointment_hard": "A", "appointment_soft": "T", "soft_refusal": "F",
    "hard_refusal": "Q", "opt_out": "X", "matter_denied": "V", "closed_business": "Y", "unable": "J", "language": "L", "not_eligible": "I",
}  # fmt: skip
"""The key of an outcome is always the same, in this order on the page; none is shared by two that are offered together, and a letter that
the console uses for something else (A, W) means the same there."""


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
    answered: bool = False
    """Anything was said to a question."""
    last_nonanswer: str | None = None
    """What stands in place of the answer to the last question."""


def seen_in(step: Step) -> InterviewSeen:
    """What a step tells of its interview."""
    last = step.given[-1] if step.given else {}
    return InterviewSeen(step.complete, step.completeness, step.values, bool(last), last.get("nonanswer"))


def offered(call: CallSeen | None, interview: InterviewSeen | None, limits: Limits, rules: screening.Screening) -> list[str]:
    """The codes an operator may choose now, the most likely first; none while nothing can be said yet."""
    if call is None:
        return []
    if call.carrier_failed:
        return ["carrier_failure"]
    allowed = [code for code in outcomes.offered(call.state, answered=call.answered) if _possible(code, interview, limits)]
    first = _first(call, interview, limits, rules)
    return [first, *(code for code in allowed if code != first)] if first in allowed else allowed


def suggested(call: CallSeen | None, interview: InterviewSeen | None, limits: Limits, rules: screening.Screening) -> str | None:
    """The code that all that is known speaks for; none where nothing does."""
    codes = offered(call, interview, limits, rules)
    first = _first(call, interview, limits, rules) if call else None
    return codes[0] if codes and (first == codes[0] or len(codes) == 1) else None


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
    interviewed = next((code for code in ("complete", "partial") if _possible(code, interview, limits)), None)
    return interviewed or _ended_early(interview)


def _ended_early(interview: InterviewSeen) -> str | None:
    """Somebody spoke but hardly answered: refused, screened out before any core question, or broken off; none where nothing was said."""
    if interview.last_nonanswer == "refused":
        return "soft_refusal"
    if interview.complete and interview.answered and not interview.share and not interview.last_nonanswer:
        return "not_eligible"
    return "broken_off" if interview.answered else None
