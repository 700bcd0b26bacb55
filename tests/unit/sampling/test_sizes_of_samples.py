"""Sizes against published examples."""

import math

import pytest

from callcenter.errors import InvalidInput
from callcenter.sampling.base_weights import base_weight, base_weights
from callcenter.sampling.sizes import Rates, size_for_proportion, standard_error, stratified_standard_error, to_release

TWO_SIGMA = math.erf(2 / math.sqrt(2))


def test_cochrans_islanders() -> None:
    """Cochran (1977), 4.4: p = .5, e = .05, t = 2 gives 400, and 356 of 3,200."""
    size = size_for_proportion(0.5, 0.05, confidence=TWO_SIGMA, population=3200)
    assert size.n0 == pytest.approx(400)
    assert (size.completes, size.release) == (356, 356)


def test_lohrs_recipes_before_the_finite_population() -> None:
    """Lohr, Sampling: Design and Analysis, example 2.11: p = .5 within .03 at 95 % needs n0 = 1067."""
    assert size_for_proportion(0.5, 0.03).n0 == pytest.approx(1067.07, abs=0.01)


def test_everything_is_rounded_up_once_at_the_end() -> None:
    size = size_for_proportion(0.5, 0.05, population=1000, deff=1.5, response=0.6)
    n = 384.14588206941227 / (1 + 383.14588206941227 / 1000)
    assert size.n == pytest.approx(n)
    assert (size.completes, size.release) == (math.ceil(n * 1.5), math.ceil(n * 1.5 / 0.6))


def test_whole_numbers_stay_in_spite_of_rounding_noise() -> None:
    assert size_for_proportion(0.5, 0.05, confidence=TWO_SIGMA).completes == 400
    assert to_release(30, Rates(0.5, 0.6, 1.0), 1000) == 100


@pytest.mark.parametrize(
    "wrong",
    [{"p": 0}, {"p": 1.2}, {"p": math.nan}, {"e": 0}, {"e": -0.1}, {"confidence": 1}, {"population": 0}, {"deff": 0}, {"deff": math.inf},
     {"response": 0}, {"response": 1.01}],
)  # fmt: skip
def test_absurd_numbers_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        size_for_proportion(**{"p": 0.5, "e": 0.05, **wrong})  # type: ignore[arg-type]
    assert str(refusal.value)


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
