"""Weights of responding cases: base, unknown eligibility spread over the known, non-response over the valid.

Classes are the strata. A class with fewer than 5 valid cases, or a factor over 3, is merged with the neighbour (in the design's
order) that has fewer valid cases, the thinnest first, as long as that gives it more valid cases or a smaller factor; what was
merged is reported. Ineligible and denied cases keep their weight: they are zeros of the domain. The weights of all responding
cases sum to the frame. Where the study says so they are then raked to counts of the frame, and the largest are trimmed.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from callcenter.estimates.raking import Margin, Raked, margin, rake
from callcenter.estimates.trimming import Trimmed, trim
from callcenter.estimates.variance import Floats

FEWEST_VALID = 5
LARGEST_FACTOR = 3.0

STATUSES = VALID, NONRESPONSE, INELIGIBLE, UNKNOWN = "valid", "nonresponse", "ineligible", "unknown"


def status(code: str, category: str, *, valid: bool) -> str:
    """What a case is to the weights. A matter denied (3.30 as 4.80) is known: a zero of the domain."""
    if category == "NE" or code == "3.30":
        return INELIGIBLE
    if category in ("UH", "UO"):
        return UNKNOWN
    return VALID if category == "I" and valid else NONRESPONSE


@dataclass(frozen=True)
class Stratum:
    """A stratum's frame units and those released."""

    name: str
    size: int
    released: int


@dataclass
class WeightClass:
    """Strata adjusted together: counts and base-weight sums by status."""

    strata: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)

    @property
    def valid(self) -> int:
        """Valid cases."""
        return self.counts.get(VALID, 0)

    @property
    def known_factor(self) -> float:
        """By how much those of known eligibility stand for the unknown too."""
        known = sum(self.sums.get(each, 0) for each in (VALID, NONRESPONSE, INELIGIBLE))
        return (known + self.sums.get(UNKNOWN, 0)) / known if known else math.inf

    @property
    def response_factor(self) -> float:
        """By how much the valid stand for the eligible that gave no valid interview."""
        valid, lost = self.sums.get(VALID, 0), self.sums.get(NONRESPONSE, 0)
        return (valid + lost) / valid if valid else (math.inf if lost else 1.0)

    @property
    def factor(self) -> float:
        """The larger of both."""
        return max(self.known_factor, self.response_factor)

    @property
    def too_thin(self) -> bool:
        """Whether it should not stand alone."""
        return self.valid < FEWEST_VALID or self.factor > LARGEST_FACTOR

    def with_(self, other: "WeightClass") -> "WeightClass":
        """Both as one class."""
        return WeightClass(
            [*self.strata, *other.strata],
            {each: self.counts.get(each, 0) + other.counts.get(each, 0) for each in {*self.counts, *other.counts}},
            {each: self.sums.get(each, 0) + other.sums.get(each, 0) for each in {*self.sums, *other.sums}},
        )


@dataclass(frozen=True)
class Attribute:
    """An attribute to rake by: the category of each case, and the frame's units in each category."""

    name: str
    of_case: Mapping[int, str]
    totals: Mapping[str, int]


@dataclass(frozen=True)
class Weighting:
    """Base and final weight of each case (final 0: it does not respond), and what was done."""

    base: dict[int, float]
    final: dict[int, float]
    classes: list[WeightClass]
    n_valid: int
    kish_deff: float | None
    """1 + squared coefficient of variation of the valid cases' weights."""
    margins: tuple[Margin, ...] = ()
    raked: Raked | None = None
    trimmed: Trimmed | None = None

    @property
    def effective_n(self) -> float | None:
        """Valid cases over the design effect of their weights."""
        return self.n_valid / self.kish_deff if self.kish_deff else None

    @property
    def variation(self) -> float | None:
        """Coefficient of variation of the valid cases' weights."""
        return math.sqrt(max(self.kish_deff - 1, 0)) if self.kish_deff else None

    @property
    def collapsed(self) -> list[WeightClass]:
        """Classes of more than one stratum."""
        return [each for each in self.classes if len(each.strata) > 1]


def weigh(
    strata: Sequence[Stratum],
    cases: Mapping[int, tuple[str, str]],
    *,
    rake_by: Sequence[Attribute] = (),
    trim_at: float | None = None,
) -> Weighting:
    """Weights of released cases, given as case → (stratum, status); `trim_at`: the largest multiple of the median weight."""
    base_of = {stratum.name: stratum.size / stratum.released for stratum in strata if stratum.released}
    classes = merged(_classes(cases, base_of))
    class_of = {name: each for each in classes for name in each.strata}
    base = {case: base_of[name] for case, (name, _) in cases.items()}
    # One number for all cases that share it: there may be very many cases.
    worth = {(name, kind): base_of[name] * _factor(class_of[name], kind) for name in base_of for kind in STATUSES}
    final = {case: worth[of_case] for case, of_case in cases.items()}
    responding = [case for case, weight in final.items() if weight > 0]
    weights = np.array([final[case] for case in responding], dtype=np.float64)
    margins = tuple(margin(each.name, [each.of_case[case] for case in responding], each.totals) for each in rake_by if responding)
    raked = rake(weights, margins) if margins else None
    trimmed = trim(raked.weights if raked else weights, trim_at) if trim_at and responding else None
    adjusted: Floats = trimmed.weights if trimmed else raked.weights if raked else weights
    if raked or trimmed:
        final |= dict(zip(responding, adjusted.tolist(), strict=True))
    valid = [final[case] for case, (_, kind) in cases.items() if kind == VALID]
    return Weighting(base, final, classes, len(valid), kish(valid), margins, raked, trimmed)


def merged(classes: Sequence[WeightClass]) -> list[WeightClass]:
    """Merge classes that are too thin with a neighbour, the thinnest first, while it helps."""
    found = list(classes)
    while True:
        best = _next_merge(found)
        if best is None:
            return found
        found[best : best + 2] = [found[best].with_(found[best + 1])]


def kish(weights: Sequence[float]) -> float | None:
    """Kish's design effect of unequal weights, n·Σw²/(Σw)²."""
    whole = sum(weights)
    return len(weights) * sum(weight**2 for weight in weights) / whole**2 if whole else None


def _next_merge(classes: Sequence[WeightClass]) -> int | None:
    """Place of the first of the two neighbours to merge next; none where no merge would help."""
    thin = sorted((each.valid, -each.factor, place) for place, each in enumerate(classes) if each.too_thin)
    for *_, place in thin:
        neighbours = sorted((classes[near].valid, near) for near in (place - 1, place + 1) if 0 <= near < len(classes))
        for _, near in neighbours:
            both = classes[place].with_(classes[near])
            if classes[place].valid < FEWEST_VALID or both.factor < classes[place].factor:
                return min(place, near)
    return None


def _classes(cases: Mapping[int, tuple[str, str]], base_of: Mapping[str, float]) -> list[WeightClass]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, kind in cases.values():
        counts[name][kind] += 1
    return [WeightClass([name], dict(counts[name]), {kind: n * base for kind, n in counts[name].items()}) for name, base in base_of.items()]


def _factor(of: WeightClass, kind: str) -> float:
    if kind == VALID:
        return of.known_factor * of.response_factor
    # Without any valid case nobody can stand for the others.
    return of.known_factor if kind == INELIGIBLE else 0.0
