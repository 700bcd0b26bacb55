"""Lists of several units become one frame that knows who reported whom."""

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from callcenter.frame.duplicates import known_codes, mark_shared, merge, merge_persons
from callcenter.frame.strata import frame_hash, sizes
from callcenter.frame.unit_keys import enterprise_key, person_key
from tests.factories.frame import reported


def test_keys_are_the_code_else_name_and_district_and_hide_persons() -> None:
    assert enterprise_key("91120116MAXBQRWY4R", "甲", "东丽区") == "91120116MAXBQRWY4R"
    assert enterprise_key("", "甲公司", "未知") == "N:甲公司|未知"
    assert person_key("salt", "张三", "+8613800001111") == "P:" + hashlib.sha256("salt|张三|+8613800001111".encode()).hexdigest()


def test_an_enterprise_of_two_departments_is_one_unit_that_knows_both() -> None:
    first = reported(1)
    second = reported(2, department="市税务局", group=(2, 1), name="企业一", uscc="CODE1", district="西青区")
    [unit] = merge([first, second], {})
    assert (unit.key, unit.name, unit.district) == ("CODE1", "企业1", "东丽区")
    assert unit.reported_by == ["市市场监管委", "市税务局"]
    assert [phone["number"] for phone in unit.phones] == ["+8613800000001", "+8613800000002"]
    assert [matter["department"] for matter in unit.matters] == ["市市场监管委", "市税务局"]
    assert unit.conflicts == ["name", "district", "phone"]
    others = [{"value": "西青区", "departments": ["市税务局"]}]
    assert unit.resolution["district"] == {"taken": "东丽区", "rule": "first_known", "departments": ["市市场监管委"], "others": others}


def test_a_code_known_from_a_later_list_serves_an_earlier_row() -> None:
    bare = reported(1, uscc="")
    coded = reported(2, department="市税务局", group=(2, 1), name="企业1", uscc="CODE1")
    assert [unit.key for unit in merge([bare, coded], {})] == ["CODE1"]


def test_a_code_known_elsewhere_in_the_study_serves_a_row_without_one() -> None:
    known = known_codes([("企业1", "东丽区", "CODE9"), ("企业2", "东丽区", "CODE7"), ("企业2", "东丽区", "CODE8")])
    units = merge([reported(1, uscc=""), reported(2, uscc="")], known)
    assert [unit.key for unit in units] == ["CODE9", "N:企业2|东丽区"]  # two codes of one name say nothing
    assert [unit.conflicts for unit in units] == [[], ["code"]]
    assert [other["value"] for other in units[1].resolution["code"]["others"]] == ["CODE7", "CODE8"]


def test_the_district_is_the_first_that_a_reporter_knows() -> None:
    [unit] = merge([reported(1, district="未知"), reported(2, group=(2, 1), uscc="CODE1", name="企业1", district="蓟州区")], {})
    assert unit.district == "蓟州区"
    assert unit.conflicts == []


def test_same_name_in_two_districts_are_two_enterprises() -> None:
    units = merge([reported(1, uscc="", name="甲"), reported(2, uscc="", name="甲", district="西青区")], {})
    assert [unit.key for unit in units] == ["N:甲|东丽区", "N:甲|西青区"]


def test_a_number_of_three_units_is_marked_as_shared() -> None:
    agent = [{"number": "+8613800009999", "extension": ""}]
    units = merge([reported(number, phones=agent) for number in (1, 2, 3)] + [reported(4)], {})
    assert mark_shared(units) == 1
    assert [unit.phones[0]["shared"] for unit in units] == [True, True, True, False]


def test_persons_are_told_apart_by_name_and_mobile() -> None:
    both = [{"number": "+8613800000001", "extension": ""}, {"number": "+8613800000002", "extension": ""}]
    told = (("张三", both), ("张三", both[1:]), ("李四", both[:1]))
    rows = [reported(number, name=name, phones=phones, uscc="") for number, (name, phones) in enumerate(told, 1)]
    units = merge_persons(rows, "salt")
    assert [unit.rows for unit in units] == [2, 1]
    assert all(unit.key.startswith("P:") and "张三" not in unit.key for unit in units)


def test_an_enterprise_among_persons_is_one_unit_by_its_code_however_many_mobiles_it_has() -> None:
    first, second, third = ([{"number": f"+861380000000{number}", "extension": ""}] for number in (1, 2, 3))
    told = (("甲公司", "", first), ("甲公司", "CODE", first), ("甲公司", "CODE", second), ("张三", "", third), ("张三", "", first))
    rows = [reported(number, name=name, uscc=code, phones=phones) for number, (name, code, phones) in enumerate(told, 1)]
    units = merge_persons(rows, "salt")
    assert [(unit.rows, unit.uscc) for unit in units] == [(3, "CODE"), (1, ""), (1, "")]
    assert units[0].key == "CODE" and [phone["number"][-1] for phone in units[0].phones] == ["1", "2"]
    assert all(unit.key.startswith("P:") for unit in units[1:])


def test_two_codes_that_a_list_of_persons_took_for_one_stay_two_enterprises() -> None:
    same = {"group": (1, 1), "name": "甲公司", "phones": [{"number": "+8613800000001", "extension": ""}]}
    units = merge_persons([reported(1, uscc="A", **same), reported(2, uscc="B", **same), reported(3, uscc="", **same)], "salt")
    assert [(unit.key, unit.rows) for unit in units] == [("A", 2), ("B", 1)]


def test_strata_are_districts_in_the_order_of_their_codes() -> None:
    units = merge([reported(1, district="未知"), reported(2, district="蓟州区"), reported(3, district="和平区"), reported(4)], {})
    assert list(sizes(units).items()) == [("和平区", 1), ("东丽区", 1), ("蓟州区", 1), ("未知", 1)]


@given(st.lists(st.tuples(st.text("AZ甲", min_size=1, max_size=3), st.sampled_from(["东丽区", "未知"])), unique=True), st.randoms())
def test_the_frame_hash_does_not_depend_on_order(lines: list[tuple[str, str]], dice: random.Random) -> None:
    shuffled = list(lines)
    dice.shuffle(shuffled)
    assert frame_hash(shuffled) == frame_hash(lines)


def test_the_frame_hash_is_over_lines_sorted_as_bytes() -> None:
    written = "91X\t东丽区\nN:甲|未知\t未知\n".encode()
    assert frame_hash([("N:甲|未知", "未知"), ("91X", "东丽区")]) == hashlib.sha256(written).hexdigest()
