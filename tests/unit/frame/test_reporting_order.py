"""Whose word counts never depends on when a list arrived."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.frame.duplicates import in_order, merge
from callcenter.frame.reporting_order import reporting_order
from tests.factories.frame import reported

LEADS = ["市市场监管委", "市税务局"]


def test_leads_come_first_then_the_units_of_districts_by_their_codes_then_the_others_by_name() -> None:
    ordered = [
        "市市场监管委",
        "市税务局",
        "天津市和平区市场监管局",
        "东丽区市场监管局",
        "滨海新区税务局",
        "蓟州区政务服务办",
        "丙局",
        "甲局",
    ]
    assert reporting_order(reversed(ordered), LEADS) == ordered


def test_a_unit_that_leads_and_is_responsible_stands_where_it_is_named_first() -> None:
    assert reporting_order(["乙", "甲"], ["甲", "乙", "甲"]) == ["甲", "乙"]


DEPARTMENTS = ["市税务局", "东丽区税务局", "甲局", "市市场监管委"]
NAMES, CODES, DISTRICTS = ["甲公司", "乙公司"], ["", "X", "Y"], ["东丽区", "未知"]
TOLD = st.tuples(*map(st.sampled_from, (DEPARTMENTS, NAMES, CODES, DISTRICTS)))


@settings(max_examples=60)
@given(st.lists(TOLD, max_size=8), st.randoms())
def test_units_do_not_depend_on_the_order_in_which_departments_sent(told: list[tuple[str, ...]], dice: random.Random) -> None:
    def units(arrival: list[str]) -> list[tuple[object, ...]]:
        rows = []
        for place, (department, name, code, district) in enumerate(told):
            sent = arrival.index(department)
            place_in_list = {"id": sent * 100 + place, "group": (sent, place)}
            rows.append(reported(place, department=department, name=name, uscc=code, district=district, **place_in_list))
        merged = merge(in_order(rows, reporting_order(DEPARTMENTS, LEADS)), {})
        return [(unit.key, unit.name, unit.district, unit.phones, unit.reported_by, unit.resolution) for unit in merged]

    shuffled = list(DEPARTMENTS)
    dice.shuffle(shuffled)
    assert units(shuffled) == units(DEPARTMENTS)
