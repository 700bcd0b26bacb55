"""Sizes against published examples."""

import math

import pytest

from callcenter.errors import InvalidInput
from callcenter.sampling.base_weights import base_weight, base_weights
from callcenter.sampling.sizes import Rates, ceiling, size_for_proportion, standard_error, stratified_standard_error, to_release

TWO_SIGMA = math.erf(2 / math.sqrt(2))


@pytest.mark.parametrize(
    ("e", "printed"), [(0.01, 9604), (0.02, 2401), (0.03, 1068), (0.04, 601), (0.05, 385), (0.06, 267), (0.07, 196), (0.08, 151)]
)
def test_the_sizes_that_practools_prints(e: float, printed: int) -> None:
    """R: ceiling(nPropMoe(moe.sw=1, e=seq(0.01,0.08,0.01), alpha=0.05, pU=0.5)), vignette of PracTools on single-stage sampling."""
    assert size_for_proportion(0.5, e).completes == printed


def test_the_finite_population_is_practools_formula() -> None:
    """n = z²S² / (e² + z²S²/N) with S² = N·p(1-p)/(N-1), formula (3) of the same vignette."""
    for population in (2, 50, 1000, 10**7):
        z, s = 1.959963984540054, population * 0.3 * 0.7 / (population - 1)
        assert size_for_proportion(0.3, 0.05, population=population).n == pytest.approx(z**2 * s / (0.05**2 + z**2 * s / population))


def test_everything_is_rounded_up_once_at_the_end() -> None:
    size = size_for_proportion(0.5, 0.05, population=1000, deff=1.5, rates=Rates(0.6, 0.9, 0.95))
    n = 384.14588206941227 / (1 + 383.14588206941227 / 1000)
    assert size.n == pytest.approx(n)
    assert (size.completes, size.release) == (math.ceil(n * 1.5), math.ceil(n * 1.5 / (0.6 * 0.9 * 0.95)))


def test_whole_numbers_stay_in_spite_of_rounding_noise() -> None:
    assert size_for_proportion(0.5, 0.05, confidence=TWO_SIGMA).completes == 400
    assert ceiling(3.0 * 10**9 * 1.1 / 1.1) == 3 * 10**9
    assert to_release(30, Rates(0.5, 0.6, 1.0), 1000) == 100


@pytest.mark.parametrize(
    "wrong",
    [{"p": 0}, {"p": 1.2}, {"p": math.nan}, {"e": 0}, {"e": -0.1}, {"confidence": 1}, {"population": 0}, {"deff": 0}, {"deff": math.inf},
     {"rates": Rates(0)}, {"rates": Rates(1.01)}, {"rates": Rates(1, 0)}, {"rates": Rates(1, 1, -1)}],
)  # fmt: skip
def test_absurd_numbers_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        size_for_proportion(**{"p": 0.5, "e": 0.05, **wrong})  # type: ignore[arg-type]
    assert str(refusal.value)


def test_a_wish_that_needs_nobody_still_asks_one() -> None:
    size = size_for_proportion(0.5, 0.99, population=1)
    assert (size.completes, size.release) == (1, 1)


def test_release_never_passes_the_stratum() -> None:
    assert to_release(50, Rates(0.5, 0.8, 0.9), 1000) == 139
    assert to_release(50, Rates(0.5, 0.8, 0.9), 100) == 100


def test_standard_errors() -> None:
    assert standard_error(100, 10**9) == pytest.approx(0.05)
    assert standard_error(100, 100) == 0
    assert standard_error(0, 100) is None
    # two equal halves of a large population, each known to .05: together .05 / sqrt(2)
    assert stratified_standard_error([100, 100], [10**9, 10**9]) == pytest.approx(0.05 / math.sqrt(2))
    assert stratified_standard_error([100, 0], [50, 50]) is None


def test_base_weights_are_units_stood_for() -> None:
    assert base_weights({"a": (100, 20), "b": (10, 0)}) == {"a": 5.0}
    assert base_weight(10, 0) is None
