"""Re-checks (复核): which cases are called again by somebody else, what a re-check says, and error rates with their intervals."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

COMPLETE, DENIED, CLOSING = "complete", "denied", "closing"
CLOSING_CODES = frozenset({"2.31", "3.90", "2.111", "2.112", "3.30"})
"""Closed, wrong number, refused for good, denied and not settled: a share of them is asked whether it was so."""
Z = 1.959963984540054
FABRICATED = "not_interviewed"


@dataclass(frozen=True)
class Rules:
    """How many are called again (`recheck` of study.yaml)."""

    share: float = 0.1
    at_least_a_week: int = 3
    of_closing_outcomes: float = 0.05


def read_rules(settings: Mapping[str, Any]) -> Rules:
    """The rules of a study's settings; what is not named keeps its default."""
    given = settings.get("recheck") or {}
    return Rules(**{name: type(getattr(Rules(), name))(value) for name, value in given.items() if name in Rules.__dataclass_fields__})


@dataclass(frozen=True)
class Done:
    """A case that ended: by whom, on which field day, as what (complete, denied or otherwise closed)."""

    case_id: int
    operator_id: int
    day: date
    kind: str


def lot(salt: str, case_id: int) -> float:
    """The case's place in the lottery, in [0, 1): nobody without the study's secret can work it out beforehand."""
    digest = hashlib.sha256(f"{salt}|recheck|{case_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def chosen(
    done: Sequence[Done], already: AbstractSet[int], rules: Rules, *, salt: str, today: date, suspects: AbstractSet[int] = frozenset()
) -> list[int]:
    """Cases to be called again that are not yet: each by its own lot, all denials, all of operators caught inventing an interview.

    A week that brought an operator too few is filled up when it is over, by the smallest lots: filled up earlier, the first
    interviews of each week would be known to be re-checked.
    """
    found = [case.case_id for case in done if case.case_id not in already and _drawn(case, rules, salt, suspects)]
    taken = already | set(found)
    weeks: dict[tuple[int, int, int], list[Done]] = {}
    for case in done:
        if case.kind == COMPLETE and case.day.isocalendar()[:2] < today.isocalendar()[:2]:
            weeks.setdefault((case.operator_id, *case.day.isocalendar()[:2]), []).append(case)
    for of_week in weeks.values():
        missing = min(rules.at_least_a_week, len(of_week)) - sum(case.case_id in taken for case in of_week)
        left = sorted((case.case_id for case in of_week if case.case_id not in taken), key=lambda one: lot(salt, one))
        found += left[: max(missing, 0)]
    return found


def _drawn(case: Done, rules: Rules, salt: str, suspects: AbstractSet[int]) -> bool:
    if case.kind == DENIED:
        return True
    share = rules.of_closing_outcomes if case.kind == CLOSING else 1.0 if case.operator_id in suspects else rules.share
    return lot(salt, case.case_id) < share


@dataclass(frozen=True)
class Judgement:
    """What a re-check says: why it failed (none: it did not), and which of the compared answers differ."""

    reason: str | None
    compared: int
    differing: tuple[str, ...]


def judge(kind: str, told: Mapping[str, str], first: Mapping[str, Any], second: Mapping[str, str]) -> Judgement:
    """Hold a re-check against the case. `told`: interviewed, right_enterprise, handled, as_told → yes or no; `first` and `second`: answers.

    A different answer is an error of the interview, not its failure: people remember differently.
    """
    if kind == COMPLETE:
        wrong = ((FABRICATED, "interviewed"), ("wrong_enterprise", "right_enterprise"), ("matter_not_confirmed", "handled"))
        reason = next((why for why, question in wrong if told.get(question) == "no"), None)
    elif kind == DENIED:
        reason = "handled_after_all" if told.get("handled") == "yes" else None
    else:
        reason = "not_as_told" if told.get("as_told") == "no" else None
    compared = [name for name, value in second.items() if value.strip() and first.get(name) is not None]
    return Judgement(reason, len(compared), tuple(name for name in compared if not same(first[name], second[name])))


def same(first: Any, second: str) -> bool:
    """Whether two answers are one: numbers by value, choices by code whatever their order."""
    if isinstance(first, list):
        return sorted(str(part) for part in first) == sorted(second.replace(",", " ").split())
    try:
        return math.isclose(float(first), float(second), abs_tol=1e-9)
    except (TypeError, ValueError):
        return str(first).strip() == second.strip()


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval."""

    count: int
    base: int
    low: float | None
    high: float | None


def wilson(count: int, base: int) -> Share:
    """Wilson's score interval: it holds for small bases and for shares near nought (Wilson 1927; Brown, Cai, DasGupta 2001)."""
    if not base:
        return Share(count, base, None, None)
    p, z2 = count / base, Z * Z
    middle = (p + z2 / (2 * base)) / (1 + z2 / base)
    half = Z * math.sqrt(p * (1 - p) / base + z2 / (4 * base * base)) / (1 + z2 / base)
    return Share(count, base, max(0.0, middle - half) if count else 0.0, min(1.0, middle + half) if count < base else 1.0)
