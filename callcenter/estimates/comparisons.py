"""Whether a domain differs from all others: the difference of two weighted means with its error, and Holm's care for many tests.

Both means come from one sample, so the error is that of the difference of their linearised values, covariance included. With
twenty districts one in twenty differs by chance alone: p is adjusted after Holm (1979), which holds whatever depends on what.
Where all answers of the domain, or of all others, are equal, there is no test: that side would seem known without error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from callcenter.estimates.variance import Floats, Mask, Sample

LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """A domain's mean beside that of all others, over `n` rows of the domain; `adjusted` is p after Holm."""

    domain: str
    n: int
    estimate: float | None
    rest: float | None
    difference: float | None
    se: float | None
    p: float | None
    adjusted: float | None = None
    varies: bool = True
    """Whether the answers differ among themselves, in the domain and outside it."""

    @property
    def stands_out(self) -> bool:
        """Whether it differs beyond chance."""
        return self.adjusted is not None and self.adjusted < LEVEL


def against_the_rest(sample: Sample, values: Floats, present: Mask, domains: Sequence[str | None], fewest: int) -> list[Difference]:
    """Each domain with at least `fewest` answers against all others, by name."""
    there = present & ~np.isnan(values)
    names = sorted({name for name in domains if name is not None})
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([-1 if each is None else place[each] for each in domains], dtype=np.intp)
    masks = {name: there & (codes == number) for name, number in place.items()}
    found = [_difference(sample, values, name, mask, there & ~mask) for name, mask in masks.items() if mask.sum() >= fewest]
    adjusted = holm([each.p for each in found])
    return [Difference(**{**vars(each), "adjusted": p}) for each, p in zip(found, adjusted, strict=True)]


def holm(values: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted after Holm; what is not known is no test."""
    known = sorted((p, place) for place, p in enumerate(values) if p is not None)
    adjusted: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = min(1.0, max(largest, (len(known) - rank) * p))
        adjusted[place] = largest
    return adjusted


def _difference(sample: Sample, values: Floats, name: str, inside: Mask, outside: Mask) -> Difference:
    n = int(inside.sum())
    weights = [float(sample.weights[mask].sum()) for mask in (inside, outside)]
    means = [
        float(values[mask] @ sample.weights[mask] / whole) if whole else None
        for mask, whole in zip((inside, outside), weights, strict=True)
    ]
    one, other = means
    if one is None or other is None:
        return Difference(name, n, one, other, None, None, None)
    linearised = np.where(inside, values - one, 0) / weights[0] - np.where(outside, values - other, 0) / weights[1]
    se = float(np.sqrt(max(sample.variance(linearised), 0.0)))
    degrees = sample.degrees(inside | outside)
    varies = all(_vary(values[mask & (sample.weights != 0)]) for mask in (inside, outside))
    p = 2 * float(stdtr(degrees, -abs(one - other) / se)) if varies and se > 0 and degrees > 0 else None
    return Difference(name, n, one, other, one - other, se, p, varies=varies)


def _vary(values: Floats) -> bool:
    return bool((values != values[0]).any())
