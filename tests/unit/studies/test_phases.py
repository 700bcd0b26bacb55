from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.studies.phases import AFTER_FIELDWORK, KINDS, OPEN_IN_TRIAL, PhaseSpan, field_day, for_trial

CALLING = PhaseSpan("calling", "企业电话调查", date(2022, 6, 1), date(2022, 6, 17))
REPORT = PhaseSpan("reporting", "报告撰写", date(2022, 6, 27), date(2022, 7, 5))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2022, 5, 31), False),
        (date(2022, 6, 1), True),  # both ends are included
        (date(2022, 6, 17), True),
        (date(2022, 6, 18), False),
    ],
)
def test_a_phase_holds_both_its_first_and_its_last_day(day: date, is_open: bool) -> None:
    assert CALLING.holds(day) is is_open


def test_the_day_turns_at_midnight_in_tianjin_and_not_at_midnight_utc() -> None:
    assert field_day(datetime(2022, 6, 1, 15, 59, tzinfo=UTC)) == date(2022, 6, 1)
    assert field_day(datetime(2022, 6, 1, 16, 0, tzinfo=UTC)) == date(2022, 6, 2)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_trial_opens_calling_on_its_first_day_and_reports_only_after_it(day: date) -> None:
    calling, report = for_trial([CALLING, REPORT], day)
    assert calling.holds(day) and calling.holds(day + timedelta(days=89)) and not calling.holds(day + timedelta(days=90))
    assert report.first_day > calling.last_day
    assert report.last_day - report.first_day == REPORT.last_day - REPORT.first_day


def test_what_a_trial_moves_is_a_known_kind() -> None:
    assert set(KINDS) >= OPEN_IN_TRIAL | AFTER_FIELDWORK
