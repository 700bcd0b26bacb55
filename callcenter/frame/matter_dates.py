"""When a matter was handled, as lists write it: a day, a month, a year, or a span of two of these."""

import calendar
import re
from datetime import date
from functools import lru_cache

from callcenter.lists.cells import clean
from callcenter.lists.work_orders import moment

Span = tuple[date, date]
"""First and last day, both included."""

_MONTH = re.compile(r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*月?|(\d{2}))")
_YEAR = re.compile(r"(\d{4})\s*年?(?:度)?")
_BETWEEN = re.compile(r"\s*(?:至|到|~|—+|–|\s-\s)\s*")


@lru_cache(maxsize=65536)
def span(written: str) -> Span | None:
    """The days that `written` can mean; none where it holds no date."""
    text = clean(written)
    whole = _part(text)
    if whole or not text:
        return whole
    ends = [_part(part) for part in _BETWEEN.split(text)]
    if len(ends) == 2 and ends[0] and ends[1] and ends[0][0] <= ends[1][1]:
        return ends[0][0], ends[1][1]
    return None


def _part(text: str) -> Span | None:
    day = moment(text)
    if day:
        return day.date(), day.date()
    month = _MONTH.fullmatch(text)
    if month:
        return _month(int(month.group(1)), int(month.group(2) or month.group(3)))
    year = _YEAR.fullmatch(text)
    return (date(int(year.group(1)), 1, 1), date(int(year.group(1)), 12, 31)) if year and int(year.group(1)) else None


def _month(year: int, month: int) -> Span | None:
    if not year or not 1 <= month <= 12:
        return None
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
