"""How long a span is in calendar days and in working days, and which of the two a written length fits."""

from datetime import datetime, timedelta
from typing import NamedTuple

from callcenter.lists.orders.reading import Span
from callcenter.studies.work_calendar import WorkCalendar, calendar_days, working_days

CALENDAR, WORKING, EITHER, BOTH_ENDS, NEITHER = "calendar", "working", "either", "both_ends", "neither"
_CLOSE = 0.01 + 1e-9
_DAY = timedelta(days=1)


class Length(NamedTuple):
    """A span in calendar days (finish minus start) and in working days."""

    calendar: float
    working: float


def length(span: Span, calendar: WorkCalendar) -> Length:
    """Both lengths of a span; between dates the first day does not count and the last does."""
    return Length(calendar_days(*span.ends), working_days(*span.ends, calendar))


def fit(written: float, span: Span, calendar: WorkCalendar) -> str:
    """Which length the written one is: calendar, working, either (the two agree), both_ends (first and last day counted), or neither."""
    exact = length(span, calendar)
    fits = [name for name, days in zip((CALENDAR, WORKING), exact, strict=True) if _agrees(written, days, whole=span.whole_days)]
    if fits:
        return EITHER if len(fits) == 2 else fits[0]
    return BOTH_ENDS if span.whole_days and written in _with_both_ends(span, calendar) else NEITHER


def _agrees(written: float, exact: float, *, whole: bool) -> bool:
    """Whether the written length is the exact one, rounded up or down to the places written.

    Where only dates are known, half days cannot be contradicted: the moments may lie up to a day nearer or farther apart.
    """
    if abs(written - exact) <= _CLOSE:
        return True
    rounded_to = 1.0 if written == int(written) or whole else 0.1 if round(written, 1) == round(written, 6) else 0.01
    return abs(written - exact) < rounded_to - 1e-9


def _with_both_ends(span: Span, calendar: WorkCalendar) -> tuple[float, float]:
    if span.start.date() == datetime.min.date():  # noqa: DTZ901  # no day lies before the first of all
        return (calendar_days(*span.ends) + 1, -1)
    return (calendar_days(*span.ends) + 1, working_days(span.start.date() - _DAY, span.finish.date(), calendar))
