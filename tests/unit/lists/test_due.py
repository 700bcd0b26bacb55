"""Who owes what: leads, responsible units, districts and their departments, and what their lists come to."""

from datetime import UTC, date, datetime

import pytest

from callcenter.lists.due import (
    LATE,
    LEADS,
    NAMED,
    NOT_SENT,
    ONLY_REFUSED,
    OVERDUE,
    SENT,
    WAITING,
    Arrival,
    Cell,
    Checklist,
    Chosen,
    Expected,
    by_population,
    by_unit,
    matrix,
    state_of,
    tally,
)
from callcenter.studies.units import LEAD, RESPONSIBLE, UnitNames
from callcenter.studies.windows import Intake, IntakeSpan, UnitExtension

NAMES = UnitNames(("和平区", "东丽区"), "天津市", {})
SPAN = IntakeSpan(1, "企业名单收取", date(2022, 5, 24), date(2022, 5, 31), date(2022, 5, 31))
DURING, AFTER = date(2022, 5, 30), date(2022, 6, 2)
SEAL = Expected(11, "4-1", "申领使用电子印章的企业", 4, "电子印章", 1, ["市市场监管委"], ["市税务局", "等有关单位"])
PROJECTS = Expected(12, "6-1", "一般社会投资项目单位", 6, "社会投资项目", 2, ["市住房城乡建设委", "市税务局"], ["各区人民政府"])
DISTRICTS = Expected(13, "10-1", "区域评估项目", 10, "区域评估", 2, ["各区"], [])


def list_of(
    department: str, population: int = 11, *, accepted: int = 5, state: str = "judged", late: bool = False, day: int = 25
) -> Arrival:
    return Arrival(day, population, department, datetime(2022, 5, day, tzinfo=UTC), state, late, 6, accepted)


def cells(*arrivals: Arrival, today: date = DURING, rule: str = LEADS, given: list[UnitExtension] | None = None) -> list[Cell]:
    intake = Intake([SPAN], given or [], NAMES)
    return matrix(Checklist([SEAL, PROJECTS, DISTRICTS], intake, NAMES, rule), arrivals, today)


def of(found: list[Cell], unit: str, code: str) -> Cell:
    return next(cell for cell in found if cell.unit == unit and cell.expected.code == code)


def test_leads_owe_responsible_units_may_and_groups_owe_nothing() -> None:
    found = [(cell.expected.code, cell.unit, cell.part, cell.owed) for cell in cells()]
    assert found == [
        ("4-1", "市市场监管委", LEAD, True),
        ("4-1", "市税务局", RESPONSIBLE, False),
        ("6-1", "市住房城乡建设委", LEAD, True),
        ("6-1", "市税务局", LEAD, True),  # one of several leads owes as well
        ("6-1", "和平区", RESPONSIBLE, False),
        ("6-1", "东丽区", RESPONSIBLE, False),
        ("10-1", "和平区", LEAD, True),  # all districts lead: each of them owes
        ("10-1", "东丽区", LEAD, True),
    ]
    assert {cell.owed for cell in cells(rule=NAMED)} == {True}


@pytest.mark.parametrize(
    ("arrivals", "during", "after"),
    [
        ([], NOT_SENT, OVERDUE),
        ([list_of("x")], SENT, SENT),
        ([list_of("x", late=True)], LATE, LATE),
        ([list_of("x", state="waiting", accepted=0)], WAITING, WAITING),
        ([list_of("x", accepted=0)], ONLY_REFUSED, ONLY_REFUSED),  # judged, but every row was refused
        ([list_of("x", state="refused", accepted=0)], ONLY_REFUSED, ONLY_REFUSED),
        ([list_of("x", state="replaced"), list_of("x", late=True)], SENT, SENT),  # sent in time, mended late
        ([list_of("x", state="replaced", accepted=0), list_of("x", late=True)], LATE, LATE),  # nothing usable came in time
        ([list_of("x", state="replaced"), list_of("x", accepted=0)], ONLY_REFUSED, ONLY_REFUSED),  # replaced by nothing usable
        ([list_of("x", accepted=0), list_of("x", state="waiting", accepted=0)], WAITING, WAITING),
        ([list_of("x", late=True), list_of("x")], SENT, SENT),  # a supplement beside one in time
    ],
)
def test_the_lists_of_a_unit_come_to_one_state(arrivals: list[Arrival], during: str, after: str) -> None:
    assert (state_of(arrivals, over=False), state_of(arrivals, over=True)) == (during, after)


def test_a_department_delivers_for_its_district_and_a_unit_not_named_is_shown_as_more() -> None:
    found = cells(list_of("东丽区市场监管局", 13), list_of("天津市东丽区税务局", 13, day=26), list_of("市公安局", 11))
    district = of(found, "东丽区", "10-1")
    assert (district.state, [arrival.department for arrival in district.arrivals]) == (SENT, ["天津市东丽区税务局", "东丽区市场监管局"])
    assert of(found, "和平区", "10-1").open
    extra = of(found, "市公安局", "4-1")
    assert (extra.part, extra.owed, extra.open, extra.state) == ("", False, False, SENT)


def test_what_is_owed_is_overdue_only_when_the_units_own_window_is_over() -> None:
    given = [UnitExtension(1, "市市场监管委", date(2022, 6, 3))]
    found = cells(today=AFTER, given=given)
    assert of(found, "市市场监管委", "4-1").state == NOT_SENT and of(found, "市市场监管委", "4-1").window.last_day == date(2022, 6, 3)
    assert of(found, "市住房城乡建设委", "6-1").state == OVERDUE


def test_totals_count_each_owed_delivery_once_and_units_with_most_open_first() -> None:
    found = cells(list_of("市市场监管委"), list_of("和平区", 13, late=True), list_of("市税务局", 12, accepted=0), list_of("市税务局", 11))
    counted = tally(found)
    assert (counted.owed, counted.arrived, counted.late, counted.only_refused, counted.missing, counted.open) == (5, 2, 1, 1, 2, 3)
    assert counted.more == 1 and counted.accepted == 15  # a responsible unit sent one too
    assert counted.owed == counted.arrived + counted.open + counted.waiting
    units = by_unit(found)
    assert [unit for unit, _ in units[:3]] == ["东丽区", "市住房城乡建设委", "市税务局"]
    assert sum(each.owed for _, each in units) == sum(each.owed for _, each in by_population(found)) == counted.owed
    assert [(expected.code, each.open) for expected, each in by_population(found)] == [("4-1", 0), ("6-1", 2), ("10-1", 1)]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (Chosen(), 8),
        (Chosen(topic=2), 6),
        (Chosen(item=4), 2),
        (Chosen(unit="市税务局"), 2),
        (Chosen(only_open=True), 4),
        (Chosen(state=SENT), 1),
        (Chosen(topic=2, unit="东丽区", only_open=True), 1),
    ],
)
def test_filters_choose_cells(chosen: Chosen, count: int) -> None:
    assert sum(chosen.holds(cell) for cell in cells(list_of("市市场监管委"))) == count
