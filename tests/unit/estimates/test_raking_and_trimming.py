"""Weights moved to known counts, and cut where they are too large."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.estimates.raking import margin, rake
from callcenter.estimates.trimming import trim

CLUSTERS = Path(__file__).parents[2] / "golden" / "estimates" / "apiclus1.csv"


def test_raked_weights_are_those_of_r() -> None:
    """R 4.2.2, survey 4.1.1.

    d <- svydesign(id=~dnum, weights=~pw, data=apiclus1)
    r <- rake(d, list(~stype, ~awards), list(data.frame(stype=c("E","H","M"), Freq=c(4421, 755, 1018)),
                 data.frame(awards=c("No","Yes"), Freq=c(2027, 4167))), control=list(epsilon=1e-10, maxit=100))
    print(coef(svymean(~api00, r)), digits=12); print(range(weights(r)), digits=12)
    """
    rows = list(csv.DictReader(CLUSTERS.read_text(encoding="utf-8").splitlines()))
    margins = [
        margin("stype", [row["stype"] for row in rows], {"E": 4421, "H": 755, "M": 1018}),
        margin("awards", [row["awards"] for row in rows], {"No": 2027, "Yes": 4167}),
    ]
    raked = rake(np.full(len(rows), 33.847), margins)
    assert raked.settled
    values = np.array([float(row["api00"]) for row in rows])
    assert values @ raked.weights / raked.weights.sum() == pytest.approx(R_MEAN, rel=1e-9)
    assert (raked.weights.min(), raked.weights.max()) == (pytest.approx(R_RANGE[0], rel=1e-7), pytest.approx(R_RANGE[1], rel=1e-7))


R_MEAN, R_RANGE = 641.99320435, (30.1562091551, 55.6732063193)


def test_a_category_that_few_answered_is_put_together_with_others_and_told() -> None:
    made = margin("区", ["a"] * 9 + ["b"] * 7 + ["c"] * 2, {"a": 40, "b": 30, "c": 10, "d": 4, "e": 0})
    assert made.names == ("a", "c、d、b")
    assert made.merged == (("c", "d", "b"),)
    assert list(made.totals) == [40, 44]
    with pytest.raises(InvalidInput, match="没有这一类"):
        margin("区", ["x"], {"a": 1})


def test_margins_of_different_wholes_are_refused() -> None:
    one, other = margin("s", ["a"] * 6, {"a": 60}), margin("t", ["b"] * 6, {"b": 61})
    with pytest.raises(InvalidInput, match="不一致"):
        rake(np.ones(6), [one, other])


cells = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.floats(0.5, 5)), min_size=30, max_size=60)


@settings(max_examples=20)
@given(cells, st.floats(0.2, 0.8))
def test_raking_meets_every_margin_and_keeps_the_sum(drawn: list[tuple[str, str, float]], share: float) -> None:
    drawn += [(one, other, 1.0) for one in "ab" for other in "xyz"] * 5
    weights = np.array([weight for *_, weight in drawn])
    first = margin("one", [one for one, *_ in drawn], {"a": 1000 * share, "b": 1000 * (1 - share)})
    second = margin("other", [other for _, other, _ in drawn], {"x": 300, "y": 300, "z": 400})
    raked = rake(weights, [first, second])
    assert raked.settled
    assert (raked.weights > 0).all()
    for each in (first, second):
        assert np.bincount(each.categories, weights=raked.weights) == pytest.approx(each.totals, rel=1e-9)


@settings(max_examples=40)
@given(st.lists(st.floats(0.001, 100) | st.just(0.0), min_size=1, max_size=40), st.floats(1, 6))
def test_trimming_keeps_the_sum_and_nothing_stays_above_the_limit(drawn: list[float], times: float) -> None:
    weights = np.array(drawn)
    trimmed = trim(weights, times)
    assert trimmed.weights.sum() == pytest.approx(weights.sum(), rel=1e-9, abs=1e-9)
    assert ((trimmed.weights == 0) == (weights == 0)).all()
    if trimmed.limit is not None:
        assert (trimmed.weights <= trimmed.limit * (1 + 1e-9)).all()
        assert trimmed.cut >= int((weights > trimmed.limit * (1 + 1e-9)).sum())
