"""Appointments as they are typed: in the past, on holidays, out of hours, in other time zones."""

from datetime import UTC, date, datetime

import pytest

from callcenter.call_queue.calling_hours import Hours, is_workday
from callcenter.errors import InvalidInput
from callcenter.follow_up.appointments import read_wish, slots, suggested
from callcenter.studies.phases import FIELD_ZONE

NOW = datetime(2022, 6, 2, 10, 0, tzinfo=FIELD_ZONE)
LAST = date(2022, 6, 17)
FESTIVAL = "2022-06-03T10:00"
"""The Dragon Boat Festival."""


@pytest.mark.parametrize(
    ("at", "kind", "code"),
    [
        ("2022-06-02T09:59", "hard", "appointment_in_the_past"),
        ("2021-06-02T15:00", "soft", "appointment_in_the_past"),
        ("2022-06-01T17:00", "soft", "appointment_in_the_past"),
        ("2022-06-02T08:00", "hard", "appointment_in_the_past"),
        ("2022-06-06T08:29", "hard", "appointment_out_of_hours"),
        ("2022-06-06T20:00", "hard", "appointment_out_of_hours"),
        ("2022-06-06T09:00+00:00", "hard", None),  # 17:00 in the field
        ("2022-06-06T15:00Z", "hard", "appointment_out_of_hours"),  # 23:00 in the field
        ("2022-06-02T03:00-08:00", "hard", None),  # 19:00 in the field
        ("2022-06-17T19:00", "hard", None),
        ("2022-06-18T10:00", "hard", "appointment_too_late"),
        ("9999-12-31T10:00", "hard", "appointment_too_late"),
        ("2022-06-31T10:00", "hard", "appointment_time_unread"),
        ("下午三点", "hard", "appointment_time_unread"),
        ("", "hard", "appointment_time_unread"),
        ("2022-06-06T10:00", "perhaps", "appointment_kind_unknown"),
        ("2022-06-02T08:45", "soft", None),  # this morning goes on until noon
        (FESTIVAL, "hard", None),
    ],
)
def test_a_time_is_taken_or_refused_with_the_reason(at: str, kind: str, code: str | None) -> None:
    if code is None:
        assert read_wish({"at": at, "kind": kind}, NOW, Hours(), LAST).at.tzinfo is not None
        return
    with pytest.raises(InvalidInput) as refusal:
        read_wish({"at": at, "kind": kind}, NOW, Hours(), LAST)
    assert refusal.value.code == code


def test_a_holiday_is_kept_as_promised_where_somebody_asked_for_it_and_is_no_workday() -> None:
    wish = read_wish({"at": FESTIVAL}, NOW, Hours(), LAST)
    assert (wish.at.astimezone(UTC).isoformat(), is_workday(Hours(), wish.at.date())) == ("2022-06-03T02:00:00+00:00", False)


def test_one_moment_is_one_slot_in_whatever_zone_it_was_typed() -> None:
    typed = ["2022-06-06T16:10", "2022-06-06T08:20+00:00", "2022-06-06T01:05-07:00"]
    promised = [(read_wish({"at": at}, NOW, Hours(), LAST).at, "hard") for at in typed]
    (slot,) = slots(promised, 2)
    assert (slot.start, slot.hard, slot.crowded) == (datetime(2022, 6, 6, 16, 0, tzinfo=FIELD_ZONE), 3, True)


def test_a_time_offered_is_an_hour_ahead_on_the_half_hour_and_within_the_calling_hours() -> None:
    def offered(clock_time: str) -> str:
        return suggested(datetime.fromisoformat(f"2022-06-02T{clock_time}+08:00"), Hours()).isoformat()[5:16]

    assert [offered(one) for one in ("10:00:00", "14:56:10", "11:10:00", "17:00:00")] == [
        "06-02T11:00", "06-02T16:00", "06-02T13:30", "06-06T09:00",
    ]  # fmt: skip
