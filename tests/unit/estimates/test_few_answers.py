"""Early in the field most strata have no answer yet; figures are shown as far as they are defined."""

import numpy as np
import pytest

from callcenter.estimates.figures import Figure, mean, median, total
from callcenter.estimates.proportions import proportion
from callcenter.estimates.questions import questions
from callcenter.estimates.results import Result, as_rows
from callcenter.estimates.variance import Sample
from callcenter.exports.stage import in_words, without_few

SIZES = np.array([57.0, 60.0, 58.0])


@pytest.mark.parametrize("answered", [[], [0], [1], [0, 1], [0, 0]])
def test_strata_without_answers_stand_beside_the_others(answered: list[int]) -> None:
    strata = np.array(answered, dtype=np.intp)
    sample = Sample.of(strata, SIZES[strata], SIZES)
    values, everybody = np.arange(len(answered), dtype=np.float64), np.ones(len(answered), dtype=np.bool_)
    for figure in (mean(sample, values, everybody), total(sample, values, everybody), median(sample, values, everybody)):
        assert figure.n == len(answered)
    share = proportion(sample, values == 0, everybody)
    assert share.n == len(answered)
    if answered == [0, 0]:
        # two of 57: the variance of a mean under simple random sampling, (1 - n/N) s2 / n with s2 = 1/2
        found = mean(sample, values, everybody)
        assert found.se is not None
        assert found.se**2 == pytest.approx((1 - 2 / 57) * 0.5 / 2)


@pytest.mark.parametrize(
    ("row", "never_negative"),
    [
        ({"measure": "visits"}, True),
        ({"constraint": ". >= 0 and . <= 365"}, True),
        ({"constraint": ".>0"}, True),
        ({"parameters": "start=1 end=5"}, True),
        ({"constraint": ". >= -5"}, False),
        ({"constraint": ". >= 0 or . = -1"}, False),
        ({}, False),
    ],
)
def test_the_interval_of_a_mean_that_cannot_be_negative_is_shown_from_zero_on(row: dict[str, str], never_negative: bool) -> None:
    (question,) = questions({"survey": [{"type": "integer", "name": "n", "label": "几次", **row}]})
    result = Result(question, "mean", None, "", Figure(3.67, 2.0, -1.37, 8.7, None, 4))
    assert result.cut is never_negative
    assert (result.shown.low, result.shown.high) == (0.0 if never_negative else -1.37, 8.7)
    assert ("95% 区间 0.00–8.70（下端截于 0）" in in_words(as_rows([result])[0])) is never_negative


def test_a_stage_keeps_no_figure_that_too_few_stand_behind() -> None:
    (question,) = questions({"survey": [{"type": "integer", "name": "n", "label": "几次"}]})
    rows = as_rows([Result(question, "mean", None, "", Figure(3.0, 2.0, 1.0, 8.7, None, n)) for n in (0, 3, 5)])
    assert [(row["estimate"], row["low"], row["n"]) for row in (without_few(row, 5) for row in rows)] == [
        (3.0, 1.0, 0), (None, None, None), (3.0, 1.0, 5),
    ]  # fmt: skip
