"""Whether a complete interview is a valid sample (有效样本): rates.md, rule 4."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InterviewFacts:
    """What is known of an interview when it ends."""

    complete: bool
    right_enterprise: bool = True
    matter_confirmed: bool = True
    core_answered: float = 1.0
    core_needed: float = 0.8
    inside_window: bool = True
    contradictions: tuple[str, ...] = ()
    """Within the interview only: disagreement with list, order or promise is a finding, never a reason."""
    seconds: float | None = None
    shortest_seconds: float = 120


@dataclass(frozen=True)
class Verdict:
    """Valid or not, with the reasons against it and flags for review (a flag is no reason)."""

    valid: bool
    reasons: tuple[str, ...]
    flags: tuple[str, ...]


def judge(facts: InterviewFacts) -> Verdict:
    """The verdict by the stated conditions; too short to have been read aloud is a flag, never a reason."""
    against = {
        "incomplete": not facts.complete,
        "wrong_enterprise": not facts.right_enterprise,
        "matter_not_confirmed": not facts.matter_confirmed,
        "core_unanswered": facts.core_answered < facts.core_needed,
        "outside_window": not facts.inside_window,
        "contradiction": bool(facts.contradictions),
    }
    reasons = tuple(reason for reason, holds in against.items() if holds)
    short = facts.seconds is not None and facts.seconds < facts.shortest_seconds
    return Verdict(not reasons, reasons, ("too_short",) if short else ())
