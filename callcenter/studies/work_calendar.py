"""The Chinese work calendar: which days are worked, make-up workdays (调休) and own days included; working days between two moments.

The official days are those of the State Council's notices as the library `holidays` holds them; a day of the house's own table overrides
them. For years without a notice the library computes the statutory days, and the days moved around them are not known: `announced` tells.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""The years that the library knows; before and behind them only the days of the week count."""
_FRIDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """The official calendar and the house's own days, which override it."""

    workdays: frozenset[date] = frozenset()
    days_off: frozenset[date] = frozenset()


OFFICIAL = WorkCalendar()


def calendar_of(own: Iterable[tuple[date, str]]) -> WorkCalendar:
    """The calendar with the house's own days, each said to be a `workday` or a `day_off`."""
    said = dict(own)
    return WorkCalendar(*(frozenset(day for day, kind in said.items() if kind == wanted) for wanted in ("workday", "day_off")))


@dataclass(frozen=True)
class Day:
    """A day of the calendar: `kind` is workday, weekend, holiday or make_up; `own` where the house's own table says so."""

    day: date
    kind: str
    name: str = ""
    own: bool = False

    @property
    def is_worked(self) -> bool:
        """Whether it is a working day."""
        return self.kind in {"workday", "make_up"}


@dataclass(frozen=True)
class _Year:
    """What the library says of a year: its days off with their names, and the weekend days that are worked instead."""

    days_off: dict[date, str]
    make_up: frozenset[date]


def is_workday(calendar: WorkCalendar, day: date) -> bool:
    """Whether the day is worked: make-up workdays are, holidays are not, the house's own word is last."""
    if day in calendar.workdays:
        return True
    if day in calendar.days_off:
        return False
    official = _official(day.year)
    return day in official.make_up or (day.isoweekday() <= _FRIDAY and day not in official.days_off)


def working_days(start: date, finish: date, calendar: WorkCalendar = OFFICIAL) -> float:
    """Working days from `start` to `finish`, by what the two are.

    Two dates: the day of the start does not count, the day of the finish does (Civil Code art. 201; Friday to Monday is 1, a day to
    itself 0). Otherwise the time that passes on working days, a working day being 24 hours and a date its midnight (Monday 12:00 to
    Tuesday 06:00 is 0.75). Spans that adjoin add up, none has more working days than calendar days, and a finish before the start
    counts backwards, below zero. Moments are field-local, without a zone.
    """
    if finish < start if not _timed(start, finish) else _moment(finish) < _moment(start):
        return -working_days(finish, start, calendar)
    if not _timed(start, finish):
        return float(_worked_between(start.toordinal() + 1, finish.toordinal() + 1, calendar))
    begin, end = _moment(start), _moment(finish)
    whole = _worked_between(begin.toordinal(), end.toordinal(), calendar)
    return whole + _part_of_day(end) * is_workday(calendar, end.date()) - _part_of_day(begin) * is_workday(calendar, begin.date())


def calendar_days(start: date, finish: date) -> float:
    """Finish minus start in days, times of day included; a date is its midnight."""
    return (_moment(finish) - _moment(start)) / _DAY


def announced_until() -> int:
    """The last year whose days off the State Council has announced, as far as this installation knows."""
    return max(_notices())


def announced(year: int) -> bool:
    """Whether the year's days off are official; else they are computed from the law and no day is moved."""
    return year in _notices()


def days_of(year: int, calendar: WorkCalendar) -> Iterator[Day]:
    """Every day of a year and what it is."""
    first = date(year, 1, 1)
    for ahead in range((date(year, 12, 31) - first).days + 1):
        yield day_of(first + timedelta(days=ahead), calendar)


def day_of(day: date, calendar: WorkCalendar) -> Day:
    """What a day is and why."""
    official = _official(day.year)
    weekday = day.isoweekday() <= _FRIDAY
    if day in calendar.workdays:
        return Day(day, "workday" if weekday else "make_up", own=True)
    if day in calendar.days_off:
        return Day(day, "holiday", own=True)
    if day in official.make_up:
        return Day(day, "make_up")
    if day in official.days_off:
        return Day(day, "holiday", official.days_off[day])
    return Day(day, "workday" if weekday else "weekend")


def _timed(start: date, finish: date) -> bool:
    return isinstance(start, datetime) or isinstance(finish, datetime)


def _moment(at: date) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time())


def _part_of_day(at: datetime) -> float:
    return (at - datetime.combine(at.date(), time())) / _DAY


def _worked_between(first: int, end: int, calendar: WorkCalendar) -> int:
    """Working days with ordinals from `first` up to, not including, `end`: Mondays to Fridays, corrected by the days that differ."""
    count = _weekdays_before(end) - _weekdays_before(first)
    years = range(max(_year_of(first), FIRST_YEAR), min(_year_of(end - 1), LAST_YEAR) + 1) if end > first else ()
    for year in years:
        worked, free = _exceptions(calendar, year)
        count += bisect_left(worked, end) - bisect_left(worked, first) - bisect_left(free, end) + bisect_left(free, first)
    return count


def _year_of(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


def _weekdays_before(ordinal: int) -> int:
    """Mondays to Fridays before the day of that ordinal; ordinal 1 was a Monday."""
    weeks, rest = divmod(ordinal - 1, 7)
    return weeks * 5 + min(rest, 5)


@lru_cache(maxsize=1024)
def _exceptions(calendar: WorkCalendar, year: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Ordinals of the year's weekend days that are worked, and of its weekdays that are free."""
    official = _official(year)
    unusual = sorted(day for day in {*official.days_off, *official.make_up, *calendar.workdays, *calendar.days_off} if day.year == year)
    worked = tuple(day.toordinal() for day in unusual if day.isoweekday() > _FRIDAY and is_workday(calendar, day))
    free = tuple(day.toordinal() for day in unusual if day.isoweekday() <= _FRIDAY and not is_workday(calendar, day))
    return worked, free


@cache
def _official(year: int) -> _Year:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _Year({}, frozenset())
    found = _china(year, min(year + 1, LAST_YEAR))  # a year's first days off may be made up for in the year before
    names = {day: str(name) for day, name in found.items() if day.year == year}
    return _Year(names, frozenset(day for day in found.weekend_workdays if day.year == year))


@cache
def _notices() -> frozenset[int]:
    """The years whose notice the library holds."""
    return frozenset(_china(FIRST_YEAR, FIRST_YEAR).special_public_holidays)


def _china(first: int, last: int) -> Any:
    import holidays  # noqa: PLC0415  # a tenth of a second, which only who asks for a day should wait

    return holidays.country_holidays("CN", years=range(first, last + 1), language="zh_CN")
