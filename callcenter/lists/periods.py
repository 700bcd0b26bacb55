"""When a listed matter happened, in the many forms in which it is written, and whether that lies in the population's period."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from callcenter.lists.cells import Value, clean
from callcenter.lists.work_orders import moment

POLICY_MONTH = "policy-month"
"""Stands for a start that the sender has to state: the month in which the policy was carried into effect."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2099
_SERIALS = (32874, 73050)
"""Days since 1899-12-30 that a spreadsheet shows for 1990 to 2099, where a date cell lost its format."""

_YEAR = r"(?<![\d.])((?:19|20)\d{2})"
_SURE = re.compile(
    rf"{_YEAR}\s*年\s*(?:(\d{{1,2}})\s*月(?:\s*(\d{{1,2}})(?!\d))?)?|{_YEAR}\s*([-/.])\s*(\d{{1,2}})(?!\d)(?:\s*\5\s*(\d{{1,2}})(?!\d))?"
    rf"|{_YEAR}(\d{{2}})(\d{{2}})?(?![\d.])|{_YEAR}(?![\d.])"
)
_IN_TEXT = re.compile(rf"{_YEAR}\s*年\s*(\d{{1,2}})\s*月(?:\s*(\d{{1,2}})(?!\d))?|{_YEAR}\s*([-/.])\s*(\d{{1,2}})\s*\5\s*(\d{{1,2}})(?!\d)")
"""In running text a bare year, a month after a dot or eight digits may be anything: a document's number, an amount."""


class Span(NamedTuple):
    """The days that a date can mean: one, a month or a year; or those of a period, open where a side is none."""

    first: date | None
    last: date | None

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return self.first is not None or self.last is not None


class Dated(NamedTuple):
    """The dates of a row: the last day that the earliest of them can mean, the first day that the latest can mean."""

    earliest: date
    latest: date


def _span(year: str, month: str | None, day: str | None) -> Span | None:
    """The days of a year, month or day; none where there is no such day."""
    y, m, d = int(year), int(month or 0), int(day or 0)
    if not _FIRST_YEAR <= y <= _LAST_YEAR or m > 12:
        return None
    if not m:
        return Span(date(y, 1, 1), date(y, 12, 31)) if month is None else None
    if day is None:
        return Span(date(y, m, 1), date(y, m, monthrange(y, m)[1]))
    return Span(date(y, m, d), date(y, m, d)) if 1 <= d <= monthrange(y, m)[1] else None


def _three(numbers: list[str]) -> tuple[str, str | None, str | None]:
    """Year, month and day, as far as they are there."""
    return numbers[0], next(iter(numbers[1:]), None), next(iter(numbers[2:]), None)


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    for match in pattern.finditer(text):
        numbers = [part for part in match.groups() if part and part.isdigit()]
        span = _span(*_three(numbers))
        if span:
            yield span


def _serial(text: str) -> Span | None:
    whole = text.partition(".")[0]
    if not (whole.isdigit() and len(whole) == 5 and _SERIALS[0] <= int(whole) < _SERIALS[1]):
        return None
    day = date(1899, 12, 30) + timedelta(days=int(whole))
    return Span(day, day)


def dated(value: Value) -> Dated | None:
    """The dates in a cell that is meant to hold them: date cells, full dates, months, years, several in one cell."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return Dated(day, day)
    return _dated_text(clean(value)) if value not in ("", None) else None


@lru_cache(maxsize=4096)
def _dated_text(text: str) -> Dated | None:
    return _around(_spans(text))


def _spans(text: str) -> list[Span]:
    """What each date in the text can mean."""
    if not any(digit.isdigit() for digit in text):
        return []
    at = moment(text)
    if at and _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return [Span(at.date(), at.date())]
    serial = _serial(text)
    return [serial] if serial else list(_found(_SURE, text))


@lru_cache(maxsize=65536)
def covered_days(written: str) -> tuple[date, date] | None:
    """All days that a written date, or one date to another, can mean, both ends included; none where it holds no date."""
    spans = _spans(clean(written))
    firsts, lasts = [span.first for span in spans if span.first], [span.last for span in spans if span.last]
    return (min(firsts), max(lasts)) if firsts and lasts else None


_BETWEEN = re.compile(r"[、,，;；\n]")


def stretches_of_days(written: str) -> list[tuple[date, date]]:
    """The days that each of several written dates can mean; a range from one to another is one stretch."""
    return [found for part in _BETWEEN.split(written) if (found := covered_days(part))]


def days_in_text(text: str) -> list[tuple[date, date]]:
    """The days of each date that running text names without doubt."""
    return [(span.first, span.last) for span in _found(_IN_TEXT, clean(text)) if span.first and span.last]


@lru_cache(maxsize=4096)
def dated_in_text(text: str) -> Dated | None:
    """The dates that running text names without doubt: `2022年3月申领`, `2022-03-05`."""
    return _around(list(_found(_IN_TEXT, clean(text)))) if "20" in text or "２" in text or "19" in text else None


def _around(spans: list[Span]) -> Dated | None:
    firsts, lasts = [span.first for span in spans if span.first], [span.last for span in spans if span.last]
    return Dated(min(lasts), max(firsts)) if firsts and lasts else None


def together(found: Iterable[Dated | None]) -> Dated | None:
    """The dates of several cells as those of one row."""
    known = [each for each in found if each]
    return Dated(min(each.earliest for each in known), max(each.latest for each in known)) if known else None


def read_month(text: str) -> str:
    """A month as `2021-06`, from what a person types (`2021-6`, `2021年6月`, `202106`); empty where it is none."""
    match = re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?", clean(text))
    span = _span(match.group(1), match.group(2), None) if match else None
    return f"{span.first:%Y-%m}" if span and span.first else ""


def read_day(text: str | None) -> date | None:
    """A day as `date.isoformat` writes it."""
    return date.fromisoformat(text) if text else None


def _bound(text: str | None) -> Span | None:
    numbers = re.findall(r"\d+", text or "")
    return _span(*_three(numbers)) if numbers else None


def period(start: str | None, end: str | None, policy_month: str | None = None) -> Span:
    """First and last day of a population's period; a start at the policy month is open until that month is stated."""
    begins, ends = _bound(policy_month if start == POLICY_MONTH else start), _bound(end)
    return Span(begins.first if begins else None, ends.last if ends else None)


def outside(row: Dated, within: Span) -> bool:
    """Whether a date of the row surely lies before or after the period."""
    return bool((within.first and row.earliest < within.first) or (within.last and row.latest > within.last))
