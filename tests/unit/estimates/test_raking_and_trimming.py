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


@pytest.mark.parametrize(
    ("others", "expected"),
    [((60.0, 60.0), 17.5), ((28.0, 90.0), 17.25), ((29.9, 60.0), 13.7375)],
)
def test_where_the_weights_left_are_alike_trimming_is_that_of_r(others: tuple[float, float], expected: float) -> None:
    """R 4.2.2, survey 4.1.1.

    d <- svydesign(id=~1, weights=~w, data=data.frame(w=c(rep(10,8), OTHERS)))
    weights(trimWeights(d, upper=30, strict=TRUE))

    Without strict=TRUE R leaves 34.67 and 33.23 in the last two: what is shared out lifts a weight above the limit.
    """
    trimmed = trim(np.array([10.0] * 8 + [*others]), 3)
    assert trimmed.weights == pytest.approx([expected] * 8 + [30.0] * 2, rel=1e-12)
    assert (trimmed.limit, trimmed.cut) == (30, 2)


@pytest.mark.parametrize(
    ("limit", "r_weights", "r_mean", "weights", "mean"),
    [
        (40, (40, 19.31, 24.57), 659.3497433, (40, 18.68550479, 25.19449521), 659.4040866832),
        (35, (35, 24.31, 29.57), 655.8608831127, (35, 22.94382403, 30.93617597), 655.9797673312),
    ],
)
def test_trimming_keeps_the_ratios_of_the_weights_that_are_not_cut_where_r_adds_the_same_to_each(
    limit: float, r_weights: tuple[float, ...], r_mean: float, weights: tuple[float, ...], mean: float
) -> None:
    """By design (docs/how-to/read-the-results.md): the same amount for all would move the smallest weights most.

    R: s <- svydesign(id=~1, strata=~stype, weights=~w, data=apistrat); r <- trimWeights(s, upper=LIMIT)
       print(tapply(weights(r), apistrat$stype, mean)); print(coef(svymean(~api00, r)))
       p <- ifelse(apistrat$stype == "E", LIMIT, w * (6194 - 100 * LIMIT) / 1773); print(weighted.mean(apistrat$api00, p))
    with w = 44.21 (E), 15.1 (H), 20.36 (M) as weights.
    """
    rows = list(csv.DictReader((CLUSTERS.parent / "apistrat.csv").read_text(encoding="utf-8").splitlines()))
    schools, values = np.array([row["stype"] for row in rows]), np.array([float(row["api00"]) for row in rows])
    given = np.select([schools == kind for kind in "EHM"], [44.21, 15.1, 20.36])
    trimmed = trim(given, limit / float(np.median(given)))
    by_r = np.select([schools == kind for kind in "EHM"], r_weights)
    for found, parts, expected in ((trimmed.weights, weights, mean), (by_r, r_weights, r_mean)):
        assert [found[schools == kind][0] for kind in "EHM"] == pytest.approx(parts, rel=1e-6)
        assert values @ found / found.sum() == pytest.approx(expected, rel=1e-9)
        assert found.sum() == pytest.approx(given.sum()) and found.max() == limit, "both keep the sum and hold the limit"
    high, middle = (trimmed.weights[schools == kind][0] for kind in "HM")
    assert middle / high == pytest.approx(20.36 / 15.1)


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
