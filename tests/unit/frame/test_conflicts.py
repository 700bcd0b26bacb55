"""What reporters tell differently is shown with the rule that settled it."""

from typing import Any

import pytest

from callcenter.frame.conflicts import KINDS, settled
from callcenter.frame.duplicates import merge, merge_persons
from tests.factories.frame import reported

A, B, C = "市市场监管委", "市税务局", "市人社局"


def phones(*numbers: str) -> list[dict[str, str]]:
    return [{"number": number, "extension": ""} for number in numbers]


def rows(*changes: dict[str, Any]) -> list[Any]:
    """Reports of one enterprise, alike but for `changes`."""
    alike = {"uscc": "X", "name": "甲公司", "phones": phones("+8613800000001")}
    return [reported(number, group=(number, 1), **(alike | changed)) for number, changed in enumerate(changes, 1)]


@pytest.mark.parametrize(
    ("reports", "kinds"),
    [
        (({}, {"department": B}), []),  # agree in all
        (({}, {"department": B, "name": "甲有限公司"}), ["name"]),
        (({}, {"department": B, "district": "未知"}), []),  # not to know is no other opinion
        (({"sub_area": "开发区"}, {"department": B, "sub_area": "保税区"}), ["sub_area"]),
        (({"sub_area": ""}, {"department": B, "sub_area": "保税区"}), []),
        (({}, {"department": B, "contact": "李某"}), ["contact"]),
        (({}, {"contact": "李某"}), []),  # two people of one report of one unit
        (({}, {"department": B, "contact": ""}), []),
        (({}, {"department": B, "phones": phones("+8613800000002")}), ["phone"]),
        (({}, {"department": B, "phones": phones("+8613800000002", "+8613800000001")}), []),  # they have one in common
        (({}, {"department": B}, {"department": C, "phones": phones("+8613800000003")}), ["phone"]),
    ],
)
def test_kinds_of_conflict(reports: tuple[dict[str, Any], ...], kinds: list[str]) -> None:
    [unit] = merge(rows(*reports), {})
    assert unit.conflicts == kinds


def test_the_sub_area_is_the_first_told_for_the_district_that_was_taken() -> None:
    told = rows(
        {"district": "未知"},
        {"department": B, "district": "滨海新区", "sub_area": ""},
        {"department": C, "district": "滨海新区", "sub_area": "东疆"},
    )
    [unit] = merge(told, {})
    assert (unit.district, unit.sub_area) == ("滨海新区", "东疆")


def test_telephones_are_all_kept_and_the_first_reporters_come_first() -> None:
    [unit] = merge(rows({}, {"department": B, "phones": phones("+8613800000009")}), {})
    assert [phone["number"] for phone in unit.phones] == ["+8613800000001", "+8613800000009"]
    assert unit.resolution["phone"]["rule"] == "all_kept"


def test_one_name_with_several_codes_stays_several_units_that_name_each_other() -> None:
    told = rows({}, {"uscc": "Y", "department": B}, {"uscc": "", "department": C})
    units = merge(told, {})
    assert [(unit.key, unit.conflicts, unit.reported_by) for unit in units] == [("X", ["code"], [A, C]), ("Y", ["code"], [B])]
    assert units[1].resolution["code"] == {
        "taken": "Y",
        "rule": "first_told",
        "departments": [B],
        "others": [{"value": "X", "departments": [A]}],
    }


def test_one_name_and_mobile_with_two_codes_is_two_enterprises_marked_as_such() -> None:
    units = merge_persons(rows({}, {"uscc": "Y", "department": B}), "salt")
    assert [unit.key for unit in units] == ["X", "Y"]
    assert all(unit.conflicts == ["code"] for unit in units)


def test_one_report_alone_differs_from_nothing() -> None:
    assert settled(rows({}), "东丽区") == {}
    assert set(KINDS) == {"name", "code", "district", "sub_area", "contact", "phone"}
