"""Raking: weights moved, margin by margin, until the weighted counts of every margin are those of the frame.

Iterative proportional fitting (Deming and Stephan), as R `survey` does in `rake()`; it stops when no count is further from its
total than the tolerance. A category that too few answered is merged before, and what was merged is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from callcenter.errors import InvalidInput
from callcenter.estimates.variance import Codes, Floats

TOLERANCE = 1e-10
MOST_ROUNDS = 500
FEWEST = 5


@dataclass(frozen=True)
class Margin:
    """One attribute: the category of each responding case (a place in `names`), and the frame's units in each."""

    name: str
    names: tuple[str, ...]
    categories: Codes
    totals: Floats
    merged: tuple[tuple[str, ...], ...] = ()
    """Categories that were put together because too few answered."""


@dataclass(frozen=True)
class Raked:
    """The weights, after how many rounds, and the largest distance left, relative to its total."""

    weights: Floats
    rounds: int
    distance: float

    @property
    def settled(self) -> bool:
        """Whether every margin is met."""
        return self.distance <= TOLERANCE


def margin(name: str, told: Sequence[str], totals: Mapping[str, int | float]) -> Margin:
    """A margin from the category of each responding case and the frame's counts; those with under 5 cases are put together.

    Where together they still have fewer, the smallest other category joins them.
    """
    counts = {category: 0 for category in totals if totals[category] > 0}
    for category in told:
        if category not in counts:
            sentence = "加权时“{margin}”的类别“{category}”有作答的个案，样本总体里却没有这一类：请核对。"
            raise InvalidInput("margin_unknown", sentence, margin=name, category=category)
        counts[category] += 1
    few = sorted(category for category, n in counts.items() if n < FEWEST)
    others = sorted((n, category) for category, n in counts.items() if n >= FEWEST)
    while few and sum(counts[category] for category in few) < FEWEST and others:
        few.append(others.pop(0)[1])
    groups = [(category,) for _, category in others] + ([tuple(few)] if few else [])
    groups.sort()
    place = {category: number for number, group in enumerate(groups) for category in group}
    sums = np.array([sum(totals[category] for category in group) for group in groups], dtype=np.float64)
    codes = np.array([place[category] for category in told], dtype=np.intp)
    return Margin(name, tuple("、".join(group) for group in groups), codes, sums, tuple(group for group in groups if len(group) > 1))


def rake(weights: Floats, margins: Sequence[Margin]) -> Raked:
    """The weights nearest to those given that meet every margin; none are changed where there is no margin."""
    _refuse_impossible(weights, margins)
    found, distance = weights.astype(np.float64), 0.0
    for rounds in range(1, MOST_ROUNDS + 1):
        for each in margins:
            sums = np.bincount(each.categories, weights=found, minlength=len(each.totals))
            found = found * np.divide(each.totals, sums, out=np.zeros_like(each.totals), where=sums > 0)[each.categories]
        distance = max((_distance(found, each) for each in margins), default=0.0)
        if distance <= TOLERANCE:
            return Raked(found, rounds, distance)
    return Raked(found, MOST_ROUNDS, distance)


def _distance(weights: Floats, of: Margin) -> float:
    sums = np.bincount(of.categories, weights=weights, minlength=len(of.totals))
    return float(np.max(np.abs(sums - of.totals) / np.where(of.totals > 0, of.totals, 1), initial=0.0))


def _refuse_impossible(weights: Floats, margins: Sequence[Margin]) -> None:
    wholes = [float(each.totals.sum()) for each in margins]
    if wholes and max(wholes) - min(wholes) > 1e-6 * max(wholes):
        raise InvalidInput(
            "margins_differ", "加权时各边际的总数不一致（{totals}）：它们应是同一个总体。", totals="、".join(f"{n:g}" for n in wholes)
        )
    for each in margins:
        sums = np.bincount(each.categories, weights=weights, minlength=len(each.totals))
        for name, total, there in zip(each.names, each.totals, sums, strict=True):
            if total > 0 and there <= 0:
                sentence = "加权时“{margin}”的类别“{category}”没有作答的个案：请与别的类别合并。"
                raise InvalidInput("margin_empty", sentence, margin=each.name, category=name)
