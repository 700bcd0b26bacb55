"""Respondents of one population and of several pooled; questions answered once a matter."""

from dataclasses import dataclass

import numpy as np
import pytest

from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Part, pooled, respondents, weighting
from callcenter.estimates.results import question_table
from callcenter.estimates.weights import Stratum


@dataclass(frozen=True)
class Case:
    id: int
    stratum: str
    unit_key: str
    code: str = "1.1"
    category: str = "I"
    valid: bool = True


@dataclass(frozen=True)
class Answer:
    case_id: int
    question: str
    value: object


DAYS = Question("days", "integer", "天数")


def part(first: int, stratum: str, keys: str, size: int, values: list[float]) -> Part:
    cases = [Case(first + place, stratum, key) for place, key in enumerate(keys)]
    answers = [Answer(case.id, "days", value) for case, value in zip(cases, values, strict=True)]
    strata = [Stratum(stratum, size, len(cases))]
    return Part(strata, cases, answers, weighting(strata, cases))


def test_populations_without_common_units_pool_like_strata_of_one() -> None:
    one, other = part(1, "a", "pqrstu", 30, [1, 2, 3, 4, 5, 6]), part(11, "b", "vwxyz", 50, [2, 2, 4, 4, 9])
    strata = [*one.strata, *other.strata]
    cases = [*one.cases, *other.cases]
    together = respondents(strata, cases, [*one.answers, *other.answers], weighting(strata, cases))
    expected, found = (question_table(each, DAYS) for each in (together, pooled([one, other], {})))
    assert expected is not None
    assert found is not None
    for name in ("estimate", "se", "low", "high", "deff", "n"):
        assert getattr(found.figure(), name) == pytest.approx(getattr(expected.figure(), name))


def test_an_enterprise_in_two_frames_counts_once_and_its_cases_vary_together() -> None:
    one, other = part(1, "a", "pqrst", 10, [1, 2, 3, 4, 5]), part(11, "b", "pqxyz", 10, [1, 2, 8, 8, 9])
    both = pooled([one, other], {"p": 2, "q": 2, "n": 2})
    # base 2 each; p and q stand in both frames
    assert list(both.sample.weights) == [1, 1, 2, 2, 2, 1, 1, 2, 2, 2]
    assert len(np.unique(both.sample.units)) == 8
    assert list(both.sample.sizes) == [np.inf, np.inf]
    assert both.sample.weights.sum() == 16  # 20 places less 4 for enterprises counted twice
    found = question_table(both, DAYS)
    assert found is not None
    assert found.figure().estimate == pytest.approx((2 * (1 + 2) + 2 * (3 + 4 + 5 + 8 + 8 + 9)) / 16)


def test_a_question_in_a_repeat_weighs_by_the_number_of_matters_and_says_so() -> None:
    strata, cases = [Stratum("a", 20, 4)], [Case(number, "a", str(number)) for number in range(4)]
    answers = [Answer(0, "q", 1), Answer(0, "q", 3), Answer(0, "q", 5), Answer(1, "q", 9), Answer(2, "q", "many")]
    answers += [Answer(0, "way", "net"), Answer(0, "way", "hall"), Answer(1, "way", "net")]
    of = respondents(strata, cases, answers, weighting(strata, cases))
    mean = question_table(of, Question("q", "integer", "天数", repeated=True))
    assert mean is not None
    assert (mean.per, mean.figure().estimate, mean.figure().n) == ("matter", pytest.approx(18 / 4), 2)
    share = question_table(of, Question("way", "select_one", "渠道", (("net", "网上"), ("hall", "窗口")), repeated=True))
    assert share is not None
    assert [result.figure.estimate for result in share.results()] == [pytest.approx(2 / 3), pytest.approx(1 / 3)]


def test_codes_of_an_older_version_and_values_that_are_no_numbers() -> None:
    strata, cases = [Stratum("a", 9, 6)], [Case(number, "a", str(number)) for number in range(6)]
    way = Question("way", "select_one", "渠道", (("net", "网上"), ("hall", "窗口")))
    answers = [Answer(number, "way", value) for number, value in enumerate(["net", "fax", "net", "net"])]
    answers += [Answer(number, "days", value) for number, value in enumerate(["3", "nan", True, None, "三", 1e999])]
    of = respondents(strata, cases, answers, weighting(strata, cases))
    found = question_table(of, way, ["x", "x", "x", None, "y", "y"])
    assert found is not None
    assert [(result.level, result.figure.estimate) for result in found.results()] == [("net", 0.75), ("hall", 0), ("fax", 0.25)]
    assert found.figure("x", 2).estimate == pytest.approx(1 / 3)
    assert (found.figure("y").estimate, found.figure("y").n) == (None, 0)
    days = question_table(of, DAYS)
    assert days is not None
    assert (days.figure().estimate, days.figure().n) == (3, 1)
