"""Promises read as limits, chosen by document, and held against orders and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from callcenter.errors import Refused
from callcenter.estimates.contradictions import contradictions, next_batch, with_decoys
from callcenter.estimates.denials import denials
from callcenter.estimates.promises import NO_LIMIT, NOT_PROMISED, chosen, read_promise, without_promise
from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents, respondents, weighting
from callcenter.estimates.results import question_table
from callcenter.estimates.standards import (
    BROKEN,
    CHOICES,
    CONDITION,
    FEW,
    KEPT,
    NOTHING,
    OPEN,
    SEVERAL,
    UNITS,
    WORDS,
    Held,
    held,
    in_unit,
)
from callcenter.estimates.weights import Stratum
from callcenter.exports.stage import held_in_words
from callcenter.lists.orders.durations import TimedOrder
from callcenter.lists.orders.reading import Stage
from callcenter.studies.tables import DeclaredStandard
from callcenter.studies.work_calendar import OFFICIAL

CHECKLIST, DONGLI = "2021年任务清单", "东丽区18项"


@dataclass(frozen=True)
class Case:
    id: int
    stratum: str = "东丽区"
    district: str = "东丽区"
    unit_key: str = ""
    code: str = "1.1"
    category: str = "I"
    valid: bool = True
    reported_by: tuple[str, ...] = ("甲局",)
    final: bool = True


@dataclass(frozen=True)
class Answer:
    case_id: int
    question: str
    value: object


def said(subject: str, operator: str, value: str, unit: str, measure: str, **about: object) -> DeclaredStandard:
    given = {"study_id": 1, "document": CHECKLIST, "year": 2021, "area": "天津市", "item_number": 28, "topic_number": 8, **about}
    return DeclaredStandard(subject=subject, operator=operator, value=value, unit=unit, measure=measure, **given)


def answered(values: Sequence[object], cases: list[Case] | None = None) -> Respondents:
    cases = cases or [Case(number) for number in range(len(values))]
    strata = [Stratum(name, 40, sum(case.stratum == name for case in cases)) for name in sorted({case.stratum for case in cases})]
    answers = [Answer(case.id, "d", value) for case, value in zip(cases, values, strict=False)]
    return respondents(strata, cases, answers, weighting(strata, cases))


DAYS = Question("d", "decimal", "天数", measure="workdays", unit="工作日", standard="低压平均")
AVERAGE = said("低压平均", "<=", "3", "工作日", "workdays", condition="平均")


def held_against(standard: DeclaredStandard, of: Respondents, question: Question, orders: Sequence[TimedOrder] = ()) -> list[Held]:
    promises = chosen([standard], item=28, topic=8)
    return held(promises, of, [question], orders=orders, calendar=OFFICIAL, districts=["东丽区", "和平区"])


def verdict(standard: DeclaredStandard, values: list[float]) -> str:
    question = Question("d", "decimal", "天数", measure=standard.measure, standard=standard.subject)
    (one,) = held_against(standard, answered(values), question)
    return one.verdict


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2, 2, 3, 2, 1], KEPT), ([9, 8, 9, 7, 8, 9], BROKEN), ([1, 2, 3, 4, 2, 3], OPEN), ([], NOTHING), ([2, 2, 9, 1], FEW)],
)
def test_a_promised_average_is_tested_on_the_mean(values: list[float], expected: str) -> None:
    assert verdict(AVERAGE, values) == expected


def test_a_promised_limit_is_tested_on_each_case() -> None:
    limit = said("备案至施工许可", "<=", "60", "天", "days")
    assert verdict(limit, [10, 20, 30, 40, 60]) == KEPT
    assert verdict(limit, [10, 20, 30, 40, 61]) == BROKEN
    assert verdict(limit, [10, 20, 61]) == FEW


@pytest.mark.parametrize(
    ("standard", "least", "most", "measure"),
    [
        (said("税务UKey", "=", "0", "元", "yuan"), None, 0, "yuan"),
        (said("转移登记", "=", "即时", "工作日", "workdays"), None, 0.5, "workdays"),
        (said("见面", "=", "0", "次", "other"), None, 0, "visits"),
        (said("替代率", ">=", "90", "%", "other"), 90, None, "other"),
        (said("流程", "between", "3-4", "个", "steps"), None, 4, "steps"),
    ],
)
def test_standards_are_limits(standard: DeclaredStandard, least: float | None, most: float | None, measure: str) -> None:
    promise = read_promise(standard)
    assert promise is not None
    assert (promise.least, promise.most, promise.measure) == (least, most, measure)


def test_a_described_scale_promises_nothing() -> None:
    assert read_promise(said("便利度", "between", "1-10", "分", "index")) is None


def test_the_document_that_the_study_names_is_used_and_the_others_are_told() -> None:
    old = said("低压平均", "<=", "15", "天", "days", document=DONGLI, year=2019, area="天津市", condition="平均", item_number=None)
    (one,) = chosen([old, AVERAGE], item=28, topic=8)
    assert (one[0].declared.document, one[1]) == (CHECKLIST, ("东丽区18项（2019）",))
    (other,) = chosen([old, AVERAGE], item=28, topic=8, documents=[DONGLI])
    assert other[0].declared.document == DONGLI
    assert chosen([AVERAGE], item=27, topic=8) == []


def order(start: str, finish: str, number: str = "A1", uscc: str = "X") -> TimedOrder:
    stages = (Stage(1, datetime.fromisoformat(start), datetime.fromisoformat(finish), None),)
    return TimedOrder("甲局", "东丽区", stages, None, [None], number, uscc, "某公司")


def test_a_question_that_does_not_say_which_of_several_promises_it_means_decides_none() -> None:
    parts = [said("流程", "=", "1", "个", "steps", condition=each) for each in ("登记", "刻章(政府购买)")]
    other = said("流程", "<=", "3", "件", "papers", condition="材料")
    of = answered([1, 1, 1, 1, 1, 1])

    def told(standard: str, *declared: DeclaredStandard) -> list[str]:
        question = Question("d", "integer", "环节数", measure="steps", standard=standard)
        found = held(chosen(declared, item=28, topic=8), of, [question], orders=[], calendar=OFFICIAL, districts=[])
        return [one.verdict for one in found]

    assert told("流程", *parts) == [SEVERAL, SEVERAL]
    assert told("流程（登记）", parts[0], other) == [KEPT]
    assert told("流程", parts[0], other) == [CONDITION, UNITS]  # what is counted tells them apart; 登记 is not asked for
    assert told("流程 (刻章（政府购买）)", *parts) == [KEPT]
    assert told("流程", parts[0], said("流程", "=", "2", "个", "steps", condition="登记")) == [SEVERAL, SEVERAL]


def test_a_unit_of_time_does_not_tell_promises_apart_and_an_interval_below_zero_is_said_to_be_cut() -> None:
    whole, part = said("耗时", "<=", "3", "工作日", "workdays", condition="整体"), said("耗时", "=", "1", "天", "days", condition="登记")
    question = Question("d", "integer", "天数", measure="days", standard="耗时")
    found = held(chosen([whole, part], item=28, topic=8), answered([0] * 7 + [9]), [question], orders=[], calendar=OFFICIAL, districts=[])
    assert {one.promise.declared.condition: one.verdict for one in found} == {"整体": UNITS, "登记": SEVERAL}
    assert [each.cut for one in found for each in one.answers] == [True]


@pytest.mark.parametrize(
    ("condition", "label", "standard", "expected"),
    [
        ("低压非居民(10千伏以下)", "接电用了几天？", "耗时", CONDITION),
        ("低压非居民(10千伏以下)", "低压非居民用户：接电用了几天？", "耗时", KEPT),
        ("低压非居民(10千伏以下)", "接电用了几天？", "耗时（低压非居民（10千伏以下））", KEPT),
        ("大工业；10千伏", "大工业用户接电用了几天？", "耗时", CONDITION),
        ("大工业；10千伏", "大工业用户 10 千伏接电用了几天？", "耗时", KEPT),
        ("措施:小微企业", "小微企业接电用了几天？", "耗时", KEPT),
        ("平均", "接电用了几天？", "耗时", KEPT),
        ("平均；小微企业", "接电用了几天？", "耗时", CONDITION),
        ("", "接电用了几天？", "耗时", KEPT),
    ],
)
def test_a_promise_under_a_condition_that_the_question_does_not_ask_for_is_not_held_against_it(
    condition: str, label: str, standard: str, expected: str
) -> None:
    declared = said("耗时", "<=", "3", "工作日", "workdays", condition=condition)
    question = Question("d", "integer", label, measure="workdays", standard=standard)
    (one,) = held_against(declared, answered([1, 1, 2, 1, 2, 1]), question)
    assert one.verdict == expected
    assert held_in_words("4-1", one).startswith(f"4-1 耗时≤3工作日{f'（{condition}）' if condition else ''}：{WORDS[expected]}")


def test_work_orders_alone_say_nothing_of_a_promise_under_a_condition_unless_all_of_them_are_under_it() -> None:
    declared = said("登记", "<=", "3", "工作日", "workdays", condition="小微企业")
    promises = chosen([declared], item=28, topic=8)
    for title, expected in (("登记", CONDITION), ("小微企业登记", KEPT)):
        (one,) = held(promises, answered([]), [], orders=[FRIDAY_TO_MONDAY] * 5, calendar=OFFICIAL, districts=[], title=title)
        assert one.verdict == expected


FRIDAY_TO_MONDAY = order("2022-06-10", "2022-06-13")


def test_a_promise_that_is_asked_about_without_a_number_is_told_with_the_reason() -> None:
    free, scale = said("税务UKey", "=", "0", "元", "yuan"), said("便利度", "between", "1-10", "分", "index")
    paid = Question("d", "select_one", "领税务UKey是否花钱", (("yes", "花了钱"),), measure="yes_no", standard="税务UKey")
    (one,) = held_against(free, answered(["yes"] * 6), paid)
    assert (one.verdict, one.choices) == (CHOICES, (paid,))
    assert held_in_words("4-1", one) == f"4-1 税务UKey=0元：{WORDS[CHOICES]}；领税务UKey是否花钱"
    (both,) = held(chosen([free], item=28, topic=8), answered([3] * 6), [paid, replace(paid, kind="integer", measure="yuan")], orders=[],
                   calendar=OFFICIAL, districts=[])  # fmt: skip
    assert both.verdict == BROKEN, "a number decides where there is one"
    asked = [paid, replace(DAYS, standard="便利度"), replace(DAYS, standard="别处承诺的"), replace(DAYS, standard="")]
    promises = [promise for promise, _others in chosen([free, scale], item=28, topic=8)]
    told = without_promise(asked, promises, [free, scale], item=28, topic=8)
    assert [(question.standard, why) for question, why in told] == [("便利度", NO_LIMIT), ("别处承诺的", NOT_PROMISED)]


def test_days_and_working_days_are_never_mixed() -> None:
    assert in_unit(FRIDAY_TO_MONDAY, "workdays", OFFICIAL) == ("span_working", 1)
    assert in_unit(FRIDAY_TO_MONDAY, "days", OFFICIAL) == ("span_calendar", 3)
    assert in_unit(TimedOrder("甲局", "东丽区", (), 4), "workdays", OFFICIAL) == ("written", 4)
    calendar_days = Question("d", "decimal", "天数", measure="days", standard="低压平均")
    (one,) = held_against(AVERAGE, answered([9, 9]), calendar_days, [FRIDAY_TO_MONDAY])
    assert (one.answers, one.other_units) == ([], [calendar_days])
    assert one.orders is not None
    assert (one.orders.mean, one.orders.within, one.verdict) == (1, 1, FEW)
    (one,) = held_against(AVERAGE, answered([9, 9]), calendar_days, [FRIDAY_TO_MONDAY] * 5)
    assert one.verdict == KEPT


def test_a_standard_of_one_area_is_held_against_its_cases_alone() -> None:
    local = said("低压平均", "<=", "3", "工作日", "workdays", area="东丽区")
    cases = [Case(0), Case(1), Case(2, "和平区", "和平区"), Case(3, "和平区", "和平区")]
    (one,) = held_against(local, answered([1, 2, 50, 60], cases), DAYS)
    assert (one.answers[0].mean.estimate, one.answers[0].mean.n, one.verdict) == (pytest.approx(1.5), 2, FEW)


def test_a_contradiction_is_beyond_the_tolerance_from_every_order_of_the_enterprise() -> None:
    orders = [FRIDAY_TO_MONDAY, order("2022-06-01", "2022-06-15", "A2"), order("2022-06-01", "2022-06-02", "B1", "Y")]
    of = answered([12, 3, 30, 5])
    who = {0: ("X", ""), 1: ("X", ""), 2: ("Y", ""), 3: ("", "某公司")}
    found = contradictions(of, [DAYS], orders=orders, identities=who, calendar=OFFICIAL, tolerances={"workdays": 2})
    # 12 is near the nine working days of A2, beyond 2; 3 fits A1's single day; no code: only orders without one are searched by name
    assert [(each.case_id, each.ordered, each.order_number) for each in found] == [(2, 1, "B1"), (0, 9, "A2")]
    assert [each.difference for each in found] == [29, 3]


def test_a_batch_does_not_tell_which_orders_are_meant() -> None:
    asked, all_orders = ["N3", "N7"], [f"N{number}" for number in range(40)]
    batch = with_decoys(asked, all_orders, "salt")
    assert set(asked) < set(batch)
    assert len(batch) == 7
    assert batch == with_decoys(asked, all_orders[::-1], "salt")
    assert with_decoys(asked, asked, "salt") in ([*asked], [*reversed(asked)])


def test_two_lists_side_by_side_tell_nothing_and_too_few_others_are_no_place_to_hide() -> None:
    orders = [f"N{number}" for number in range(24)]
    first = next_batch(["N3"], orders, [], "salt")
    second = next_batch(["N3", "N7", "N9"], orders, first, "salt") if not {"N7", "N9"} & set(first) else []
    assert (len(first), len(second)) == (6, 7), "as many decoys as are asked about, five at least"
    assert "N3" in first and {"N7", "N9"} < set(second) and not set(first) & set(second)
    decoy = next(number for number in first if number != "N3")
    assert next_batch(["N3", decoy], orders, first, "salt") == [], "the department was asked about it already"
    with pytest.raises(Refused):
        next_batch(["N1", "N2"], orders[:6], [], "salt")
    many = next_batch(orders[:8], orders, [], "salt")
    assert len(many) == 16


def test_denials_by_list_and_by_reporting_unit_overlap() -> None:
    cases = [Case(number, reported_by=("甲局", "乙局") if number < 2 else ("甲局",)) for number in range(6)]
    cases += [Case(6, code="4.80", category="NE", valid=False, reported_by=("乙局",)), Case(7, code="3.30", category="UO", valid=False)]
    whole, second, first = denials(answered([1] * 6, cases))
    assert (whole.unit, whole.denied, whole.unsettled, whole.share.n) == (None, 2, 1, 8)
    assert [(each.unit, each.denied, each.share.n) for each in (first, second)] == [("甲局", 1, 7), ("乙局", 1, 3)]
    assert whole.share.estimate is not None
    assert 0 < whole.share.estimate < 0.5
    handled = Question("d", "select_one", "办过没有", (("yes", "办过"), ("no", "没有办过")), denies="no")
    of = answered(["yes"] * 6, cases)
    table = question_table(of, handled)
    assert table is not None
    assert table.figure(level=1) == whole.share
    other = question_table(of, replace(handled, denies=""))
    assert other is not None
    assert (other.figure(level=1).estimate, other.figure().n) == (0, 6)
    cases[6] = replace(cases[6], final=False)  # its re-check is not done
    assert denials(answered([1] * 6, cases))[0].unsettled == 2
