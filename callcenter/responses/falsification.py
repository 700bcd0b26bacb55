"""Signs that an interview was not held as it should be. Each is a reason to look, never a verdict.

Operators are compared with all others by Fisher's exact test; because many are compared at once, Holm's correction decides what is
marked, and the false discovery rate of Benjamini and Hochberg stands beside it.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

FAST, SCALES, ALIKE, ALIKE_ANSWERS, SILENT = 0.5, 4, 0.9, 8, 0.5
MARKED = 0.05
INDICATORS = ("fast", "straight", "alike", "silent")
"""Shorter than half the time the words take to read; one answer to every question of a scale; nearly the same answers as another
interview of the operator; a call whose talk was shorter than half the interview, or without talk."""


@dataclass(frozen=True)
class Held:
    """What is known of an interview that was completed."""

    interview_id: int
    case_id: int
    operator_id: int
    seconds: float
    reading_seconds: float
    """How long the words that were shown take to read aloud, with time to answer."""
    talk_seconds: float | None
    """Of the interview's calls together; none where no call was placed by the program (a desk telephone)."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Answers to questions that share a list of choices, by list."""


@dataclass(frozen=True)
class Sign:
    """One interview under one indicator; `about` is the ratio or share that speaks for it."""

    indicator: str
    held: Held
    about: float


@dataclass(frozen=True)
class Compared:
    """One operator under one indicator against all others: exact p, Holm's and the false discovery rate."""

    operator_id: int
    indicator: str
    count: int
    base: int
    others: float | None
    p: float
    holm: float = 1.0
    fdr: float = 1.0

    @property
    def marked(self) -> bool:
        """Whether it still stands out after allowing for all comparisons."""
        return self.holm < MARKED


def signs(held: Sequence[Held]) -> list[Sign]:
    """Every sign of every interview."""
    found = []
    for one in held:
        if one.reading_seconds > 0 and one.seconds < FAST * one.reading_seconds:
            found.append(Sign("fast", one, one.seconds / one.reading_seconds))
        if straight(one):
            found.append(Sign("straight", one, 1.0))
        if one.talk_seconds is not None and one.talk_seconds < SILENT * one.seconds:
            found.append(Sign("silent", one, one.talk_seconds / one.seconds if one.seconds else 0.0))
    return found + _alike(held)


def straight(one: Held) -> bool:
    """Whether any list of choices that was used often enough got one answer throughout."""
    return any(len(values) >= SCALES and len(set(values)) == 1 for values in one.scales.values())


def _alike(held: Sequence[Held]) -> list[Sign]:
    """Pairs of one operator with nearly the same answers; each interview once, with its closest partner."""
    closest: dict[int, Sign] = {}
    by_operator: dict[int, list[Held]] = {}
    for one in held:
        by_operator.setdefault(one.operator_id, []).append(one)
    for own in by_operator.values():
        for first, second in combinations(own, 2):
            share = likeness(first.answers, second.answers)
            for one in (first, second) if share >= ALIKE else ():
                if one.interview_id not in closest or closest[one.interview_id].about < share:
                    closest[one.interview_id] = Sign("alike", one, share)
    return list(closest.values())


def likeness(first: Mapping[str, Any], second: Mapping[str, Any]) -> float:
    """The share of equal answers among the questions that both were asked; 0 where they have too few in common."""
    common = first.keys() & second.keys()
    return sum(first[name] == second[name] for name in common) / len(common) if len(common) >= ALIKE_ANSWERS else 0.0


def compare(held: Sequence[Held], found: Sequence[Sign]) -> list[Compared]:
    """Each operator against all others under each indicator, with p-values that allow for all of these comparisons."""
    bases = Counter(one.operator_id for one in held)
    counts = Counter((sign.held.operator_id, sign.indicator) for sign in found)
    totals = Counter(sign.indicator for sign in found)
    rows = []
    for operator, base in sorted(bases.items()):
        for indicator in INDICATORS:
            count, rest = counts[operator, indicator], len(held) - base
            others = (totals[indicator] - count) / rest if rest else None
            rows.append((operator, indicator, count, base, others, fisher(count, base, totals[indicator], len(held))))
    adjusted = zip(rows, holm([row[5] for row in rows]), fdr([row[5] for row in rows]), strict=True)
    return [Compared(*row, family, discovery) for row, family, discovery in adjusted]


def fisher(count: int, base: int, marked: int, whole: int) -> float:
    """One-sided exact p: the chance that `base` out of `whole` hold `count` or more of the `marked` ones."""
    if not count:
        return 1.0
    ways = math.comb(whole, base)
    most = min(base, marked)
    return min(1.0, sum(math.comb(marked, k) * math.comb(whole - marked, base - k) for k in range(count, most + 1)) / ways)


def holm(values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: the chance of even one false mark stays under the limit."""
    adjusted, highest = [1.0] * len(values), 0.0
    for place, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        highest = max(highest, min(1.0, (len(values) - place) * values[at]))
        adjusted[at] = highest
    return adjusted


def fdr(values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's step-up adjustment: the share of false marks among those made."""
    adjusted, lowest = [1.0] * len(values), 1.0
    order = sorted(range(len(values)), key=values.__getitem__)
    for place in range(len(values) - 1, -1, -1):
        lowest = min(lowest, values[order[place]] * len(values) / (place + 1))
        adjusted[order[place]] = lowest
    return adjusted
