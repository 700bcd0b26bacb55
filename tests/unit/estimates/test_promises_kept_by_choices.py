"""Promises that choices keep: which choices, as the questionnaire says; judged on each case; held against orders."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from callcenter.estimates.contradictions import contradictions
from callcenter.estimates.promises import NO_LIMIT, chosen, without_promise
from callcenter.estimates.proportions import proportion
from callcenter.estimates.questions import Question, questions
from callcenter.estimates.standards import BROKEN, CONDITION, FEW, KEPT, NOTHING, SEVERAL, WHOLE, Held, held
from callcenter.exports.stage import held_in_words
from callcenter.lists.orders.durations import TimedOrder
from callcenter.studies.tables import DeclaredStandard
from callcenter.studies.work_calendar import OFFICIAL
from tests.unit.estimates.test_standards import Case, answered, order, said

ONE_WINDOW = said("一窗办理", "=", "是", "", "other")
AT_ONCE = said("转移登记", "=", "即时", "", "other")
ASKED = Question("d", "select_one", "跑了几个窗口", (("one", "一个"), ("more", "几个"), ("online", "网上办的")), standard="一窗办理",
                 keeps=("one",), breaks=("more",))  # fmt: skip


def told(values: Sequence[object], *declared: DeclaredStandard, asked: Question = ASKED, orders: Sequence[TimedOrder] = ()) -> list[Held]:
    promises = chosen(declared or (ONE_WINDOW,), item=28, topic=8, asked=[asked])
    return held(promises, answered(values), [asked], orders=orders, calendar=OFFICIAL, districts=["东丽区", "和平区"])


@pytest.mark.parametrize(
    ("values", "expected", "n"),
    [
        (["one"] * 6, KEPT, 6),
        (["one"] * 9 + ["more"], BROKEN, 10),
        (["one"] * 5 + ["online", "of an older version", None], KEPT, 5),  # what decides nothing is not in the base
        (["one"] * 4, FEW, 4),
        (["online"] * 9, NOTHING, 0),
    ],
)
def test_a_promise_without_a_number_is_judged_on_each_case_by_what_was_chosen(values: list[object], expected: str, n: int) -> None:
    (one,) = told(values)
    assert (one.verdict, one.answers[0].within.n, one.answers[0].mean.n) == (expected, n, n)


def test_the_share_that_keeps_it_is_weighted_with_its_interval_and_told_in_words() -> None:
    cases = [Case(number) for number in range(8)] + [Case(8 + number, "和平区", "和平区") for number in range(4)]
    of = answered(["one"] * 5 + ["more"] * 3 + ["one"] * 3 + ["more"], cases)
    (one,) = held(chosen([ONE_WINDOW], item=28, topic=8, asked=[ASKED]), of, [ASKED], orders=[], calendar=OFFICIAL, districts=[])
    values = of.single("d")
    hit, there = ([each == "one" for each in values], [each is not None for each in values])
    expected = proportion(of.sample, *(of.valid & each for each in (hit, there)))
    assert one.answers[0].within == expected and expected.estimate == pytest.approx((40 * 5 / 8 + 40 * 3 / 4) / 80)
    assert expected.low is not None and expected.high is not None and one.answers[0].beyond == 4
    assert held_in_words("4-1", one) == (
        f"4-1 一窗办理=是：未兑现；跑了几个窗口：答“一个”的 68.8%，95% 区间 {expected.low:.1%}–{expected.high:.1%}，n=12"
    )


def test_of_several_choices_one_that_breaks_it_is_enough() -> None:
    fees = replace(ASKED, kind="select_multiple", keeps=("none",), breaks=("seal", "bank"))
    assert told([["none"]] * 5, asked=fees)[0].verdict == KEPT
    assert told([["none"]] * 5 + [["none", "seal"]], asked=fees)[0].verdict == BROKEN
    assert told([["none", "else"]] * 5 + [[], ["else"]], asked=fees)[0].answers[0].within.n == 5


def test_nothing_is_concluded_where_it_is_not_clear_which_promise_is_meant_or_no_single_case_can_keep_it() -> None:
    values = ["one"] * 6
    windows = said("一窗办理", "<=", "1", "个", "other", condition="线下")
    assert [one.verdict for one in told(values, ONE_WINDOW, said("一窗办理", "=", "是", "", "other", condition="线下"))] == [SEVERAL] * 2
    assert [one.verdict for one in told(values, windows)] == [CONDITION]
    assert [one.verdict for one in told(values, windows, asked=replace(ASKED, standard="一窗办理（线下）"))] == [KEPT]
    for whole in ("平均", ""):
        unit, operator = ("个", "<=") if whole else ("%", ">=")
        (one,) = told(values, said("一窗办理", operator, "1", unit, "other", condition=whole))
        assert (one.verdict, one.answers[0].within.estimate) == (WHOLE, 1), "the share is told all the same"
    scale, limit = said("便利度", "between", "1-10", "分", "index"), said("便利度", "=", "0", "次", "visits")
    met = replace(ASKED, standard="便利度")
    assert [(one.promise.text, one.verdict) for one in told(values, scale, limit, asked=met)] == [("便利度=0次", KEPT)]
    promises = [promise for promise, _others in chosen([scale], item=28, topic=8, asked=[met])]
    score = Question("s", "range", "几分", standard="便利度")
    assert without_promise([met, score], promises, [scale], item=28, topic=8) == [(score, NO_LIMIT)]


def definition(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    codes = more.get("codes", ("yes", "no", "unsure"))
    asked = [{"type": "select_one yn", "name": "d", "label": "x", "standard": "p", **row} for row in rows]
    return {"survey": asked, "choices": [{"list_name": "yn", "name": code, "label": str(code)} for code in codes]}


def test_what_keeps_a_promise_is_read_in_every_spelling_and_an_older_version_speaks_of_its_own_choices() -> None:
    def read(*rows: dict[str, Any], **more: Any) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        return [(one.keeps, one.breaks) for one in questions(json.loads(json.dumps(definition(*rows, **more))))]

    assert read({"keeps": "yes"}, {"Keeps": True}, {"keeps": "yes", "breaks": "no"}) == [
        (("yes",), ("no", "unsure")), (("yes",), ("no", "unsure")), (("yes",), ("no",)),
    ]  # fmt: skip
    assert read({"keeps": False, "type": "select one yn or_other"}) == [(("no",), ("yes", "unsure", "other"))]
    assert read({}, {"keeps": "yes", "standard": ""}, {"keeps": "yes", "type": "rank yn"}) == [((), ())] * 3
    assert read({"keeps": 1, "breaks": "2, 3"}, codes=(1, 2, 3.0, 4)) == [(("1",), ("2", "3"))]
    new, old = (
        questions(definition({"keeps": "yes"}))[0],
        questions(definition({"keeps": "at_once yes"}, codes=("yes", "at_once", "late")))[0],
    )
    both = new.with_older(old)
    assert (both.keeps, both.breaks) == (("yes", "at_once"), ("no", "unsure", "late"))
    silent = questions(definition({}))[0]
    assert silent.with_older(old) == silent


def test_a_choice_contradicts_orders_that_are_beyond_the_tolerance_from_every_number_that_agrees_with_it() -> None:
    asked = replace(ASKED, label="当天办完没有", choices=(("same", "当天"), ("later", "隔天")), keeps=("same",), breaks=("later",),
                    standard="转移登记")  # fmt: skip
    orders = [
        order("2022-06-01", "2022-06-10", "A1", "X"),
        order("2022-06-01", "2022-06-02", "B1", "Y"),
        order("2022-06-01", "2022-06-01", "C1", "Z"),
    ]
    values, who = ["same", "same", "later", "later", None], {n: (code, "") for n, code in enumerate("XYXZX")}

    def found(*declared: DeclaredStandard, tolerance: float = 2) -> list[tuple[int, float, float, str]]:
        one = told(values, *declared, asked=asked, orders=orders)
        listed = contradictions(answered(values), [asked], orders=orders, identities=who, calendar=OFFICIAL,
                                tolerances={"workdays": tolerance}, held=one)  # fmt: skip
        return [(each.case_id, each.answered, each.ordered, each.said) for each in listed]

    # half a day is promised: "the same day" is 5.5 from the six days of A1 and 0.5 from B1's one; "later" could be the limit itself
    assert found(AT_ONCE) == [(0, 0.5, 6, "当天")]
    assert found(AT_ONCE, tolerance=0.4) == [(0, 0.5, 6, "当天"), (1, 0.5, 1, "当天"), (3, 0.5, 0, "隔天")]
    assert found(said("转移登记", "<=", "3", "工作日", "workdays", condition="平均"), tolerance=0) == []
    assert found(AT_ONCE, said("转移登记", "<=", "5", "天", "days", condition="首次"), tolerance=0) == []
    assert found(said("转移登记", "=", "即时", "", "other", area="和平区"), tolerance=0) == [], "none of these cases is of that district"
