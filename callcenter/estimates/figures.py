"""Means, totals, ratios and medians with their sampling errors, as R `survey` gives them (svymean, svytotal, svyratio, svyquantile).

Ratios and means are linearised (Taylor); missing values (NaN) make a domain. `deff` compares with a simple random sample
without replacement of the same size (`deff=TRUE`).
"""

import math
from dataclasses import dataclass

import numpy as np

from callcenter.estimates.variance import Floats, Mask, Sample, quantile_t, srs_variance, weighted_mean

ROUNDING = 1e-14
"""Relative size of what arithmetic in doubles leaves of nothing."""


@dataclass(frozen=True)
class Figure:
    """An estimate with its standard error, interval and design effect over `n` rows; `None` is: not defined."""

    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    deff: float | None
    n: int


def undefined(n: int = 0) -> Figure:
    """No figure, over `n` rows: none has a value, or all weigh nothing."""
    return Figure(None, None, None, None, None, n)


def mean(sample: Sample, values: Floats, domain: Mask) -> Figure:
    """Weighted mean of the values that are there."""
    there, at, weights = _present(sample, values, domain)
    whole = weights.sum()
    if whole == 0:
        return undefined(len(at))
    estimate = weighted_mean(at, weights)
    variance = sample.variance(np.where(there, values - estimate, 0) / whole)
    return _figure(sample, there, estimate, variance, srs_variance(at, weights))


def total(sample: Sample, values: Floats, domain: Mask) -> Figure:
    """Weighted total of the values that are there."""
    there, at, weights = _present(sample, values, domain)
    if not len(at):
        return undefined()
    variance = sample.variance(np.where(there, values, 0))
    by_chance = srs_variance(at, weights)
    scaled = None if by_chance is None else by_chance * float(weights.sum()) ** 2
    return _figure(sample, there, float(at @ weights), variance, scaled)


def ratio(sample: Sample, above: Floats, below: Floats, domain: Mask) -> Figure:
    """Ratio of two weighted totals over the rows that have both."""
    there, bottom, weights = _present(sample, np.where(np.isnan(above), np.nan, below), domain)
    whole = float(bottom @ weights)
    if whole == 0:
        return undefined(len(bottom))
    estimate = float(above[there] @ weights / whole)
    residuals = np.where(there, _difference(above, estimate * below), 0) / whole
    by_chance = srs_variance(residuals[there], weights)
    scaled = None if by_chance is None else by_chance * float(weights.sum()) ** 2
    return _figure(sample, there, estimate, sample.variance(residuals), scaled)


def _difference(one: Floats, other: Floats) -> Floats:
    """The difference; what is left by rounding alone is nothing."""
    found = one - other
    # Not a plain 0, so that what is beyond all numbers is still seen to be so.
    return np.where(np.abs(found) > ROUNDING * (np.abs(one) + np.abs(other)), found, 0 * found)


def median(sample: Sample, values: Floats, domain: Mask) -> Figure:
    """Weighted median with the interval of Woodruff: the quantiles at the ends of the interval of the share below the median.

    Where that share is known without error, so is the median: rounding alone would say which of two values is the quantile.
    """
    there, at, weights = _present(sample, values, domain)
    if weights.sum() == 0:
        return undefined(len(at))
    estimate = _quantile(at, weights, 0.5)
    below = mean(sample, np.where(there, values <= estimate, np.nan).astype(np.float64), domain)
    if below.se is not None and below.se < ROUNDING and below.low is not None:
        return Figure(estimate, 0.0, estimate, estimate, None, len(at))
    low, high = (None if p is None or not 0 <= p <= 1 else _quantile(at, weights, p) for p in (below.low, below.high))
    t = quantile_t(sample.degrees(there))
    se = None if low is None or high is None or t is None else (high - low) / (2 * t)
    return Figure(estimate, se, low, high, None, len(at))


def _present(sample: Sample, values: Floats, domain: Mask) -> tuple[Mask, Floats, Floats]:
    there = domain & ~np.isnan(values)
    return there, values[there], sample.weights[there]


def _figure(sample: Sample, there: Mask, estimate: float, variance: float, by_chance: float | None) -> Figure:
    se, t = math.sqrt(max(variance, 0.0)), quantile_t(sample.degrees(there))
    low, high = (None, None) if t is None else (estimate - t * se, estimate + t * se)
    return Figure(estimate, se, low, high, variance / by_chance if by_chance else None, int(there.sum()))


def _quantile(values: Floats, weights: Floats, p: float) -> float:
    """The value at which the weighted share reaches `p`, as R's rule `math` finds it.

    It looks for the last value whose share is at most `p` and takes the next, unless the share is `p` itself; where even the
    smallest value has more than `p`, it takes the second smallest (decision 0014). Sums run in long doubles, as in R, so that
    a share that is `p` is found to be so.
    """
    at, weighing = values[weights > 0], weights[weights > 0]
    order = np.argsort(at, kind="stable")
    reached = np.cumsum(weighing[order].astype(np.longdouble)).astype(np.float64)
    whole = float(weighing.astype(np.longdouble).sum())
    last = max(int(np.searchsorted(reached, p * whole, side="right")) - 1, 0)
    exactly = p - float(reached[last]) / whole == 0
    return float(at[order][last if exactly else min(last + 1, len(at) - 1)])
