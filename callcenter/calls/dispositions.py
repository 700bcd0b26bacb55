"""What a case's whole history makes of it: its AAPOR code, by the precedence of rates.md.

complete > verified not eligible > partial > hard refusal > latest word of the highest person reached
> non-contact > unknown > not attempted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CATEGORIES = {
    "1.1": "I", "1.2": "P", "2.111": "R", "2.112": "R", "2.12": "R", "2.21": "NC", "2.22": "NC", "2.31": "O", "2.32": "O", "2.33": "O",
    "2.36": "O", "3.11": "UH", "3.12": "UH", "3.13": "UH", "3.14": "UH", "3.15": "UH", "3.16": "UH", "3.20": "UO", "3.30": "UO",
    "3.90": "UO", "4.10": "NE", "4.70": "NE", "4.80": "NE", "4.90": "NE",
}  # fmt: skip

NO_ANSWER = frozenset({"no_answer", "switched_off", "unreachable", "declined_ring", "suspended"})
APPOINTMENTS = frozenset({"appointment_hard", "appointment_soft"})
HARD_REFUSALS = frozenset({"hard_refusal", "opt_out", "do_not_call"})
GATEKEEPER, INFORMANT, UNKNOWN = "gatekeeper", "informant", "unknown"


@dataclass(frozen=True)
class Word:
    """What one attempt (or the case at its end) tells.

    `detail` may hold: `who` (gatekeeper, informant, unknown: the person of the word),
    `confirmed` (this is the enterprise), `named` (the device named it), `verified` (a not-eligible that was checked),
    `duplicate`, `order_checked` (a denial was held against the order number), `completeness` (share of core questions answered).
    """

    outcome: str
    line: str = ""
    phone: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    void: bool = False
    """A fabricated interview: of its call only that somebody answered is believed."""

    @property
    def who(self) -> str:
        """The highest person this attempt reached; an enterprise that was not confirmed is an unknown person."""
        if self.detail.get("confirmed") is False:
            return UNKNOWN
        return str(self.detail.get("who") or _WHO.get(self.outcome, UNKNOWN))


_WHO = {
    "gatekeeper": GATEKEEPER, "informant_absent": GATEKEEPER, "closed_business": GATEKEEPER,
    "soft_refusal": INFORMANT, "hard_refusal": INFORMANT, "opt_out": INFORMANT, "do_not_call": GATEKEEPER, "appointment_hard": INFORMANT,
    "appointment_soft": INFORMANT, "broken_off": INFORMANT, "matter_denied": INFORMANT, "unable": INFORMANT, "language": INFORMANT,
}  # fmt: skip
_HEIGHT = {INFORMANT: 2, GATEKEEPER: 1, UNKNOWN: 0}


@dataclass(frozen=True)
class Limits:
    """From which share of answered core questions an interview is complete or partial (study settings)."""

    complete: float = 0.8
    partial: float = 0.5


@dataclass(frozen=True)
class Derived:
    """A case's code, as it stands."""

    code: str
    category: str
    final: bool


def by_completeness(share: float, limits: Limits) -> str:
    """What an interview is, by the share of its core questions that were answered: complete, partial or broken_off."""
    if share >= limits.complete:
        return "complete"
    return "partial" if share >= limits.partial else "broken_off"


def derive(words: Sequence[Word], *, closed: bool, numbers_left: bool = True, limits: Limits | None = None) -> Derived:
    """The code of a case from all that was heard, oldest first. `closed`: nothing more will be tried."""
    heard = [_what_is_left(word) if word.void else word for word in words]
    code = _code(heard, numbers_left, limits or Limits())
    if code == "3.11" and closed and not numbers_left:
        code = "3.90"  # never dialled because no number was ever found
    return Derived(code, CATEGORIES[code], closed)


def _what_is_left(word: Word) -> Word:
    """The call of a fabricated interview was made and answered; by whom nobody knows."""
    return Word("gatekeeper", word.line, word.phone, {"confirmed": False})


def _code(heard: Sequence[Word], numbers_left: bool, limits: Limits) -> str:
    outcomes = {word.outcome for word in heard}
    interview = _best_interview(heard, limits)
    if interview == "complete":
        return "1.1"
    return (
        _not_eligible(heard)
        or ("1.2" if interview == "partial" else None)
        or _hard_refusal(heard)
        or _latest_word(heard)
        or _non_contact(heard)
        or _unknown(heard, outcomes, numbers_left)
    )


def _best_interview(heard: Sequence[Word], limits: Limits) -> str | None:
    """The furthest any interview came; a share that was stored with the attempt speaks before the outcome's name."""
    order = ("complete", "partial", "broken_off")
    reached = [
        by_completeness(float(word.detail["completeness"]), limits) if "completeness" in word.detail else word.outcome
        for word in heard
        if word.outcome in order
    ]
    return min(reached, key=order.index, default=None)


def _not_eligible(heard: Sequence[Word]) -> str | None:
    if any(word.detail.get("duplicate") for word in heard if word.outcome == "not_eligible"):
        return "4.10"
    if any(word.detail.get("verified", True) for word in heard if word.outcome == "not_eligible"):
        return "4.70"
    denials = [word for word in heard if word.outcome == "matter_denied"]
    settled = any(word.detail.get("order_checked") for word in denials) or len(denials) > 1
    # One informant who confirms outweighs those who deny: an interview begun is such a word.
    return "4.80" if settled and not any(word.outcome == "broken_off" for word in heard) else None


def _hard_refusal(heard: Sequence[Word]) -> str | None:
    refusals = [word for word in heard if word.outcome in HARD_REFUSALS]
    if any(word.who == INFORMANT for word in refusals):
        return "2.112"
    return "2.111" if any(word.who == GATEKEEPER for word in refusals) else None


def _latest_word(heard: Sequence[Word]) -> str | None:
    """The latest word of the highest person; a later appointment lifts what was refused before, whoever made it."""
    persons = [word for word in heard if word.outcome in _WHO or word.outcome == "wrong_number"]
    enterprise = [word for word in persons if word.who != UNKNOWN]
    if not enterprise:
        # A wrong number was somebody else's telephone: nothing is known of the enterprise by it.
        return "3.20" if any(word.outcome != "wrong_number" for word in persons) else None
    height = max(_HEIGHT[word.who] for word in enterprise)
    last = [word for word in enterprise if _HEIGHT[word.who] == height][-1]
    after = enterprise[enterprise.index(last) + 1 :]
    lifting = [word for word in after if word.outcome in APPOINTMENTS] if last.outcome == "soft_refusal" else []
    return _code_of_word(lifting[-1] if lifting else last)


def _code_of_word(word: Word) -> str:
    informant = word.who == INFORMANT
    if word.outcome in APPOINTMENTS:
        return "2.36" if informant else "2.21"
    if word.outcome in {"soft_refusal", *HARD_REFUSALS}:
        return "2.112" if informant else "2.111"
    fixed = {"broken_off": "2.12", "matter_denied": "3.30", "closed_business": "2.31", "unable": "2.32", "language": "2.33"}
    return fixed.get(word.outcome, "2.21")


def _non_contact(heard: Sequence[Word]) -> str | None:
    return "2.22" if any(word.outcome == "answering_machine" and word.detail.get("named") for word in heard) else None


def _unknown(heard: Sequence[Word], outcomes: set[str], numbers_left: bool) -> str:
    tried = outcomes - {"carrier_failure"}
    if not tried:
        return "3.16" if outcomes else "3.11"
    if not numbers_left and tried & {"wrong_number", "dead_number", "suspended"}:
        return "3.90"
    blocked = [word for word in heard if word.outcome == "blocked"]
    ended_by_blocks = len(blocked) >= 3 and len({word.line for word in blocked}) >= 2
    of_silence = (
        ("3.15", ended_by_blocks),
        ("3.14", "answering_machine" in tried),
        ("3.13", bool(tried & NO_ANSWER)),
        ("3.12", "busy" in tried),
        ("3.15", bool(blocked)),
    )
    return next((code for code, holds in of_silence if holds), "3.13")
