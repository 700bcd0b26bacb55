"""Allocation against published tables and its own promises."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.errors import CallcenterError
from callcenter.sampling.allocation import METHODS, StratumFacts, allocate, shares


def strata(*sizes: int, s: tuple[float, ...] = ()) -> list[StratumFacts]:
    return [
        StratumFacts(chr(65 + i), size, Fraction(s[i]).limit_denominator(10**6) if s else None, Fraction(1), Fraction(size))
        for i, size in enumerate(sizes)
    ]


def facts_of(sizes: list[int], deviations: list[str]) -> list[StratumFacts]:
    """Strata with N, S, CV = 1 and X = N: the power allocation is then by N to the power of q."""
    given_strata = enumerate(zip(sizes, deviations, strict=True))
    return [StratumFacts(f"{i:02}", size, Fraction(s), Fraction(1), Fraction(size)) for i, (size, s) in given_strata]


STRATALLO = facts_of([3000, 4000, 5000, 2000], ["48", "179", "176", "16"])
"""R package stratallo 3.0.1, vignette "Optimum sample allocation in stratified sampling"."""

PRACTOOLS = facts_of([215, 65, 252, 50, 149, 144], ["26787207", "10645109", "6909676", "11085034", "9817762", "44553355"])
"""R package PracTools, vignette "Sample size calculation in single-stage sampling", `strAlloc`."""

IPEDS = facts_of(
    [7, 299, 971, 851, 468, 1467, 633, 216, 870, 132],
    ["1680.11385668608", "11800.2993217881", "5956.31998862919", "7536.59885863143", "5830.00927558341", "7293.44943657165",
     "11149.0070418081", "14783.8369003426", "7641.36426053871", "2981.44889034106"],
)  # fmt: skip
"""R package SampleSelectR 1.0.0, help page of `allocate`: universities by region, n = 500, at least 2 in each."""


@pytest.mark.parametrize(
    ("given_strata", "total", "method", "minimum", "printed"),
    [
        # x <- opt(n = 190, A = N * S); round_oric(x)
        (STRATALLO, 190, "neyman", 0, [16, 77, 94, 3]),
        # strAlloc(n.tot = 100, Nh = Nh, Sh = Sh, alloc = "neyman"): 34.641683, 4.161947, 10.473487, 3.333804, 8.798970, 38.590108
        (PRACTOOLS, 100, "neyman", 0, [35, 4, 10, 3, 9, 39]),
        # allocate("proportional", N.h = N, n.samp = 500)
        (IPEDS, 500, "proportional", 2, [2, 25, 82, 72, 40, 124, 53, 18, 73, 11]),
        # allocate("power", N.h = N, power = 0.5, n.samp = 500)
        (IPEDS, 500, "power", 2, [6, 39, 70, 66, 49, 87, 57, 33, 67, 26]),
        # allocate("neyman", N.h = N, n.samp = 500, S.h = SD_ENRTOT)
        (IPEDS, 500, "neyman", 2, [2, 38, 62, 69, 29, 115, 76, 34, 71, 4]),
    ],
)
def test_published_allocations(given_strata: list[StratumFacts], total: int, method: str, minimum: int, printed: list[int]) -> None:
    assert allocate(given_strata, total, method, minimum=minimum) == printed


@pytest.mark.parametrize(
    ("lows", "highs", "total", "printed"),
    [
        # opt(n, A)
        ([0, 0, 0, 0], [3000, 4000, 5000, 2000], 190, [15.440181, 76.772009, 94.356659, 3.431151]),
        # opt(n, A, M = c(100, 90, 70, 80))
        ([0, 0, 0, 0], [100, 90, 70, 80], 190, [24.545455, 90, 70, 5.454545]),
        # opt(1284, A, m = c(100, 90, 500, 50), M = c(300, 400, 800, 90))
        ([100, 90, 500, 50], [300, 400, 800, 90], 1284, [117.2812, 400, 716.7188, 50]),
    ],
)
def test_what_bounds_take_away_is_shared_out_as_stratallo_does(lows: list[int], highs: list[int], total: int, printed: list[float]) -> None:
    """The unrounded shares of the same vignette: no bounds, caps, caps and minima together."""
    measures = [stratum.size * (stratum.deviation or 0) for stratum in STRATALLO]
    assert [float(share) for share in shares(measures, lows, highs, total)] == pytest.approx(printed, abs=1e-4)


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
