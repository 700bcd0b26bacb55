"""All figures of a question as rows: over everybody and by district, few answers suppressed."""

from dataclasses import dataclass

import pytest

from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents, respondents, weighting
from callcenter.estimates.summaries import summary
from callcenter.estimates.weights import Stratum

DISTRICTS = ["和平区"] * 6 + ["河西区"] * 5 + ["南开区"] * 3


@dataclass(frozen=True)
class Case:
    id: int
    stratum: str
    unit_key: str = ""
    code: str = "1.1"
    category: str = "I"
    valid: bool = True


@dataclass(frozen=True)
class Answer:
    case_id: int
    question: str
    value: object


def answered(name: str, values: list[object]) -> Respondents:
    """Every enterprise of three districts answered of twice as many; base weight 2."""
    strata = [Stratum(each, 2 * DISTRICTS.count(each), DISTRICTS.count(each)) for each in dict.fromkeys(DISTRICTS)]
    cases = [Case(number, district) for number, district in enumerate(DISTRICTS)]
    return respondents(strata, cases, [Answer(n, name, value) for n, value in enumerate(values)], weighting(strata, cases))


def test_a_number_has_mean_median_and_total_in_all_and_where_enough_answered() -> None:
    values: list[object] = [1, 2, 3, 4, 5, 6, 10, 10, 20, 20, 40, 7, 8, 9]
    of = answered("days", values)
    rows = summary(of, Question("days", "integer", "几天？"), DISTRICTS, fewest=5)
    told = {(row["statistic"], row["district"]): row for row in rows}
    weighted = {name: [value for value, at in zip(values, DISTRICTS, strict=True) if at == name] for name in dict.fromkeys(DISTRICTS)}
    assert told["mean", "和平区"]["estimate"] == pytest.approx(3.5)
    assert told["total", None]["estimate"] == pytest.approx(sum(of.sample.weights * [float(str(value)) for value in values]))
    assert told["total", "和平区"]["estimate"] == pytest.approx(2 * sum(map(float, map(str, weighted["和平区"]))))
    assert told["median", None]["estimate"] in values
    every = told["mean", None]
    assert every["effective_n"] == pytest.approx(every["n"] / every["deff"])
    # 南开区 has three answers; where it is hidden alone the next smallest is hidden too, or the rest would tell it.
    for district in ("南开区", "河西区"):
        row = told["mean", district]
        assert (row["suppressed"], row["estimate"], row["n"], row["effective_n"]) == (1, None, None, None)
    assert {row["suppressed"] for row in rows if row["district"] in (None, "和平区")} == {0}


def test_a_choice_has_shares_and_how_many_enterprises_gave_each_code() -> None:
    of = answered("how", [["a"], ["a", "b"], ["b"], [], None, ["a"]] + [["b"]] * 8)
    rows = summary(of, Question("how", "select_multiple", "怎么办？", (("a", "网上"), ("b", "窗口"))), DISTRICTS, fewest=3)
    told = {(row["statistic"], row["level"], row["district"]): row for row in rows}
    assert told["total", "a", None]["estimate"] == pytest.approx(6)
    assert told["prop", "a", "和平区"]["estimate"] == pytest.approx(3 / 5)
    assert told["prop", "b", "南开区"]["n"] == 3
    assert summary(of, Question("wish", "text", "建议"), DISTRICTS, fewest=5) == []
    assert {row["suppressed"] for row in summary(of, Question("none", "integer", "没有人答"), DISTRICTS, fewest=5)} == {0}
