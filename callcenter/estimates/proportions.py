"""Shares with an interval that stays between 0 and 1 (R `survey`: svyciprop, method logit)."""

import math

import numpy as np

from callcenter.estimates.figures import Figure, mean, undefined
from callcenter.estimates.variance import Mask, Sample, quantile_t


def proportion(sample: Sample, hit: Mask, present: Mask) -> Figure:
    """Weighted share of `hit` among the rows `present`; at 0 and at 1 this interval is not defined."""
    n, weighing = int(present.sum()), present & (sample.weights != 0)
    if not weighing.any():
        return undefined(n)
    if (there := int((hit & weighing).sum())) in (0, int(weighing.sum())):
        return Figure(float(there > 0), 0.0, None, None, None, n)
    found = mean(sample, hit.astype(np.float64), present)
    low, high = _logit_interval(found, quantile_t(sample.degrees(present)))
    return Figure(found.estimate, found.se, low, high, found.deff, found.n)


def _logit_interval(found: Figure, t: float | None) -> tuple[float | None, float | None]:
    p, se = found.estimate, found.se
    if p is None or se is None or t is None or not 0 < p < 1:
        return None, None
    centre, reach = math.log(p / (1 - p)), t * se / (p * (1 - p))
    return _expit(centre - reach), _expit(centre + reach)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
