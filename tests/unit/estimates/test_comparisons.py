"""Districts against the rest, with care for many tests."""

import csv
from pathlib import Path

import numpy as np
import pytest

from callcenter.estimates.comparisons import against_the_rest, holm
from callcenter.estimates.table import Table, sample_of

R_DIFFERENCE, R_SE = 678.422405668 - 633.734912338, 19.3989201363
API = Path(__file__).parents[2] / "golden" / "estimates" / "apistrat.csv"


def test_a_difference_of_two_domains_is_that_of_r() -> None:
    """R 4.2.2, survey 4.1.1: m <- svyby(~api00, ~awards, dstrat, svymean, covmat=TRUE); svycontrast(m, c(-1, 1))."""
    rows = list(csv.DictReader(API.read_text(encoding="utf-8").splitlines()))
    table = Table({name: [row[name] for row in rows] for name in rows[0]}, range(2, len(rows) + 2))
    sample = sample_of(table, "stype", "fpc", None, None)
    no, yes = against_the_rest(sample, table.numbers("api00"), np.ones(len(rows), dtype=bool), [row["awards"] for row in rows], 5)
    assert (yes.difference, yes.se) == (pytest.approx(R_DIFFERENCE, rel=1e-9), pytest.approx(R_SE, rel=1e-9))
    assert no.difference == pytest.approx(-R_DIFFERENCE)
    assert yes.p == no.p
    assert yes.stands_out


def test_holm_adjusts_as_r_does_and_leaves_out_what_was_not_tested() -> None:
    """R: p.adjust(c(.01, .04, .03, .005, .6), "holm")."""
    assert holm([0.01, None, 0.04, 0.03, 0.005, 0.6]) == [pytest.approx(0.04), None, *map(pytest.approx, (0.09, 0.09, 0.025, 0.6))]
    assert holm([]) == []


def test_small_domains_are_not_compared_and_equal_ones_have_no_test() -> None:
    table = Table({"w": ["1"] * 8, "y": ["2"] * 8}, range(2, 10))
    found = against_the_rest(
        sample_of(table, None, None, "w", None), table.numbers("y"), np.ones(8, dtype=bool), ["a"] * 5 + ["b"] * 2 + [None], 5
    )
    assert [(each.domain, each.difference, each.p, each.stands_out) for each in found] == [("a", 0, None, False)]


def test_answers_that_are_all_equal_are_not_tested_against_others_nor_others_against_them() -> None:
    table = Table({"w": ["1"] * 12, "y": ["0"] * 6 + ["1", "2", "3", "2", "1", "3"]}, range(2, 14))
    sample, names = sample_of(table, None, None, "w", None), ["a"] * 6 + ["b"] * 6
    found = against_the_rest(sample, table.numbers("y"), np.ones(12, dtype=bool), names, 5)
    assert [(each.p, each.adjusted, each.varies, each.stands_out) for each in found] == [(None, None, False, False)] * 2
