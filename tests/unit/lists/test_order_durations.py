"""How long matters took: exact statistics, against numpy and the standard library."""

import statistics
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.lists.orders.durations import (
    CALENDAR,
    MEASURES,
    SPAN_CALENDAR,
    SPAN_WORKING,
    WORKING,
    WRITTEN,
    Limit,
    TimedOrder,
    as_document,
    concerning,
    days_of,
    figures,
    limits_of,
    results,
)
from callcenter.lists.orders.findings import NAMES, SENTENCES
from callcenter.lists.orders.reading import Stage, from_stored, stored
from callcenter.studies.tables import DeclaredStandard
from callcenter.studies.work_calendar import OFFICIAL
from callcenter.web.translations import english


def stage(number: int, start: str, finish: str, written: float | None = None) -> Stage:
    return Stage(number, datetime.fromisoformat(start), datetime.fromisoformat(finish), written)


def timed(*stages: Stage, days: float | None = None, department: str = "甲局", district: str = "东丽区") -> TimedOrder:
    return TimedOrder(department, district, stages, days, [one.days for one in stages])


@given(st.lists(st.floats(0, 1e4, allow_nan=False), min_size=1, max_size=40), st.floats(0, 1e4))
def test_mean_median_and_quartiles_are_those_of_numpy(values: list[float], most: float) -> None:
    found = figures(values, [most, None])
    assert found is not None
    assert found.mean == pytest.approx(statistics.fmean(values))
    assert found.median == pytest.approx(statistics.median(values))
    assert (found.q1, found.median, found.q3) == pytest.approx(tuple(np.quantile(values, [0.25, 0.5, 0.75])))
    if len(values) > 1:
        assert (found.q1, found.median, found.q3) == pytest.approx(tuple(statistics.quantiles(values, n=4, method="inclusive")))
    assert (found.low, found.high, found.n) == (min(values), max(values), len(values))
    assert found.within == (sum(value <= most + 1e-9 for value in values), None)


def test_an_order_is_measured_as_written_and_by_its_dates() -> None:
    one = timed(stage(1, "2022-05-27", "2022-05-30", 1), stage(2, "2022-05-31 08:00", "2022-05-31 20:00"), days=1.5)
    assert days_of(one, OFFICIAL) == {WRITTEN: 1.5, CALENDAR: 3.5, WORKING: 1.5, SPAN_CALENDAR: 4 + 20 / 24, SPAN_WORKING: 2 + 20 / 24}
    backwards = timed(stage(1, "2022-05-27", "2022-05-30"), stage(2, "2022-05-31", "2022-05-30", 1), days=4)
    assert days_of(backwards, OFFICIAL) == {WRITTEN: 4, CALENDAR: None, WORKING: None, SPAN_CALENDAR: None, SPAN_WORKING: None}
    assert from_stored(stored(one.stages[1])) == one.stages[1]


def standard(**changes: Any) -> DeclaredStandard:
    values = {"subject": "低压平均", "measure": "workdays", "operator": "<=", "value": "3", "unit": "工作日", "condition": "平均"}
    return DeclaredStandard(study_id=1, document="清单", year=2021, area="天津市", **(values | changes))


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ({}, Limit("低压平均≤3工作日", "workdays", 3, True)),
        ({"subject": "通水", "condition": "", "value": "9"}, Limit("通水≤9工作日", "workdays", 9, False)),
        ({"subject": "备案", "measure": "days", "value": "60", "unit": "天", "condition": ""}, Limit("备案≤60天", "days", 60, False)),
        ({"subject": "登记", "measure": "other", "operator": "=", "value": "即时", "unit": "", "condition": ""}, ("workdays", 0.5)),
        ({"operator": "between", "value": "2-5", "condition": "", "subject": "x"}, ("workdays", 5)),
        ({"measure": "steps", "value": "2"}, None),  # no promise of days
        ({"operator": ">=", "value": "5"}, None),
    ],
)
def test_promises_of_days_become_limits(said: dict[str, Any], limit: Any) -> None:
    found = limits_of([standard(**said)])
    if isinstance(limit, Limit) or limit is None:
        assert found == ([limit] if limit else [])
    else:
        assert [(one.unit, one.most) for one in found] == [limit]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("低压办电企业", ["低压平均≤3工作日"]),
        ("10千伏高压办电企业", ["10千伏平均≤20工作日"]),
        ("全部办电企业", ["低压平均≤3工作日", "10千伏平均≤20工作日"]),  # nothing tells them apart
    ],
)
def test_a_promise_of_another_kind_is_not_held_against_a_population(title: str, told: list[str]) -> None:
    limits = [Limit("低压平均≤3工作日", "workdays", 3, True), Limit("10千伏平均≤20工作日", "workdays", 20, True)]
    assert [limit.text for limit in concerning(limits, title)] == told
    assert concerning([], title) == []


def test_results_by_unit_district_and_stage_hold_average_and_limit_apart() -> None:
    orders = [
        timed(stage(1, "2022-05-23", "2022-05-25", 2), days=2),
        timed(stage(1, "2022-05-27", "2022-05-30", 3), stage(2, "2022-05-30", "2022-06-02", 3), days=6, district="河西区"),
        timed(days=8, department="乙局"),
    ]
    limits = [Limit("平均≤3工作日", "workdays", 3, True), Limit("≤5天", "days", 5, False)]
    found = results(orders, OFFICIAL, limits)
    assert (found.orders, found.stages, found.stage_counts) == (3, 3, {0: 1, 1: 1, 2: 1})
    working, calendar, written = (found.overall[measure] for measure in (WORKING, CALENDAR, WRITTEN))
    assert (working.n, working.mean, working.within, working.kept(0, limits[0])) == (2, 3, (1, None), True)
    assert (calendar.mean, calendar.within, calendar.kept(1, limits[1]), calendar.share(1)) == (4, (None, 1), False, 0.5)
    assert (written.n, written.within, written.kept(0, limits[0])) == (3, (1, 1), False)
    assert {name: row[WRITTEN].mean for name, row in found.by_department.items()} == {"甲局": 4, "乙局": 8}
    assert found.by_district["河西区"][WORKING].mean == 4 and WORKING not in found.by_department["乙局"]
    assert {number: row[CALENDAR].mean for number, row in found.by_stage.items()} == {1: 2.5, 2: 3}
    document = as_document(found)
    assert document["overall"]["working"]["within"] == [{"promise": "平均≤3工作日", "count": 1, "share": 0.5, "kept": True}]


def test_findings_and_measures_have_english_lines() -> None:
    assert {*NAMES.values(), *SENTENCES.values(), *MEASURES.values()} <= english().keys()


def test_an_order_told_twice_counts_once_as_its_first_reporter_tells_it() -> None:
    def told(days: float, unit: str, number: str = "GD1", **about: str) -> TimedOrder:
        return timed(days=days, department=unit)._replace(number=number, **about)

    orders = [
        told(9, "乙局", uscc="A", enterprise="某公司"),
        told(2, "甲局", uscc="A", enterprise="某公司"),
        told(2, "甲局", uscc="A", enterprise="某公司"),
        told(3, "甲局", enterprise="某公司"),  # no code: told apart by the name
        told(4, "甲局", uscc="B", enterprise="某公司"),
        told(5, "乙局", number="", uscc="A"),
        told(5, "乙局", number="", uscc="A"),
    ]
    found = results(orders, OFFICIAL, [], ["甲局", "乙局"])
    assert (found.orders, found.repeated, as_document(found)["repeated"]) == (4, 3, 3)
    assert found.overall[WRITTEN].mean == (2 + 4 + 5 + 5) / 4
    assert {unit: row[WRITTEN].n for unit, row in found.by_department.items()} == {"甲局": 2, "乙局": 3}
    assert results(orders, OFFICIAL, [], ["乙局", "甲局"]).overall[WRITTEN].mean == (9 + 4 + 5 + 5) / 4
