"""Trimming: weights above a limit are cut to it, and what was cut is shared out over the others, in proportion to their weight.

The limit is a multiple of the median weight. The sum stays; no weight ends above the limit unless all of them would have to.
"""

from dataclasses import dataclass

import numpy as np

from callcenter.estimates.variance import Floats


@dataclass(frozen=True)
class Trimmed:
    """The weights, the limit, how many were cut, and which share of all weight was moved."""

    weights: Floats
    limit: float | None
    cut: int
    moved: float


def trim(weights: Floats, times_median: float) -> Trimmed:
    """Cut weights above `times_median` times the median of the positive ones."""
    positive = weights[weights > 0]
    if not positive.size:
        return Trimmed(weights, None, 0, 0.0)
    whole = float(positive.sum())
    # A limit below the mean could not hold the sum.
    limit = max(times_median * float(np.median(positive)), whole / positive.size)
    found = weights.astype(np.float64)
    cut = np.zeros(len(found), dtype=np.bool_)
    while (above := found > limit * (1 + 1e-12)).any():
        cut |= above
        found[cut] = limit
        free = ~cut & (found > 0)
        if not free.any():
            break
        found[free] *= (whole - limit * np.count_nonzero(cut)) / found[free].sum()
    return Trimmed(found, limit, int(np.count_nonzero(cut)), float(np.abs(found - weights).sum()) / 2 / whole)
