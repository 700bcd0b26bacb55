"""The sampling error of a total under a stratified sample, and the interval around a figure.

The variance of a total of z is, over strata h with n_h sampled units (clusters where there are any) of N_h,
sum_h (1 - n_h/N_h) n_h/(n_h - 1) sum_i (t_hi - mean t_h)^2, t_hi the unit's weighted sum of z: what R `survey` gives for
`svydesign(id=, strata=, weights=, fpc=)`. A stratum with a single unit counts nothing where it is certain (N_h = 1), else it
is not centred (`survey.lonely.psu="adjust"`). A domain is a domain: z is zero outside it, the units of every stratum stay.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Sample:
    """Rows of a sample: stratum and unit of each (coded from 0), its weight, and N_h of each stratum (none: no correction)."""

    strata: Codes
    units: Codes
    weights: Floats
    sizes: Floats | None

    @classmethod
    def of(cls, strata: Codes, weights: Floats, sizes: Floats | None = None, clusters: Codes | None = None) -> "Sample":
        """A sample of single rows, or of clusters (numbered within their stratum)."""
        rows = np.arange(len(strata), dtype=np.intp)
        if clusters is None:
            return cls(strata, rows, weights, sizes)
        nested = strata.astype(np.int64) * (int(clusters.max(initial=0)) + 1) + clusters
        return cls(strata, np.unique(nested, return_inverse=True)[1].astype(np.intp), weights, sizes)

    @cached_property
    def stratum_of_unit(self) -> Codes:
        """The stratum of each unit."""
        of_unit = np.zeros(int(self.units.max(initial=-1)) + 1, dtype=np.intp)
        of_unit[self.units] = self.strata
        return of_unit

    @cached_property
    def units_by_stratum(self) -> Floats:
        """n_h of every stratum that has a size, also of those from which nobody answered yet."""
        return self._by_stratum(np.ones(len(self.stratum_of_unit)))

    def _by_stratum(self, of_units: Floats) -> Floats:
        """Sums of a figure of the units over each stratum."""
        strata = 0 if self.sizes is None else len(self.sizes)
        return np.bincount(self.stratum_of_unit, weights=of_units, minlength=strata).astype(np.float64)

    @cached_property
    def scale(self) -> Floats:
        """What the sum of squares of each stratum is multiplied with: what is left of it, over n_h - 1 instead of n_h."""
        n = self.units_by_stratum
        # A stratum may be empty, in the sample or altogether.
        remaining = np.ones_like(n) if self.sizes is None else 1 - np.divide(n, self.sizes, out=np.zeros_like(n), where=n > 0)
        return remaining * np.where(n > 1, n / np.maximum(n - 1, 1), 1)

    def variance(self, z: Floats) -> float:
        """Variance of the weighted total of `z`."""
        totals = np.bincount(self.units, weights=self.weights * z).astype(np.float64)
        n = self.units_by_stratum
        means = self._by_stratum(totals) / np.maximum(n, 1)
        centred = totals - np.where(n > 1, means, 0)[self.stratum_of_unit]
        squares = self._by_stratum(centred**2)
        return float(self.scale @ squares)

    def degrees(self, domain: Mask) -> int:
        """Degrees of freedom in a domain: its units less its strata, rows that weigh nothing aside."""
        there = domain & (self.weights != 0)
        units, strata = (np.count_nonzero(np.bincount(codes[there])) for codes in (self.units, self.strata))
        return int(units - strata)


def quantile_t(degrees: int) -> float | None:
    """Half-width factor of the interval; none where there are no degrees of freedom."""
    return float(stdtrit(degrees, (1 + CONFIDENCE) / 2)) if degrees > 0 else None


def weighted_mean(values: Floats, weights: Floats) -> float:
    """The mean, its rounding taken back once: of equal values it is that value to the last digit."""
    whole = weights.sum()
    rough = values @ weights / whole
    return float(rough + (values - rough) @ weights / whole)


def srs_variance(values: Floats, weights: Floats) -> float | None:
    """Variance of a mean had as many cases been drawn at random from as many as the weights sum to; none where that is impossible."""
    n, population = int(np.count_nonzero(weights)), float(weights.sum())
    if n < 2 or population <= n:
        return None
    spread = ((values - weighted_mean(values, weights)) ** 2) @ weights / population * n / (n - 1)
    return float(spread / n * (population - n) / population)
