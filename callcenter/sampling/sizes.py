"""How many valid completes a precision needs, how many units to release for them, and what precision a number gives.

Sources: Cochran, Sampling Techniques (3rd ed. 1977), chapters 3 and 4; Kish, Survey Sampling (1965), on the design effect. Numbers: the
vignette "Sample size calculation in single-stage sampling" of the R package PracTools (Valliant, Dever & Kreuter).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from callcenter.errors import InvalidInput

# A value that should be whole may arrive as 400.00000000000006: it is not rounded up to 401. Relative, so that it holds for any size.
WHOLE = 1e-12


@dataclass(frozen=True)
class Size:
    """Units needed for one proportion: `n0` without and `n` with the finite population, both unrounded."""

    n0: float
    n: float
    completes: int
    release: int


@dataclass(frozen=True)
class Rates:
    """Expected shares: answered of eligible, eligible of released, valid of answered."""

    response: float = 1.0
    eligible: float = 1.0
    valid: float = 1.0

    @property
    def product(self) -> float:
        """Valid completes to be expected from one released unit."""
        return self.response * self.eligible * self.valid


ALL_ANSWER = Rates()


def z_of(confidence: float) -> float:
    """The two-sided standard normal quantile, exact: 1.959964 for .95."""
    if not 0 < confidence < 1:
        raise _wrong("置信水平", confidence, "大于 0 小于 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def size_for_proportion(
    p: float, e: float, *, confidence: float = 0.95, population: int | None = None, deff: float = 1.0, rates: Rates = ALL_ANSWER
) -> Size:
    """Valid completes for a proportion near `p` known to within `e`, and the release that yields them.

    n0 = z²p(1-p)/e²; n = n0 / (1 + (n0-1)/N); completes = ⌈n·deff⌉; release = ⌈n·deff/(response·eligible·valid)⌉: rounded up only at
    the end. PracTools, `nPropMoe` with p = .5 at 95 %: e = .01, .02, .03, .05 need 9604, 2401, 1068, 385.
    """
    _check("比例 p", p, 0, 1)
    _check("允许误差 e", e, 0, 1)
    _check_rates(rates)
    if not (math.isfinite(deff) and deff > 0):
        raise _wrong("设计效应", deff, "大于 0")
    if population is not None and population < 1:
        raise _wrong("总体数", population, "至少为 1")
    n0 = z_of(confidence) ** 2 * p * (1 - p) / e**2
    n = n0 if population is None else n0 / (1 + (n0 - 1) / population)
    # A wish so modest that not even one unit is needed still needs one.
    return Size(n0, n, max(1, ceiling(n * deff)), max(1, ceiling(n * deff / rates.product)))


def to_release(target: int, rates: Rates, population: int) -> int:
    """Units to release so that `target` valid completes are to be expected: min(N, ⌈t / (response·eligible·valid)⌉)."""
    _check_rates(rates)
    return min(population, ceiling(target / rates.product))


def standard_error(completes: float, population: int, p: float = 0.5) -> float | None:
    """Of a proportion from a simple random sample without replacement: √(p(1-p)/n · (N-n)/(N-1)), None without completes."""
    if completes <= 0 or population <= 0:
        return None
    if population == 1 or completes >= population:
        return 0.0
    return math.sqrt(p * (1 - p) / completes * (population - completes) / (population - 1))


def stratified_standard_error(completes: list[float], populations: list[int], p: float = 0.5) -> float | None:
    """Of the whole population's proportion: √Σ (N_h/N)²·SE_h²; None where a stratum with units has no completes."""
    whole = sum(populations)
    variance = 0.0
    for n, size in zip(completes, populations, strict=True):
        if size == 0:
            continue
        error = standard_error(n, size, p)
        if error is None:
            return None
        variance += (size / whole * error) ** 2
    return math.sqrt(variance) if whole else None


def ceiling(value: float) -> int:
    """The next whole number up; a value that is whole but for rounding noise stays."""
    return math.ceil(value - WHOLE * max(1.0, abs(value)))


def _check_rates(rates: Rates) -> None:
    for name, rate in (("应答率", rates.response), ("合格率", rates.eligible), ("有效率", rates.valid)):
        _check(name, rate, 0, 1, top_allowed=True)


def _check(name: str, value: float, low: float, high: float, *, top_allowed: bool = False) -> None:
    if not (low < value < high or (top_allowed and value == high)):
        raise _wrong(name, value, f"大于 {low}{'，不超过' if top_allowed else '，小于'} {high}")


def _wrong(name: str, value: object, rule: str) -> InvalidInput:
    return InvalidInput("wrong_use", "{name}不能是 {value}：应{rule}。", name=name, value=value, rule=rule)
