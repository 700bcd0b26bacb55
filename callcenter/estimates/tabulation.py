"""Shares and means of a question in every domain at once, with their errors, as `figures` gives them one by one.

In a sample of single units the variance of a domain's mean m is, over strata h with scale s_h (see `variance`),
sum_h s_h (Q_h - T_h^2 / n_h), T_h the sum and Q_h the sum of squares of w (y - m) / W over the domain's rows of the stratum. Both
follow from a few sums over each stratum and domain, so one pass over the rows gives every figure, and memory is that of the
sums. A sample of clusters has no such short cut: there each figure is computed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, stdtrit

from callcenter.estimates import figures, proportions
from callcenter.estimates.figures import Figure
from callcenter.estimates.variance import CONFIDENCE, Codes, Floats, Mask, Sample

Counts = npt.NDArray[np.int64]

NO_DOMAIN = -1
EVERYBODY = -1
"""The place of the figures over all rows: behind those of the domains."""


@dataclass(frozen=True)
class Block:
    """Figures by domain (rows; the last is everybody) and level (columns); NaN is: not defined."""

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    deff: Floats
    n: Counts

    def figure(self, domain: int = EVERYBODY, level: int = 0) -> Figure:
        """One of them."""
        columns = (self.estimate, self.se, self.low, self.high, self.deff)
        estimate, se, low, high, deff = (_known(float(each[domain, level])) for each in columns)
        return Figure(estimate, se, low, high, deff, int(self.n[domain]))


@dataclass(frozen=True)
class Tabulation:
    """A sample cut into domains: the domain of each row (`NO_DOMAIN`: none), coded from 0, and how many there are."""

    sample: Sample
    domains: Codes
    count: int

    def shares(self, codes: Codes, levels: int) -> Block:
        """Shares of every level among the rows whose code is not negative."""
        present = codes >= 0
        if self._clustered:
            return self._one_by_one([codes == level for level in range(levels)], present)
        cells, weights = self._cells[present] * levels + codes[present], self.sample.weights[present]
        return self._of_shares(self._sums(cells, weights, levels), self._sums(cells, weights**2, levels), present)

    def choices(self, hits: Sequence[Mask], present: Mask) -> Block:
        """Shares of levels of which a row may have several."""
        if self._clustered:
            return self._one_by_one(hits, present)
        return self._joined([self.shares(np.where(present, hit.astype(np.intp), -1), 2) for hit in hits])

    def means(self, values: Floats, present: Mask) -> Block:
        """Means of the values that are there (NaN: missing)."""
        there = present & ~np.isnan(values)
        if self._clustered:
            return block_of([[figures.mean(self.sample, values, there & rows)] for rows in self.masks])
        weights = self.sample.weights[there]
        whole = float(weights.sum())
        # Centred before squares are summed: years, or large amounts, would lose their digits.
        middle = float(values[there] @ weights / whole) if whole else 0.0
        y, cells = values[there] - middle, self._cells[there]
        sums = [self._sums(cells, each, 1)[..., 0] for each in (weights, weights * y, weights * y * y, weights**2)]
        squares = [self._sums(cells, each, 1)[..., 0] for each in (weights**2 * y, weights**2 * y * y)]
        return self._of_means(sums, squares, there, middle)

    @cached_property
    def _clustered(self) -> bool:
        return len(self.sample.stratum_of_unit) != len(self.sample.units)

    @cached_property
    def _cells(self) -> Codes:
        return self.sample.strata * (self.count + 1) + np.where(self.domains < 0, self.count, self.domains)

    @cached_property
    def _strata(self) -> int:
        return len(self.sample.units_by_stratum)

    @cached_property
    def masks(self) -> list[Mask]:
        """The rows of each domain, and of everybody."""
        return [*(self.domains == place for place in range(self.count)), np.ones(len(self.domains), dtype=np.bool_)]

    def _sums(self, cells: Codes, of: Floats, levels: int) -> Floats:
        """Sums by stratum, domain and level; rows of no domain are in the last domain, everybody, with all others."""
        found = np.bincount(cells, weights=of, minlength=self._strata * (self.count + 1) * levels).astype(np.float64)
        shaped = found.reshape(self._strata, self.count + 1, levels)
        shaped[:, -1] = shaped.sum(axis=1)
        return shaped

    def _counts(self, rows: Mask) -> Floats:
        return self._sums(self._cells[rows], np.ones(int(rows.sum())), 1)[..., 0]

    def _of_shares(self, sums: Floats, squares: Floats, present: Mask) -> Block:
        n, weighing, degrees = self._bases(present)
        whole, whole_squares = sums.sum(axis=2), squares.sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            of_domain = whole.sum(axis=0)[:, None]
            p = _rounded_at_the_ends(sums.sum(axis=0) / of_domain)
            t = (sums - p * whole[:, :, None]) / of_domain
            q = (squares * (1 - 2 * p) + p**2 * whole_squares[:, :, None]) / of_domain**2
            variance = self._variance(t, q, q)
            by_chance = _by_chance(p * (1 - p), weighing[:, None], of_domain)
            # Nobody, or everybody: no error and no logit interval.
            sure = (p <= 0) | (p >= 1)
            se = np.where(sure, 0.0, np.sqrt(variance))
            reach = np.where(sure, np.nan, _factors(degrees)[:, None] * se / (p * (1 - p)))
            low, high = expit(logit(p) - reach), expit(logit(p) + reach)
            deff = np.where(sure, np.nan, variance / by_chance)
        return Block(p, np.where(np.isnan(p), np.nan, se), low, high, deff, n)

    def _of_means(self, sums: list[Floats], squares: list[Floats], there: Mask, middle: float) -> Block:
        n, weighing, degrees = self._bases(there)
        w, wy, wyy, ww = sums
        wwy, wwyy = squares
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = w.sum(axis=0)
            m = wy.sum(axis=0) / whole
            t = (wy - m * w) / whole
            q = (wwyy - 2 * m * wwy + m**2 * ww) / whole**2
            variance = self._variance(t, q, (wwyy + 2 * abs(m * wwy) + m**2 * ww) / whole**2)
            square = wyy.sum(axis=0) / whole
            # Of equal values rounding alone would be left.
            spread = np.where(square - m**2 > 1e-13 * square, square - m**2, 0)
            deff = variance / _by_chance(spread, weighing, whole)
            se = np.sqrt(variance)
            reach = _factors(degrees) * se
        columns = (m + middle, se, m + middle - reach, m + middle + reach, deff)
        return _block([each[:, None] for each in columns], n)

    def _variance(self, t: Floats, q: Floats, gross: Floats) -> Floats:
        """Over the first axis, strata; what is left of `gross` by rounding alone is nothing."""
        n, scale = self.sample.units_by_stratum, self.sample.scale
        shape = (-1,) + (1,) * (t.ndim - 1)
        inverse = np.where(n > 1, 1 / np.maximum(n, 1), 0).reshape(shape)
        scaled = scale.reshape(shape)
        found, rounding = (scaled * (q - t**2 * inverse)).sum(axis=0), 1e-13 * (scaled * gross).sum(axis=0)
        return np.where(found > rounding, found, np.where(np.isnan(found), found, 0.0))

    def _bases(self, rows: Mask) -> tuple[Counts, Floats, Floats]:
        """Rows, rows that weigh something, and degrees of freedom, by domain."""
        n = self._counts(rows).sum(axis=0).astype(np.int64)
        weighing = self._counts(rows & (self.sample.weights != 0))
        return n, weighing.sum(axis=0), weighing.sum(axis=0) - (weighing > 0).sum(axis=0)

    def _one_by_one(self, hits: Sequence[Mask], present: Mask) -> Block:
        return block_of([[proportions.proportion(self.sample, hit, present & rows) for hit in hits] for rows in self.masks])

    def _joined(self, blocks: Sequence[Block]) -> Block:
        if not blocks:
            empty = np.empty((self.count + 1, 0))
            return Block(empty, empty, empty, empty, empty, np.zeros(self.count + 1, dtype=np.int64))
        parts = ((each.estimate, each.se, each.low, each.high, each.deff) for each in blocks)
        return _block([np.column_stack([each[:, 1] for each in column]) for column in zip(*parts, strict=True)], blocks[0].n)


def _block(columns: Sequence[Floats], n: Counts) -> Block:
    estimate, se, low, high, deff = columns
    return Block(estimate, se, low, high, deff, n)


def block_of(rows: Sequence[Sequence[Figure]]) -> Block:
    """Figures computed one by one, rows of them by domain."""
    names = ("estimate", "se", "low", "high", "deff")
    told = [np.array([[_or_nan(getattr(one, name)) for one in row] for row in rows], dtype=np.float64) for name in names]
    return _block(told, np.array([row[0].n if row else 0 for row in rows], dtype=np.int64))


def _factors(degrees: Floats) -> Floats:
    """Half-width factors of the intervals; NaN where there are no degrees of freedom."""
    return np.where(degrees > 0, stdtrit(np.maximum(degrees, 1), (1 + CONFIDENCE) / 2), np.nan)


def _by_chance(spread: Floats, n: Floats, population: Floats) -> Floats:
    """See `srs_variance`; NaN where it is not defined."""
    possible = (n > 1) & (population > n)
    return np.where(possible, spread / (n - 1) * (population - n) / population, np.nan)


def _rounded_at_the_ends(p: Floats) -> Floats:
    """Sums of weights do not always divide to exactly 1."""
    return np.where(p < 1e-12, np.where(p >= 0, 0.0, p), np.where(p > 1 - 1e-12, 1.0, p))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
