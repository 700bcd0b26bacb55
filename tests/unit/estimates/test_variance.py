"""What must hold of every sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.estimates import figures
from callcenter.estimates.table import Table, Wanted, estimates, sample_of
from callcenter.estimates.tabulation import Tabulation
from callcenter.estimates.variance import Sample, quantile_t

rows = st.lists(st.tuples(st.integers(0, 3), st.floats(-1e3, 1e3)), min_size=2, max_size=40)


def stratified(drawn: list[tuple[int, float]], factor: float = 5) -> tuple[Sample, np.ndarray]:
    strata = np.unique([stratum for stratum, _ in drawn], return_inverse=True)[1].astype(np.intp)
    n = np.bincount(strata)
    return Sample.of(strata, np.full(len(drawn), factor), n * factor), np.array([value for _, value in drawn])


@given(rows)
def test_a_census_has_no_sampling_error(drawn: list[tuple[int, float]]) -> None:
    sample, values = stratified(drawn, factor=1)
    assert figures.total(sample, values, np.ones(len(values), dtype=bool)).se == pytest.approx(0, abs=1e-6)


@given(rows, st.floats(-10, 10))
def test_shifting_every_value_shifts_the_mean_and_leaves_its_error(drawn: list[tuple[int, float]], shift: float) -> None:
    sample, values = stratified(drawn)
    everywhere = np.ones(len(values), dtype=bool)
    here, there = figures.mean(sample, values, everywhere), figures.mean(sample, values + shift, everywhere)
    assert here.estimate is not None
    assert there.estimate == pytest.approx(here.estimate + shift, abs=1e-6)
    assert there.se == pytest.approx(here.se, rel=1e-6, abs=1e-6)


@given(rows)
def test_domains_add_up_to_the_total(drawn: list[tuple[int, float]]) -> None:
    sample, values = stratified(drawn)
    half = np.arange(len(values)) % 2 == 0
    parts = [figures.total(sample, values, domain).estimate or 0 for domain in (half, ~half)]
    assert sum(parts) == pytest.approx(figures.total(sample, values, half | ~half).estimate, abs=1e-6)


def test_no_degrees_of_freedom_no_interval() -> None:
    assert quantile_t(0) is None
    found = figures.mean(Sample.of(np.array([0]), np.array([1.0])), np.array([3.0]), np.array([True]))
    assert (found.estimate, found.low, found.high) == (3, None, None)


def table(**columns: list[str]) -> Table:
    return Table(columns, range(2, 2 + len(next(iter(columns.values())))))


def test_nothing_but_missing_values_is_not_defined() -> None:
    data = table(s=["a", "a"], n=["9", "9"], y=["", "NA"])
    found = estimates(data, sample_of(data, "s", "n", None, None), Wanted(means=["y"], medians=["y"], ratios=["y/y"]))
    assert [row["estimate"] for row in found] == [None, None, None]


@pytest.mark.parametrize(
    ("columns", "names", "code"),
    [
        ({"s": ["a", ""], "n": ["9", "9"]}, ("s", "n", None), "missing_value"),
        ({"s": ["a", "a"], "n": ["9", "8"]}, ("s", "n", None), "fpc_differs"),
        ({"s": ["a", "a"], "n": ["1", "1"]}, ("s", "n", None), "sample_exceeds_population"),
        ({"s": ["a", "a"], "w": ["1", "-1"]}, ("s", None, "w"), "bad_number"),
        ({"s": ["a", "a"], "w": ["1", "x"]}, ("s", None, "w"), "not_a_number"),
        ({"s": ["a", "a"]}, ("s", None, None), "wrong_use"),
        ({"s": []}, ("s", None, None), "no_rows"),
    ],
)
def test_a_design_that_cannot_be_is_refused(columns: dict[str, list[str]], names: tuple[str | None, ...], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sample_of(table(**columns), names[0], names[1], names[2], None)
    assert refused.value.code == code


def test_rows_that_weigh_nothing_are_counted_but_give_no_degrees_of_freedom() -> None:
    data = table(s=["a", "a", "a", "b", "b"], w=["2", "0", "3", "0", "0"], y=["1", "9", "4", "", "5"], g=["x", "x", "x", "y", "y"])
    sample = sample_of(data, "s", None, "w", None)
    whole = np.ones(5, dtype=np.bool_)
    assert sample.degrees(whole) == 1
    mean, total, share = estimates(data, sample, Wanted(["y"], ["y"], ["g"]), "g")[-4:-1]
    assert [row["by"] for row in (mean, total, share)] == ["y", "y", "y"]
    assert (mean["estimate"], mean["n"]) == (None, 1)
    assert (total["estimate"], total["n"]) == (0, 1)
    assert (share["estimate"], share["n"]) == (None, 2)


def test_levels_that_are_numbers_stand_in_the_order_of_their_size_and_others_as_text() -> None:
    data = table(k=["10", "2", "NA", "1.5", ""], t=["b", "10", "2", "甲", "A"])
    assert data.levels("k")[0] == ["1.5", "2", "10"]
    assert data.levels("t")[0] == ["10", "2", "A", "b", "甲"]


@pytest.mark.parametrize("cell", ["1_000", "１２", "inf", "0x1F", "1,5", "三"])
def test_what_only_looks_like_a_number_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput, match="不是数"):
        table(y=["1", cell]).numbers("y")


def test_equal_values_are_known_to_the_last_digit_and_have_no_design_effect() -> None:
    """R: confint(svyquantile(~y, svydesign(~1, strata=~s, weights=~w), .5)) of equal values is that value; deff NaN."""
    data = table(s=[*"aabbb"], w=["0.3", "7", "0.7", "49", "1.1"], y=["0.1"] * 5, x=["0.7"] * 5)
    sample = sample_of(data, "s", None, "w", None)
    mean, total, ratio, median = estimates(data, sample, Wanted(["y"], ["y"], (), ["y/x"], ["y"]))
    assert [mean[name] for name in ("estimate", "se", "low", "high", "deff")] == [0.1, 0, 0.1, 0.1, None]
    assert [median[name] for name in ("estimate", "se", "low", "high")] == [0.1, 0, 0.1, 0.1]
    assert (total["deff"], ratio["se"], ratio["deff"]) == (None, 0, None)
    one = Tabulation(sample, np.array([0, 0, -1, -1, -1]), 1).means(np.array([1e9 + 0.3] * 2 + [1.0, 5, 7]), np.ones(5, dtype=bool))
    assert (one.figure(0).se, one.figure(0).deff) == (0, None)


def test_a_median_known_without_error_is_its_own_interval() -> None:
    """R gives 7 (9, 9) here, where everything is known: by rounding the share up to 7 is a hair above itself."""
    data = table(N=["3"] * 3, w=["0.2", "0.9", "0.1"], y=["9", "7", "2"])
    (found,) = estimates(data, sample_of(data, None, "N", "w", None), Wanted(medians=["y"]))
    assert [found[name] for name in ("estimate", "se", "low", "high")] == [7, 0, 7, 7]


def test_several_columns_of_domains_are_crossed() -> None:
    """R: svyby(~y, ~g + h, svydesign(~1, weights=~w), svytotal) names its rows so."""
    data = table(w=["1"] * 4, y=["1", "2", "4", "8"], g=["a", "a", "b", "b"], h=["x", "y", "x", "x"])
    found = estimates(data, sample_of(data, None, None, "w", None), Wanted(totals=["y"]), "g", "h")
    assert [(row["by"], row["estimate"], row["n"]) for row in found] == [("a.x", 1, 1), ("a.y", 2, 1), ("b.x", 12, 2)]


def test_the_median_takes_the_next_value_as_r_does_unless_the_share_is_a_half() -> None:
    """R: svyquantile(~y, svydesign(~1, weights=~w), .5) of 10, 20, 30 (1, 1, 1) is 20; of 10, 20 (1, 1) it is 10, with (3, 1) 20."""
    for weights, expected in ((["1", "1", "1"], 20), (["1", "1"], 10), (["3", "1"], 20)):
        data = table(y=["10", "20", "30"][: len(weights)], w=weights)
        found = estimates(data, sample_of(data, None, None, "w", None), Wanted(medians=["y"]))
        assert found[0]["estimate"] == expected
