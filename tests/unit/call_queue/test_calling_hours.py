"""When may be called."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.call_queue import calling_hours as ch
from callcenter.studies.phases import FIELD_ZONE

HOURS = ch.Hours()
ROUND_THE_CLOCK = ch.read({"dayparts": [["00:00", "24:00"]], "weekdays": [1, 2, 3, 4, 5, 6, 7], "holidays": "none"})
moments = st.datetimes(datetime(2021, 1, 1), datetime(2023, 11, 1), timezones=st.just(FIELD_ZONE))  # noqa: DTZ001  # the strategy adds the zone
hours = st.sampled_from([HOURS, ROUND_THE_CLOCK, ch.read({"extra_days_off": ["2022-06-06"]})])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=FIELD_ZONE)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2022-06-02", True),  # a plain Thursday
        ("2022-06-03", False),  # Dragon Boat Festival
        ("2022-06-04", False),  # a plain Saturday
        ("2022-05-07", True),  # a Saturday made up for Labour Day
        ("2022-04-24", True),  # a Sunday made up for Labour Day
        ("2026-02-14", True),  # a Saturday made up for the Spring Festival
        ("2022-10-05", False),  # inside the National Day week
    ],
)
def test_the_calendar_knows_holidays_and_make_up_workdays(day: str, works: bool) -> None:
    assert ch.is_workday(HOURS, date.fromisoformat(day)) is works


def test_the_studys_own_days_are_the_last_word() -> None:
    own = ch.read({"extra_workdays": ["2022-06-03"], "extra_days_off": [date(2022, 6, 2)]})
    assert ch.is_workday(own, date(2022, 6, 3))
    assert not ch.is_workday(own, date(2022, 6, 2))


def test_a_make_up_sunday_counts_also_where_only_some_weekdays_are_called() -> None:
    some = ch.read({"weekdays": [1, 2]})
    assert ch.is_workday(some, date(2022, 4, 24))
    assert not ch.is_workday(some, date(2022, 6, 2))


@pytest.mark.parametrize(
    ("moment", "needed", "may"),
    [
        ("2022-06-02 09:00", 0, True),
        ("2022-06-02 08:59:59", 0, False),
        ("2022-06-02 12:00", 0, False),  # an end is outside
        ("2022-06-02 10:25", 8, True),  # touching dayparts are one stretch
        ("2022-06-02 11:52", 8, True),
        ("2022-06-02 11:53", 8, False),  # eight minutes of talk would end after noon
        ("2022-06-02 18:30", 0, False),  # evenings are for persons
        ("2022-06-04 10:00", 0, False),
    ],
)
def test_a_call_begins_only_where_it_can_end_inside_the_hours(moment: str, needed: int, may: bool) -> None:
    assert ch.is_open(HOURS, at(moment), minutes_needed=needed) is may


def test_persons_are_called_in_the_evening_too() -> None:
    assert ch.is_open(HOURS, at("2022-06-02 18:30"), persons=True)
    assert ch.daypart(HOURS, at("2022-06-02 18:30"), persons=True) == 4


@pytest.mark.parametrize(
    ("after", "part", "expected"),
    [
        ("2022-06-02 10:00", None, "2022-06-02 10:00"),
        ("2022-06-02 12:10", None, "2022-06-02 13:30"),
        ("2022-06-02 17:30", None, "2022-06-06 09:00"),  # festival and weekend lie between
        ("2022-06-02 10:00", 2, "2022-06-02 13:30"),
        ("2022-06-02 10:00", 0, "2022-06-02 10:00"),
        ("2022-06-02 11:00", 0, "2022-06-06 09:00"),
    ],
)
def test_the_next_open_moment(after: str, part: int | None, expected: str) -> None:
    assert ch.next_open(HOURS, at(after), part=part) == at(expected)


def test_workdays_are_counted_over_the_festival() -> None:
    assert ch.add_workdays(HOURS, date(2022, 6, 2), 1) == date(2022, 6, 6)
    assert ch.add_workdays(HOURS, date(2022, 6, 2), 3) == date(2022, 6, 8)


def test_half_days_meet_at_noon() -> None:
    assert ch.half_day(HOURS, at("2022-06-02 10:00")) == (at("2022-06-02 08:30"), at("2022-06-02 12:00"))
    assert ch.half_day(HOURS, at("2022-06-02 12:00")) == (at("2022-06-02 12:00"), at("2022-06-02 20:00"))


@given(hours, moments, st.booleans(), st.integers(0, 30))
def test_next_open_is_open_and_not_before(rules: ch.Hours, moment: datetime, persons: bool, needed: int) -> None:
    found = ch.next_open(rules, moment, persons=persons, minutes_needed=needed)
    assert found >= moment
    assert ch.is_open(rules, found, persons=persons, minutes_needed=needed)


@given(hours, moments, st.booleans())
def test_nothing_open_lies_before_next_open(rules: ch.Hours, moment: datetime, persons: bool) -> None:
    found = ch.next_open(rules, moment, persons=persons)
    for step in range(1, 20):
        between = moment + (found - moment) * step / 20
        assert between >= found or not ch.is_open(rules, between, persons=persons)


@given(hours, moments, st.integers(0, 3))
def test_next_open_in_a_daypart_lies_in_it(rules: ch.Hours, moment: datetime, part: int) -> None:
    part = min(part, len(rules.dayparts) - 1)
    assert ch.daypart(rules, ch.next_open(rules, moment, part=part)) == part


@given(moments)
def test_asking_again_changes_nothing(moment: datetime) -> None:
    found = ch.next_open(HOURS, moment)
    assert ch.next_open(HOURS, found) == found


@given(moments)
def test_appointments_have_the_wider_hours_on_every_day(moment: datetime) -> None:
    found = ch.next_appointment_hour(HOURS, moment)
    assert ch.appointment_is_open(HOURS, found)
    assert moment <= found <= moment + timedelta(hours=13)
    if ch.is_open(HOURS, moment, persons=True):
        assert found == moment


@given(moments, st.integers(1, 10))
def test_added_workdays_are_workdays_and_in_order(moment: datetime, count: int) -> None:
    day = moment.date()
    later = ch.add_workdays(HOURS, day, count)
    assert ch.is_workday(HOURS, later)
    assert sum(ch.is_workday(HOURS, day + timedelta(days=n)) for n in range(1, (later - day).days + 1)) == count
