"""Screening rules: what passes, what each takes out, and what cannot be a rule."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.frame.duplicates import Unit, mark_shared, merge
from callcenter.frame.screening import WRONG, read_rules, screen, sha256_of
from callcenter.frame.summary import Barred, counts
from callcenter.web.translations import english
from tests.factories.frame import reported


def passes(rule: dict[str, Any], **changes: Any) -> bool:
    return bool(screen(merge([reported(1, **changes)], {}), read_rules({"rules": [rule]})).kept)


SPRING = {"kind": "period", "from": "2021-03", "to": "2021-05"}


@pytest.mark.parametrize(
    ("rule", "changes", "expected"),
    [
        (SPRING, {"happened_on": "2021-03-01"}, True),
        (SPRING, {"happened_on": "2021-05-31"}, True),
        (SPRING, {"happened_on": "2021-06-01"}, False),
        (SPRING, {"happened_on": "2021-02-28"}, False),
        (SPRING, {"happened_on": "2021"}, True),  # the year reaches into it
        (SPRING, {"happened_on": ""}, True),
        (SPRING | {"undated": "drop"}, {"happened_on": "不详"}, False),
        (SPRING | {"undated": "drop"}, {"happened_on": "", "beside": {"近两次办理时间": "2020-11-02、2021-04"}}, True),
        (SPRING, {"happened_on": "", "beside": {"近两次办理时间": "2020-11-02、2021-06-02"}}, False),  # before and after, not within
        (SPRING, {"beside": {"近两次办理时间": "2020-11-02"}, "happened_on": "2021-04-02"}, True),
        (SPRING | {"undated": "drop"}, {"happened_on": "", "beside": {"渠道": "线上"}, "matter": "2021年4月申领"}, True),
        (SPRING, {"happened_on": "2020-11至2021-06"}, True),
        ({"kind": "period", "from": "policy-month", "to": "2022-05"}, {"happened_on": "2021-04-30", "policy_month": "2021-05"}, False),
        ({"kind": "period", "from": "policy-month", "to": "2022-05"}, {"happened_on": "2021-05-01", "policy_month": "2021-05"}, True),
        ({"kind": "period", "from": "policy-month", "to": "2022-05"}, {"happened_on": "2001-05-01"}, True),  # none was stated
        ({"kind": "period", "from": "policy-month", "to": "2022-05"}, {"happened_on": "2022-06-01"}, False),
        ({"kind": "matter", "any": ["电子 印章"]}, {"matter": "申领电子印章"}, True),
        ({"kind": "matter", "any": ["ukey"]}, {"matter": "税务 UKey 领取"}, True),
        ({"kind": "matter", "any": ["注销"]}, {"matter": "申领"}, False),
        ({"kind": "matter", "none": ["注销"]}, {"matter": "简易注销"}, False),
        ({"kind": "matter", "none": ["注销"]}, {"matter": ""}, True),
        ({"kind": "department", "any": ["市市场监管委"]}, {}, True),
        ({"kind": "department", "none": ["市市场监管委"]}, {}, False),
        ({"kind": "district", "any": ["东丽区", "未知"]}, {"district": "未知"}, True),
        ({"kind": "district", "none": ["未知"]}, {"district": "未知"}, False),
        ({"kind": "sub_area", "any": ["东疆"]}, {"sub_area": "东疆"}, True),
        ({"kind": "sub_area", "any": ["东疆"]}, {}, False),
        ({"kind": "code"}, {}, True),
        ({"kind": "code"}, {"uscc": ""}, False),
        ({"kind": "column", "column": "网办或线下", "any": ["网办"]}, {"columns": {"网办或线下（必填）": "网 办"}}, True),
        ({"kind": "column", "column": "网办或线下", "any": ["网办"]}, {"columns": {"网办或线下": "线下"}}, False),
        ({"kind": "column", "column": "网办或线下", "any": ["网办"]}, {}, False),
        ({"kind": "column", "column": "角色", "none": ["招标人"]}, {"columns": {"角色": "中标人"}}, True),
    ],
)
def test_what_a_rule_lets_pass(rule: dict[str, Any], changes: dict[str, Any], expected: bool) -> None:
    assert passes(rule, **changes) is expected


def test_a_unit_passes_by_one_row_that_passes_every_rule_and_keeps_all_its_matters() -> None:
    rules = read_rules({"rules": [{"kind": "matter", "any": ["印章"]}, {"kind": "period", "from": "2022"}]})
    old_seal = reported(1, matter="印章", happened_on="2020-01-01")
    new_other = reported(2, uscc="CODE1", group=(2, 1), matter="发票", happened_on="2022-01-01")
    new_seal = reported(3, uscc="CODE1", group=(3, 1), matter="印章", happened_on="2022-02-01")
    assert screen(merge([old_seal, new_other], {}), rules).kept == []  # no single matter fits
    [kept] = screen(merge([old_seal, new_other, new_seal], {}), rules).kept
    assert [matter["submission_row_id"] for matter in kept.matters] == [1, 2, 3]


def test_each_rule_counts_what_it_took_out_after_the_ones_before_it() -> None:
    units = merge(
        [reported(1, district="西青区"), reported(2, uscc=""), reported(3, happened_on=""), reported(4, district="西青区", uscc="")], {}
    )
    rules = read_rules(
        {"rules": [{"kind": "code"}, {"kind": "district", "none": ["西青区"]}, {"kind": "period", "to": "2022", "undated": "drop"}]}
    )
    screened = screen(units, rules)
    assert [(number, unit.name) for number, unit in screened.removed] == [(2, "企业1"), (1, "企业2"), (3, "企业3"), (1, "企业4")]
    assert [effect.document["units"] for effect in screened.effects] == [2, 1, 1]
    assert screened.effects[0].document["by_district"] == {"东丽区": 1, "西青区": 1}
    assert screened.effects[2].document["undated"] == 1


ROW = st.fixed_dictionaries(
    {
        "uscc": st.sampled_from(["", "A", "B", "C"]),
        "district": st.sampled_from(["东丽区", "西青区", "未知"]),
        "matter": st.sampled_from(["印章", "发票", "注销"]),
        "happened_on": st.sampled_from(["", "2021-01-01", "2022-01-01"]),
    }
)
RULE = st.sampled_from(
    [
        {"kind": "code"},
        {"kind": "matter", "any": ["印章", "发票"]},
        {"kind": "matter", "none": ["发票"]},
        {"kind": "district", "none": ["未知"]},
        {"kind": "period", "from": "2021-06", "undated": "drop"},
        {"kind": "period", "to": "2021-06"},
    ]
)


@settings(max_examples=80)
@given(st.lists(ROW, max_size=10), st.lists(RULE, max_size=4))
def test_before_is_removed_and_after_by_district_whatever_the_rules(told: list[dict[str, Any]], rules: list[dict[str, Any]]) -> None:
    units = merge([reported(number, name="甲", **values) for number, values in enumerate(told)], {})
    screened = screen(units, read_rules({"rules": rules}))
    mark_shared(units)
    counted = counts(screened.kept, rows=len(told), before=units, effects=screened.effects, barred=Barred())
    assert counted["rows"] == counted["merged_units"] + counted["merged"]
    assert counted["merged_units"] == counted["units"] + sum(effect["units"] for effect in counted["screened"])
    for district, before in counted["before_by_district"].items():
        removed = sum(effect["by_district"].get(district, 0) for effect in counted["screened"])
        assert before == removed + counted["by_district"].get(district, 0)
    # in which order rules are applied decides only which of them is told to have removed a unit
    assert {unit.key for unit in screen(units, read_rules({"rules": rules[::-1]})).kept} == {unit.key for unit in screened.kept}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"rules": [{"kind": "street", "any": ["x"]}]}, "screening_kind"),
        ({"rules": [{"any": ["x"]}]}, "screening_kind"),
        ({"rules": [{"kind": "matter"}]}, "screening_empty"),
        ({"rules": [{"kind": "code"}, {"kind": "matter", "any": [" ", "无"]}]}, "screening_empty"),
        ({"rules": [{"kind": "period"}]}, "screening_not_a_period"),
        ({"rules": [{"kind": "period", "from": "2022-05", "to": "2022-04"}]}, "screening_not_a_period"),
        ({"rules": [{"kind": "period", "to": "policy-month"}]}, "screening_not_a_period"),
        ({"rules": [{"kind": "period", "from": "开春"}]}, "screening_not_a_day"),
        ({"rules": [{"kind": "period", "from": "2022", "undated": "maybe"}]}, "bad_screening"),
        ({"rules": [{"kind": "column", "column": "（）", "any": ["x"]}]}, "screening_no_column"),
        ({"rules": [{"kind": "column", "any": ["x"]}]}, "bad_screening"),
        ({"rules": [{"kind": "code", "is": "valid"}]}, "bad_screening"),
        ({"rules": "all"}, "bad_screening"),
        ({"filters": []}, "bad_screening"),
        ({"rules": [{"kind": "code"}] * 21}, "bad_screening"),
    ],
)
def test_what_cannot_be_a_rule_is_told_by_its_place(document: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_rules(document)
    assert refused.value.code == code
    if code != "bad_screening" or (isinstance(document.get("rules"), list) and len(document["rules"]) == 1):
        assert f"第 {len(document['rules'])} 条" in str(refused.value)


def test_a_document_is_hashed_as_it_is_kept_not_as_it_was_typed() -> None:
    typed = {"rules": [{"none": [], "any": [" 印章 ", "印章"], "kind": "matter"}]}
    kept = read_rules(typed).document
    assert kept == {"rules": [{"kind": "matter", "any": ["印章"]}]}
    assert sha256_of(kept) == sha256_of(read_rules(kept).document)


def test_without_rules_all_pass() -> None:
    units: list[Unit] = merge([reported(1), reported(2)], {})
    assert screen(units, read_rules({})).kept == units


def test_what_is_wrong_with_a_rule_is_told_in_both_languages() -> None:
    assert set(WRONG.values()) <= english().keys()
