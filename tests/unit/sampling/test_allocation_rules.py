"""Allocation against published tables and its own promises."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.errors import CallcenterError
from callcenter.sampling.allocation import METHODS, StratumFacts, allocate


def strata(*sizes: int, s: tuple[float, ...] = ()) -> list[StratumFacts]:
    return [
        StratumFacts(chr(65 + i), size, Fraction(s[i]).limit_denominator(10**6) if s else None, Fraction(1), Fraction(size))
        for i, size in enumerate(sizes)
    ]


def test_cochrans_sixty_four_cities() -> None:
    """Cochran (1977), table 5.1 and 5.6: N 16 and 48, S squared 53,843 and 5,581, n = 24."""
    cities = strata(16, 48, s=(53843**0.5, 5581**0.5))
    assert allocate(cities, 24, "proportional") == [6, 18]
    assert allocate(cities, 24, "neyman") == [12, 12]


def test_lohrs_caribou() -> None:
    """Lohr, Sampling: Design and Analysis, example 3.12 (Siniff and Skoog 1964): optimal sizes for 225 in six strata."""
    herd = strata(400, 30, 61, 18, 70, 120, s=(3000, 2000, 9000, 2000, 12000, 1000))
    # 96.26, 4.81, 44.04, 2.89, 67.38, 9.63 before rounding
    assert allocate(herd, 225, "neyman") == [96, 5, 44, 3, 67, 10]


@pytest.mark.parametrize(
    ("sizes", "total", "options", "expected"),
    [
        ((100, 100, 100), 10, {}, [4, 3, 3]),  # a full tie: equal N, so by name
        ((100, 300, 100), 3, {"method": "equal"}, [1, 1, 1]),
        ((100, 300, 200), 4, {"method": "equal"}, [1, 2, 1]),  # the tie goes to the larger N
        ((10, 1000), 100, {"method": "equal"}, [10, 90]),  # the cap's overflow is shared out again
        ((10, 40, 950), 50, {"minimum": 5}, [5, 5, 40]),  # minima come off the rest
        ((3, 40, 957), 50, {"minimum": 5}, [3, 5, 42]),  # a minimum above N is N
        ((9, 41, 950), 50, {"take_all": 10}, [9, 2, 39]),  # below 10 units: taken whole
        ((10, 40, 950), 50, {"take_all": 10}, [0, 2, 48]),  # 10 is not below 10: .5 and 47.5 tie to the larger
        ((0, 100), 10, {"minimum": 3}, [0, 10]),  # an empty stratum gets nothing
        ((5, 5), 10, {}, [5, 5]),
        ((5, 5), 0, {}, [0, 0]),
        ((100, 400), 30, {"method": "power", "power": 0.5}, [10, 20]),
    ],
)
def test_shares(sizes: tuple[int, ...], total: int, options: dict[str, object], expected: list[int]) -> None:
    assert allocate(strata(*sizes), total, **options) == expected  # type: ignore[arg-type]


def test_no_deviation_means_the_minimum_only() -> None:
    assert allocate(strata(100, 100, s=(0, 5)), 20, "neyman", minimum=2) == [2, 18]


@pytest.mark.parametrize(
    ("sizes", "total", "options", "named"),
    [
        ((10, 20), 31, {}, "30"),
        ((100, 100), 9, {"minimum": 5}, "10"),
        ((8, 100), 7, {"take_all": 9}, "8"),
    ],
)
def test_what_cannot_be_met_names_the_feasible_total(sizes: tuple[int, ...], total: int, options: dict[str, int], named: str) -> None:
    with pytest.raises(CallcenterError, match=named) as refusal:
        allocate(strata(*sizes), total, **options)  # type: ignore[arg-type]
    assert refusal.value.code == "infeasible"


def test_fixed_sizes_are_taken_as_they_are_or_refused() -> None:
    given_sizes = [StratumFacts("a", 10, wanted=3), StratumFacts("b", 20, wanted=7)]
    assert allocate(given_sizes, 10, "fixed") == [3, 7]
    for total, options in [(11, {}), (10, {"minimum": 4}), (10, {"take_all": 11})]:
        with pytest.raises(CallcenterError) as refusal:
            allocate(given_sizes, total, "fixed", **options)
        assert refusal.value.code == "infeasible"
    with pytest.raises(CallcenterError, match="最多 2"):
        allocate([StratumFacts("a", 2, wanted=3)], 3, "fixed")


def test_what_a_method_needs_is_asked_for() -> None:
    for method, column in [("neyman", "S"), ("power", "CV"), ("fixed", "n")]:
        with pytest.raises(CallcenterError, match=column) as refusal:
            allocate([StratumFacts("a", 10)], 5, method)
        assert refusal.value.code == "missing_column"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (([StratumFacts("a", 10)], -1), "wrong_use"),
        (([StratumFacts("a", -10)], 1), "absurd_number"),
        (([StratumFacts("a", 1), StratumFacts("a", 2)], 1), "duplicate_stratum"),
        (([StratumFacts("a", 10, deviation=Fraction(-1))], 1, "neyman"), "absurd_number"),
        (([], 1), "no_strata"),
        (([StratumFacts("a", 10)], 1, "guess"), "wrong_use"),
    ],
)
def test_absurd_input_is_refused(arguments: tuple[object, ...], why: str) -> None:
    with pytest.raises(CallcenterError) as refusal:
        allocate(*arguments)  # type: ignore[arg-type]
    assert refusal.value.code == why
    assert str(refusal.value)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50)), min_size=1, max_size=12),
    st.sampled_from([m for m in METHODS if m != "fixed"]),
    st.integers(0, 20),
    st.integers(0, 40),
    st.data(),
)
def test_sizes_sum_exactly_and_respect_their_bounds(
    facts: list[tuple[int, int]], method: str, minimum: int, take_all: int, data: st.DataObject
) -> None:
    listed = [StratumFacts(f"{i:02}", size, Fraction(s), Fraction(s), Fraction(size)) for i, (size, s) in enumerate(facts)]
    lows = [size if size < take_all else min(minimum, size) for size, _ in facts]
    measured = [size > 0 and (method in ("equal", "proportional") or s > 0) for size, s in facts]
    highs = [size if has else low for (size, _), has, low in zip(facts, measured, lows, strict=True)]
    assume(sum(lows) <= sum(highs))
    total = data.draw(st.integers(sum(lows), sum(highs)))
    sizes = allocate(listed, total, method, minimum=minimum, take_all=take_all)
    assert sum(sizes) == total
    assert all(low <= size <= high for low, size, high in zip(lows, sizes, highs, strict=True))
