"""What the screening block says of a case before any core question: outcomes that answers bring with them.

A study's settings may name its own (`validity.screening`, `validity.confirmed`); these are the questions of the shipped block.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "notice": {"no": "soft_refusal", "later": "appointment_soft"},
    "right_enterprise": {"no": "wrong_number"},
    "handled": {"no": "matter_denied"},
    "pass_on": {"not_now": "informant_absent"},
}
RIGHT_ENTERPRISE: Mapping[str, frozenset[str]] = {"right_enterprise": frozenset({"yes"})}
MATTER_CONFIRMED: Mapping[str, frozenset[str]] = {"handled": frozenset({"yes"}), "pass_on": frozenset({"here"})}


@dataclass(frozen=True)
class Screening:
    """What answers decide: question, then answer, then outcome; and which answers confirm enterprise and matter."""

    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: OUTCOMES)
    right_enterprise: Mapping[str, frozenset[str]] = field(default_factory=lambda: RIGHT_ENTERPRISE)
    matter_confirmed: Mapping[str, frozenset[str]] = field(default_factory=lambda: MATTER_CONFIRMED)


def read(settings: Mapping[str, Any]) -> Screening:
    """The screening of a study's settings; what is not named there keeps its default."""
    given = settings.get("validity") or {}
    confirmed = given.get("confirmed") or {}
    return Screening(
        given.get("screening") or OUTCOMES,
        _answers(confirmed.get("right_enterprise")) or RIGHT_ENTERPRISE,
        _answers(confirmed.get("matter")) or MATTER_CONFIRMED,
    )


def denying(settings: Mapping[str, Any]) -> dict[str, str]:
    """The screening questions by which the matter is denied, each with the answer that denies it."""
    by_question = read(settings).outcomes.items()
    return {name: code for name, answers in by_question for code, outcome in answers.items() if outcome == "matter_denied"}


def outcome(screening: Screening, answers: Mapping[str, Any]) -> str | None:
    """The outcome that the screening answers bring with them: of the last such question on the way; none where all is well."""
    found = [by_answer[str(answers.get(name))] for name, by_answer in screening.outcomes.items() if str(answers.get(name)) in by_answer]
    return found[-1] if found else None


def confirms(wanted: Mapping[str, frozenset[str]], answers: Mapping[str, Any], asked: frozenset[str]) -> bool:
    """Whether any of the answers confirms it; a questionnaire without these questions confirms by being answered."""
    known = [name for name in wanted if name in asked]
    return not known or any(str(answers.get(name)) in wanted[name] for name in known)


def _answers(given: Mapping[str, Any] | None) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(str(one) for one in values) for name, values in (given or {}).items()}
