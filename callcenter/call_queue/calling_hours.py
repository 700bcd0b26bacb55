"""When may be called: dayparts of the Chinese workday calendar, as the study sets them. All days and hours are field time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from callcenter.studies import work_calendar
from callcenter.studies.phases import FIELD_ZONE, field_day
from callcenter.studies.work_calendar import OFFICIAL, WorkCalendar

HORIZON_DAYS = 60
"""How far ahead an open moment is looked for: longer than any closure of the calendar."""
WHOLE_DAY = 24 * 60


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`: minutes after midnight."""

    start: int
    end: int

    def holds(self, minute: float) -> bool:
        """Whether the minute lies inside."""
        return self.start <= minute < self.end


DAYPARTS = (Span(540, 630), Span(630, 720), Span(810, 930), Span(930, 1050))
PERSONS_DAYPARTS = (Span(1080, 1200),)


@dataclass(frozen=True)
class Hours:
    """A study's calling hours: `weekdays` from 1 = Monday, overridden by the house's calendar, overridden by the study's own days."""

    dayparts: tuple[Span, ...] = DAYPARTS
    persons_dayparts: tuple[Span, ...] = PERSONS_DAYPARTS
    appointments: Span = Span(510, 1200)
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    calendar: WorkCalendar | None = OFFICIAL
    extra_workdays: frozenset[date] = frozenset()
    extra_days_off: frozenset[date] = frozenset()

    def of_day(self, persons: bool) -> tuple[Span, ...]:
        """The dayparts of a workday, for enterprises or for persons (who can also be called in the evening)."""
        return self.dayparts + self.persons_dayparts if persons else self.dayparts


def read(calling: Mapping[str, Any], calendar: WorkCalendar = OFFICIAL) -> Hours:
    """The hours in the `calling` part of a study's settings, by the house's `calendar`; what is not named there keeps its default."""
    plain = Hours()
    return Hours(
        dayparts=_spans(calling["dayparts"]) if "dayparts" in calling else plain.dayparts,
        persons_dayparts=_spans(calling["persons_dayparts"]) if "persons_dayparts" in calling else plain.persons_dayparts,
        appointments=_span(calling["appointment_hours"]) if "appointment_hours" in calling else plain.appointments,
        weekdays=frozenset(int(day) for day in calling.get("weekdays", plain.weekdays)),
        calendar=calendar if calling.get("holidays", "china") == "china" else None,
        extra_workdays=_days(calling.get("extra_workdays", ())),
        extra_days_off=_days(calling.get("extra_days_off", ())),
    )


def is_workday(hours: Hours, day: date) -> bool:
    """Whether calls are made on that day: make-up workdays count, holidays do not, the study's own word is last."""
    if day in hours.extra_days_off:
        return False
    if day in hours.extra_workdays:
        return True
    if hours.calendar is None:
        return day.isoweekday() in hours.weekdays
    return work_calendar.is_workday(hours.calendar, day) and (day.isoweekday() in hours.weekdays or day.isoweekday() > 5)


def add_workdays(hours: Hours, day: date, count: int) -> date:
    """The `count`-th workday after `day`."""
    for later in _days_from(day + timedelta(days=1)):
        count -= is_workday(hours, later)
        if count <= 0:
            return later
    return day + timedelta(days=HORIZON_DAYS)


def at_minute(day: date, minute: int) -> datetime:
    """The moment `minute` minutes after the field's midnight of `day`."""
    return datetime.combine(day, time(), FIELD_ZONE) + timedelta(minutes=minute)


def daypart(hours: Hours, moment: datetime, *, persons: bool = False) -> int | None:
    """Which daypart holds the moment, from 0; none outside all of them. Says nothing of the day."""
    minute = _minute(moment)
    return next((place for place, span in enumerate(hours.of_day(persons)) if span.holds(minute)), None)


def is_open(hours: Hours, moment: datetime, *, persons: bool = False, minutes_needed: int = 0) -> bool:
    """Whether a call may begin now and `minutes_needed` of talk still end inside the hours."""
    if not is_workday(hours, field_day(moment)):
        return False
    minute = _minute(moment)
    return any(span.start <= minute < span.end and minute <= _last_start(span, minutes_needed) for span in _merged(hours.of_day(persons)))


def appointment_is_open(hours: Hours, moment: datetime) -> bool:
    """Whether an appointment may be called now: on any day, within the wider hours."""
    return hours.appointments.holds(_minute(moment))


def next_open(hours: Hours, after: datetime, *, part: int | None = None, persons: bool = False, minutes_needed: int = 0) -> datetime:
    """The first moment from `after` on at which a call may begin, in daypart `part` where one is named."""
    first_day = field_day(after)
    for day in _days_from(first_day):
        if not is_workday(hours, day):
            continue
        minute = _minute(after) if day == first_day else 0.0
        found = _first_start(hours, minute, part, persons, minutes_needed)
        if found is not None:
            return after if day == first_day and found == minute else at_minute(day, 0) + timedelta(minutes=found)
    return after + timedelta(days=HORIZON_DAYS)


def next_appointment_hour(hours: Hours, after: datetime) -> datetime:
    """The first moment from `after` on within the hours of appointments."""
    if appointment_is_open(hours, after):
        return after
    day = field_day(after)
    if _minute(after) >= hours.appointments.end:
        day += timedelta(days=1)
    return at_minute(day, hours.appointments.start)


def half_day(hours: Hours, moment: datetime) -> tuple[datetime, datetime]:
    """The half day around a moment, before or after noon, within the hours of appointments."""
    day, noon = field_day(moment), 12 * 60
    bounds = hours.appointments
    if _minute(moment) < noon:
        return at_minute(day, bounds.start), at_minute(day, max(bounds.start, min(noon, bounds.end)))
    return at_minute(day, min(bounds.end, max(noon, bounds.start))), at_minute(day, bounds.end)


def _first_start(hours: Hours, minute: float, part: int | None, persons: bool, needed: int) -> float | None:
    parts = hours.of_day(persons)
    wanted = parts if part is None or part >= len(parts) else (parts[part],)
    merged = _merged(parts)
    for span in sorted(wanted, key=lambda one: one.start):
        last = _last_start(next(whole for whole in merged if whole.start <= span.start < whole.end), needed)
        start = max(minute, span.start)
        if start < span.end and start <= last:
            return start
    return None


def _last_start(span: Span, needed: int) -> int:
    """Hours that last until midnight go on behind it (a trial round the clock)."""
    return span.end if span.end == WHOLE_DAY else span.end - needed


@lru_cache(maxsize=64)
def _merged(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans that touch are one stretch: a call may run on from one daypart into the next."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _minute(moment: datetime) -> float:
    local = moment.astimezone(FIELD_ZONE)
    return local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 60e6


def _days_from(day: date) -> Iterator[date]:
    return (day + timedelta(days=ahead) for ahead in range(HORIZON_DAYS))


def _spans(listed: Iterable[Sequence[str]]) -> tuple[Span, ...]:
    return tuple(_span(one) for one in listed)


def _span(bounds: Sequence[str]) -> Span:
    start, end = (_clock_minute(text) for text in bounds)
    return Span(start, end)


def _clock_minute(text: str) -> int:
    """Minutes after midnight; 23:59:59 is the day's end."""
    hour, minute, *second = (int(part) for part in str(text).split(":"))
    return min(hour * 60 + minute + any(second), WHOLE_DAY)


def _days(listed: Iterable[date | str]) -> frozenset[date]:
    return frozenset(day if isinstance(day, date) else date.fromisoformat(day) for day in listed)
