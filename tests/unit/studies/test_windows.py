"""Upload windows: both ends included, extensions for all or for one unit, what is late."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.studies.units import UnitNames
from callcenter.studies.windows import Intake, IntakeSpan, UnitExtension

NAMES = UnitNames(("东丽区", "和平区"), "天津市")


def may(day: int) -> date:
    return date(2022, 5, day)


AS_PLANNED = IntakeSpan(1, "企业名单收取", may(24), may(27), may(27))
EXTENDED = IntakeSpan(1, "企业名单收取", may(24), may(29), may(27))
CLOSED_EARLY = IntakeSpan(1, "企业名单收取", may(24), may(25), may(27))
DEPARTMENT = UnitExtension(1, "东丽区市场监管局", may(30))


@pytest.mark.parametrize(
    ("span", "day", "is_open", "late", "over"),
    [
        (AS_PLANNED, 23, False, False, False),  # the day before
        (AS_PLANNED, 24, True, False, False),  # the first day is included
        (AS_PLANNED, 27, True, False, False),  # and the last
        (AS_PLANNED, 28, False, True, True),
        (EXTENDED, 27, True, False, False),
        (EXTENDED, 28, True, True, False),  # in the extension: taken, but late
        (EXTENDED, 29, True, True, False),
        (EXTENDED, 30, False, True, True),
        (CLOSED_EARLY, 26, False, False, True),  # closed before the plan: not taken, and nobody is late
    ],
)
def test_a_window_takes_lists_from_its_first_to_its_last_day(span: IntakeSpan, day: int, is_open: bool, late: bool, over: bool) -> None:
    found = Intake([span]).window(may(day))
    assert (found.open, found.is_late(may(day)), found.over) == (is_open, late, over)
    assert found.extended == (span is EXTENDED)


@pytest.mark.parametrize(
    ("unit", "is_open"),
    [
        ("东丽区市场监管局", True),
        ("天津市东丽区市场监管局", True),  # the same unit, written out
        ("东丽区税务局", False),  # another department of the district
        ("东丽区", True),  # the district shows what one of its departments may still send
        ("市税务局", False),
        (None, False),
    ],
)
def test_a_window_reopened_for_one_unit_stays_closed_for_the_others(unit: str | None, is_open: bool) -> None:
    found = Intake([AS_PLANNED], [DEPARTMENT], NAMES).window(may(30), unit)
    assert (found.open, found.for_unit, found.last_day) == (is_open, is_open, may(30) if is_open else may(27))
    assert found.scheduled_last_day == may(27) and found.is_late(may(30))


@pytest.mark.parametrize("given_to", ["东丽区", "东丽区人民政府", "天津市东丽区政府"])
def test_what_a_district_was_given_its_departments_have_too(given_to: str) -> None:
    intake = Intake([AS_PLANNED], [UnitExtension(1, given_to, may(30))], NAMES)
    asked = ("东丽区市场监管局", "东丽区", "和平区市场监管局")
    assert [intake.window(may(30), unit).open for unit in asked] == [True, True, False]


def test_the_newest_word_on_a_unit_counts_and_takes_nothing_away_that_all_have() -> None:
    taken_back = Intake([EXTENDED], [DEPARTMENT, UnitExtension(1, "东丽区市场监管局", may(28))], NAMES)
    found = taken_back.window(may(29), "东丽区市场监管局")
    assert found.open and not found.for_unit and found.last_day == may(29)


def test_of_several_windows_the_open_one_counts_then_the_next_then_the_last() -> None:
    later = IntakeSpan(2, "补充收取", may(30), may(31), may(31))
    intake = Intake([AS_PLANNED, later])
    shown = [intake.window(may(day)).first_day for day in (20, 25, 28, 31)] + [intake.window(date(2022, 6, 1)).first_day]
    assert shown == [may(24), may(24), may(30), may(30), may(30)]


def test_a_stage_without_an_intake_phase_always_takes_lists_and_nothing_is_late() -> None:
    found = Intake([]).window(may(1))
    assert found.open and not found.is_late(may(1)) and not found.over


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 60))
def test_what_is_taken_is_late_exactly_after_the_planned_last_day(planned: int, moved: int, day: int) -> None:
    first = date(2022, 5, 1).toordinal()
    span = IntakeSpan(1, "", date.fromordinal(first), date.fromordinal(first + moved), date.fromordinal(first + planned))
    asked = date.fromordinal(first + day)
    found = Intake([span]).window(asked)
    assert found.open == (day <= moved) and found.is_late(asked) == (day > planned)
