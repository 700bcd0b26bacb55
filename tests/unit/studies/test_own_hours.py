"""Hours and exceptions as somebody types them, and what cannot hold together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.studies import own_hours
from callcenter.studies.own_hours import Typed

GOOD = Typed("09:00-10:30\n10:30–12:00", "18:00 至 20:00", "8：30~20:00", ("1", "5"), True, "2022-06-04", "2022-06-03、2022-06-06")


def told(**typed: object) -> list[str]:
    return [problem.code for problem in own_hours.read(Typed(**{**vars(GOOD), **typed}))[1]]  # type: ignore[arg-type]


def test_hours_are_read_as_people_type_them_and_shown_again_as_they_hold() -> None:
    calling, wrong = own_hours.read(GOOD)
    assert wrong == []
    assert calling == {
        "dayparts": [["09:00", "10:30"], ["10:30", "12:00"]],
        "persons_dayparts": [["18:00", "20:00"]],
        "appointment_hours": ["08:30", "20:00"],
        "weekdays": [1, 5],
        "holidays": "china",
        "extra_workdays": ["2022-06-04"],
        "extra_days_off": ["2022-06-03", "2022-06-06"],
    }
    assert own_hours.read(own_hours.typed(calling)) == (calling, [])


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ({"dayparts": ""}, ["no_dayparts"]),
        ({"dayparts": "09:00-12:00\n11:59-13:00"}, ["spans_overlap"]),
        ({"persons_dayparts": "11:00-13:00"}, ["spans_overlap"]),
        ({"dayparts": "12:00-09:00\n25:00-26:00"}, ["span_wrong", "span_wrong"]),
        ({"dayparts": "09:00-09:00"}, ["span_wrong"]),
        ({"appointments": "10:00-20:00"}, ["outside_appointments"]),
        ({"appointments": "08:00-12:00, 13:00-20:00"}, ["one_span"]),
        ({"appointments": ""}, []),
        ({"weekdays": ()}, ["no_weekdays"]),
        ({"weekdays": ("8", "", "x")}, ["no_weekdays"]),
        ({"extra_workdays": "2022-06-03"}, ["day_is_both"]),
        ({"extra_workdays": "2022-06-04\n2022-06-04"}, ["day_twice"]),
        ({"extra_days_off": "2022-02-30; 6月3日; 1022-01-01"}, ["day_wrong", "day_wrong", "day_out_of_calendar"]),
        ({"weekdays": (), "extra_workdays": "2022-06-06"}, ["no_weekdays", "day_is_both"]),
    ],
)
def test_what_contradicts_itself_is_told_whole(typed: dict[str, object], codes: list[str]) -> None:
    assert told(**typed) == codes


def test_some_span_has_room_for_an_interview() -> None:
    short = Typed("09:00-09:05\n10:00-10:07", weekdays=("1",))
    assert [problem.code for problem in own_hours.read(short, 8)[1]] == ["no_room_for_interview"]
    assert own_hours.read(short, 7)[1] == []


@settings(max_examples=40)
@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(hours: str, days: str) -> None:
    calling, wrong = own_hours.read(Typed(dayparts=hours, weekdays=("1",), extra_days_off=days))
    assert wrong or (calling["dayparts"] and all(start < end for start, end in calling["dayparts"]))
