"""Binomial and Beta-Binomial chances from special functions: `scipy.stats` takes every process that imports it half a second."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, xlog1py, xlogy

Floats = NDArray[np.float64]


def binomial(count: int, rate: float) -> Floats:
    """P(X = k) for k from 0 to `count` of X ~ Binomial(count, rate)."""
    k = np.arange(count + 1, dtype=float)
    chances: Floats = np.exp(_log_ways(count, k) + xlogy(k, rate) + xlog1py(count - k, -rate))
    return chances


def beta_binomial(count: int, a: float, b: float) -> Floats:
    """P(X = k) for k from 0 to `count` of X ~ Beta-Binomial(count, a, b), a and b above 0."""
    k = np.arange(count + 1, dtype=float)
    chances: Floats = np.exp(_log_ways(count, k) + betaln(k + a, count - k + b) - betaln(a, b))
    return chances


def at_least(chances: Floats, wanted: NDArray[np.int64]) -> Floats:
    """P(X >= k) for each k wanted; 1 for k <= 0, 0 beyond the last."""
    tails = np.concatenate([np.minimum(chances[::-1].cumsum()[::-1], 1.0), [0.0]])
    tails[0] = 1.0
    reached: Floats = tails[np.clip(wanted, 0, len(chances))]
    return reached


def _log_ways(count: int, k: Floats) -> Floats:
    ways: Floats = gammaln(count + 1) - gammaln(k + 1) - gammaln(count - k + 1)
    return ways
