"""Dates of matters in their many forms, and periods with one side open."""

from datetime import date, datetime

import pytest

from callcenter.lists.periods import Dated, Span, covered_days, dated, dated_in_text, outside, period, read_month


def days(first: str, last: str | None = None) -> Dated:
    """Dates as the latest day of the first and the first day of the last."""
    return Dated(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (datetime(2022, 5, 24, 10, 30), days("2022-05-24")),  # noqa: DTZ001  # a cell has no zone
        (date(2022, 5, 24), days("2022-05-24")),
        ("2022-5-24", days("2022-05-24")),
        ("2022/05/24 10:30", days("2022-05-24")),
        ("2022.5.24", days("2022-05-24")),
        ("2022年5月24日", days("2022-05-24")),
        ("２０２２年５月２４日", days("2022-05-24")),  # full width
        ("20220524", days("2022-05-24")),
        (20220524, days("2022-05-24")),
        (44705.0, days("2022-05-24")),  # a date that lost its format
        ("2022年5月", days("2022-05-31", "2022-05-01")),  # any day of the month
        ("2022-05", days("2022-05-31", "2022-05-01")),
        ("202205", days("2022-05-31", "2022-05-01")),
        ("2022年", days("2022-12-31", "2022-01-01")),
        (2022, days("2022-12-31", "2022-01-01")),
        ("2021年3月5日、2022年4月1日", days("2021-03-05", "2022-04-01")),  # the last two matters
        ("2021-03-05\n2022-04-01", days("2021-03-05", "2022-04-01")),
        ("2022.5.1-2022.5.9", days("2022-05-01", "2022-05-09")),
        ("5月24日", None),  # of no year
        ("2022-13-01", None),
        ("2022-02-30", None),
        ("13800001234", None),
        ("去年", None),
        ("无", None),
        (None, None),
        (3.5, None),
    ],
)
def test_a_date_cell_is_read_as_it_is_written(cell: object, found: Dated | None) -> None:
    assert dated(cell) == found  # type: ignore[arg-type]  # cells of every kind


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2022年3月申领电子印章", days("2022-03-31", "2022-03-01")),
        ("申领于2022-03-05", days("2022-03-05")),
        ("注册资本2000.5万元", None),
        ("津政发〔2021〕5号", None),
        ("2021年度高新技术企业", None),  # a bare year is no date of a matter
        ("电话02220210304", None),
        ("申领电子印章", None),
    ],
)
def test_running_text_is_believed_only_where_it_leaves_no_doubt(said: str, found: Dated | None) -> None:
    assert dated_in_text(said) == found


@pytest.mark.parametrize(
    ("start", "end", "month", "span"),
    [
        ("2021-01", "2022-05", None, Span(date(2021, 1, 1), date(2022, 5, 31))),
        ("policy-month", "2022-05", None, Span(None, date(2022, 5, 31))),  # not stated yet
        ("policy-month", "2022-05", "2021-06", Span(date(2021, 6, 1), date(2022, 5, 31))),
        (None, "2022-05", None, Span(None, date(2022, 5, 31))),  # items 4 and 62
        (None, "2021-12", "2021-06", Span(None, date(2021, 12, 31))),  # items 60 and 91: a stock
        (None, None, None, Span(None, None)),
    ],
)
def test_a_period_begins_and_ends_with_whole_months(start: str | None, end: str | None, month: str | None, span: Span) -> None:
    assert period(start, end, month) == span


@pytest.mark.parametrize(
    ("cell", "is_outside"),
    [
        ("2021-05-31", True),
        ("2021-06-01", False),
        ("2021-06", False),
        ("2021年", False),  # may be meant within
        ("2020年", True),
        ("2022-05-31", False),
        ("2022-06-01", True),
        ("2020-01-01、2022-01-01", True),  # one of two lies outside
    ],
)
def test_only_what_surely_lies_outside_is_told(cell: str, is_outside: bool) -> None:
    when = dated(cell)
    assert when is not None
    assert outside(when, period("policy-month", "2022-05", "2021-06")) is is_outside


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("2021-06", "2021-06"),
        ("2021-6", "2021-06"),
        ("2021年6月", "2021-06"),
        ("202106", "2021-06"),
        ("2021", ""),
        ("2021-13", ""),
        ("六月", ""),
    ],
)
def test_a_month_is_taken_as_people_type_it(typed: str, month: str) -> None:
    assert read_month(typed) == month


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2022-01-05", "2022-01-05", "2022-01-05"),
        ("2022年5月", "2022-05-01", "2022-05-31"),
        ("2022.2", "2022-02-01", "2022-02-28"),
        ("202202", "2022-02-01", "2022-02-28"),
        ("2021", "2021-01-01", "2021-12-31"),
        ("2021年度", "2021-01-01", "2021-12-31"),
        ("2021年3月至2021年5月", "2021-03-01", "2021-05-31"),
        ("2021-03-04 09:30:00", "2021-03-04", "2021-03-04"),
    ],
)
def test_dates_of_matters_are_spans_of_days(written: str, first: str, last: str) -> None:
    found = covered_days(written)
    assert found is not None
    assert (found[0].isoformat(), found[1].isoformat()) == (first, last)


@pytest.mark.parametrize("written", ["", "无", "去年", "2022-13", "2022-02-30", "0000", "13800001111"])
def test_what_holds_no_date_is_undated(written: str) -> None:
    assert covered_days(written) is None
