"""Working days by the Chinese calendar, checked against the State Council's notices."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.studies import work_calendar as wc

NOTICES = {
    # 国办发明电〔2021〕11号
    2022: (
        "01-01/01-03 01-31/02-06 04-03/04-05 04-30/05-04 06-03/06-05 09-10/09-12 10-01/10-07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    # 国办发明电〔2022〕16号
    2023: ("01-01/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06", "01-28 01-29 04-23 05-06 06-25 10-07 10-08"),
    # 国办发明电〔2023〕7号
    2024: (
        "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-08/06-10 09-15/09-17 10-01/10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    # 国办发明电〔2024〕12号
    2025: ("01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08", "01-26 02-08 04-27 09-28 10-11"),
    # 国办发明电〔2025〕7号
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
"""Year to days off (first/last) and make-up workdays, as the notices print them."""

OWN = wc.WorkCalendar(workdays=frozenset({date(2022, 6, 4)}), days_off=frozenset({date(2022, 6, 6), date(2022, 5, 7)}))
calendars = st.sampled_from([wc.OFFICIAL, OWN])
dates = st.dates(date(2021, 11, 1), date(2023, 3, 1))
moments = st.datetimes(datetime(2021, 11, 1), datetime(2023, 3, 1))  # noqa: DTZ001  # field-local


def in_notice(year: int) -> tuple[set[date], set[date]]:
    spans, worked = NOTICES[year]
    off = set()
    for span in spans.split():
        first, last = (date.fromisoformat(f"{year}-{end}") for end in span.split("/"))
        off |= {first + timedelta(days=ahead) for ahead in range((last - first).days + 1)}
    return off, {date.fromisoformat(f"{year}-{day}") for day in worked.split()}


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_a_year_is_what_the_notice_says(year: int) -> None:
    off, worked = in_notice(year)
    for day in wc.days_of(year, wc.OFFICIAL):
        expected = day.day in worked or (day.day.isoweekday() <= 5 and day.day not in off)
        assert day.is_worked is expected is wc.is_workday(wc.OFFICIAL, day.day), day
        assert (day.kind == "make_up") is (day.day in worked)


def test_a_year_without_a_notice_is_computed_and_says_so() -> None:
    assert [wc.announced(year) for year in (1999, 2001, 2022, 2026, wc.announced_until() + 1)] == [False, True, True, True, False]
    assert not wc.is_workday(wc.OFFICIAL, date(2027, 10, 1))
    assert wc.is_workday(wc.OFFICIAL, date(1000, 1, 1)) is (date(1000, 1, 1).isoweekday() <= 5)


@pytest.mark.parametrize(
    ("start", "finish", "days"),
    [
        ("2022-05-23", "2022-05-23", 0),  # the day of the start does not count
        ("2022-05-23", "2022-05-25", 2),
        ("2022-05-27", "2022-05-30", 1),  # Friday to Monday
        ("2022-05-28", "2022-05-30", 1),  # begun on a Saturday
        ("2022-05-27", "2022-05-28", 0),  # ended on a Saturday
        ("2022-04-23", "2022-04-24", 1),  # that Sunday was worked
        ("2022-05-06", "2022-05-09", 2),  # and that Saturday
        ("2022-01-28", "2022-02-07", 3),  # the weekend before the Spring Festival was worked
        ("2022-09-30", "2022-10-10", 3),  # National Day: 8 and 9 October were worked
        ("2022-12-30", "2023-01-03", 1),  # over the turn of the year
        ("2022-05-25", "2022-05-23", -2),  # backwards
        ("2022-05-23 12:00", "2022-05-24 06:00", 0.75),
        ("2022-05-27 16:00", "2022-05-30 10:00", 0.75),  # eight hours of Friday, ten of Monday
        ("2022-05-28 10:00", "2022-05-29 10:00", 0),  # a weekend
        ("2022-05-07 00:00", "2022-05-08 12:00", 1),  # the worked Saturday, not the Sunday
        ("2022-05-23", "2022-05-24 06:00", 1.25),  # a date beside a moment is its midnight
        ("0001-01-01", "9999-12-31", 2608555),
    ],
)
def test_working_days_between_two_dates_or_moments(start: str, finish: str, days: float) -> None:
    ends = [datetime.fromisoformat(text) if " " in text else date.fromisoformat(text) for text in (start, finish)]
    if days == 2608555:  # nobody has counted ten thousand years: only that it is quick and plausible
        assert 2_600_000 < wc.working_days(*ends) < days
    else:
        assert wc.working_days(*ends) == pytest.approx(days)


def test_the_houses_own_days_override_the_official_ones() -> None:
    assert wc.working_days(date(2022, 6, 2), date(2022, 6, 7), OWN) == 2  # Saturday 4 worked, Monday 6 off
    assert wc.working_days(date(2022, 6, 2), date(2022, 6, 7)) == 2  # 6 and 7
    assert not wc.is_workday(OWN, date(2022, 5, 7))
    kinds = {day.day: (day.kind, day.own) for day in wc.days_of(2022, OWN)}
    assert kinds[date(2022, 6, 4)] == ("make_up", True) and kinds[date(2022, 6, 6)] == ("holiday", True)
    said = [(date(2022, 6, 4), "workday"), (date(2022, 6, 6), "day_off"), (date(2022, 5, 7), "day_off")]
    assert wc.calendar_of(said) == OWN


@given(calendars, dates, dates, dates)
def test_adjoining_spans_of_dates_add_up_and_turn_round(calendar: wc.WorkCalendar, a: date, b: date, c: date) -> None:
    def worked(start: date, finish: date) -> float:
        return wc.working_days(start, finish, calendar)

    assert worked(a, b) + worked(b, c) == worked(a, c)
    assert worked(a, b) == -worked(b, a)
    assert abs(worked(a, b)) <= abs((b - a).days)
    counted = sum(wc.is_workday(calendar, min(a, b) + timedelta(days=ahead)) for ahead in range(1, abs((b - a).days) + 1))
    assert abs(worked(a, b)) == counted


@given(calendars, moments, moments, moments)
def test_adjoining_spans_of_moments_add_up_within_the_time_that_passed(
    calendar: wc.WorkCalendar, a: datetime, b: datetime, c: datetime
) -> None:
    def worked(start: datetime, finish: datetime) -> float:
        return wc.working_days(start, finish, calendar)

    assert worked(a, b) + worked(b, c) == pytest.approx(worked(a, c), abs=1e-9)
    assert worked(a, b) == pytest.approx(-worked(b, a))
    assert abs(worked(a, b)) <= abs(wc.calendar_days(a, b)) + 1e-9
