"""How the numbers that were given are spread: weighted shares of each value, or of classes of equal width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from callcenter.estimates.variance import Floats, Mask

MOST_VALUES = 15
CLASSES = 12
WIDEST = 40
"""Single values are shown on their scale, so that they must not be further apart than so many of their smallest distances."""


@dataclass(frozen=True)
class Bar:
    """A value, or a class `low` to under `high`, with its weighted share and how many gave it."""

    low: float
    high: float
    share: float
    n: int

    @property
    def middle(self) -> float:
        """Where it stands on the scale."""
        return (self.low + self.high) / 2

    @property
    def label(self) -> str:
        """The value, or the class."""
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g}–{self.high:g}"


def distribution(values: Floats, weights: Floats) -> list[Bar]:
    """Bars over the values that are there (not NaN) and weigh something."""
    kept = ~np.isnan(values) & (weights > 0)
    at, weighing = values[kept], weights[kept]
    if not at.size:
        return []
    distinct = np.unique(at)
    if distinct.size <= MOST_VALUES and (distinct.size < 2 or distinct[-1] - distinct[0] <= WIDEST * np.diff(distinct).min()):
        return [_bar(float(one), float(one), at == one, weighing) for one in distinct]
    edges = _edges(float(distinct[0]), float(distinct[-1]))
    pairs = list(pairwise(edges))
    last = len(pairs) - 1
    return [_bar(low, high, (at >= low) & ((at < high) | (place == last)), weighing) for place, (low, high) in enumerate(pairs)]


def width(bars: Sequence[Bar]) -> float:
    """How wide bars are on the scale: a class as it is, a value as far as the nearest other."""
    if any(bar.high > bar.low for bar in bars):
        return max(bar.high - bar.low for bar in bars)
    return min((after.low - before.low for before, after in pairwise(bars)), default=1.0)


def _edges(least: float, most: float) -> Sequence[float]:
    """Round edges, at most twelve classes."""
    rough = (most - least) / (CLASSES - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough)
    first = math.floor(least / width)
    return [round((first + number) * width, 10) for number in range(int((most / width) - first) + 2)]


def _bar(low: float, high: float, rows: Mask, weights: Floats) -> Bar:
    return Bar(low, high, float(weights[rows].sum() / weights.sum()), int(np.count_nonzero(rows)))
