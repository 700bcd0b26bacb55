"""A study's own calling hours and exceptions, as somebody types them on a page: read, and held against each other. Pure."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from callcenter.errors import InvalidInput
from callcenter.studies.work_calendar import FIRST_YEAR, LAST_YEAR

WORDS = ("dayparts", "persons_dayparts", "appointment_hours", "weekdays", "holidays", "extra_workdays", "extra_days_off")
"""The words of study.yaml's `calling` that a page can change."""
_CLOCK = r"([01]?\d|2[0-3])[:：]([0-5]\d)(?:[:：]([0-5]\d))?"
_SPAN = re.compile(rf"{_CLOCK}\s*[-–—~～至到]\s*{_CLOCK}")
_BETWEEN = re.compile(r"[\n,，、;；]+")

Calling = dict[str, Any]


@dataclass(frozen=True)
class Typed:
    """The fields of the page: hours as `09:00-10:30`, days as `2022-06-03`, several of them one a line."""

    dayparts: str = ""
    persons_dayparts: str = ""
    appointments: str = ""
    weekdays: tuple[str, ...] = ()
    holidays: bool = True
    extra_workdays: str = ""
    extra_days_off: str = ""


def typed(calling: Mapping[str, Any]) -> Typed:
    """A study's hours as its page shows them to be changed."""
    appointments = calling.get("appointment_hours")
    return Typed(
        dayparts="\n".join("-".join(span) for span in calling.get("dayparts") or ()),
        persons_dayparts="\n".join("-".join(span) for span in calling.get("persons_dayparts") or ()),
        appointments="-".join(appointments) if appointments else "",
        weekdays=tuple(str(day) for day in calling.get("weekdays") or range(1, 6)),
        holidays=calling.get("holidays", "china") == "china",
        extra_workdays="\n".join(str(day) for day in calling.get("extra_workdays") or ()),
        extra_days_off="\n".join(str(day) for day in calling.get("extra_days_off") or ()),
    )


def read(given: Typed, minutes: int = 0) -> tuple[Calling, list[InvalidInput]]:
    """What was typed as study.yaml would say it, and everything that is wrong with it or contradicts itself.

    `minutes`: the length of an interview, for which some span must have room.
    """
    wrong: list[InvalidInput] = []
    calling: Calling = {
        "dayparts": _spans(given.dayparts, wrong),
        "persons_dayparts": _spans(given.persons_dayparts, wrong),
        "weekdays": sorted({int(day) for day in given.weekdays if day in "1234567" and day}),
        "holidays": "china" if given.holidays else "none",
        "extra_workdays": _days(given.extra_workdays, wrong),
        "extra_days_off": _days(given.extra_days_off, wrong),
    }
    appointments = _spans(given.appointments, wrong)
    if len(appointments) == 1:
        calling["appointment_hours"] = appointments[0]
    elif given.appointments.strip() and len(appointments) > 1:
        wrong.append(InvalidInput("one_span", "预约时段只能写一段，如 08:30-20:00。"))
    return calling, wrong or list(contradictions(calling, minutes))


def contradictions(calling: Mapping[str, Any], minutes: int = 0) -> Iterator[InvalidInput]:
    """What cannot hold together."""
    spans = sorted([*calling.get("dayparts", ()), *calling.get("persons_dayparts", ())])
    if not calling.get("dayparts"):
        yield InvalidInput("no_dayparts", "没有拨打时段：请至少写一段，如 09:00-10:30。要停止拨打，请用“停止拨打”。")
    for one, other in itertools.pairwise(spans):
        if other[0] < one[1]:
            text = "时段 {one} 与 {other} 重叠：请让后一段从前一段结束之后开始。"
            yield InvalidInput("spans_overlap", text, one=_told(one), other=_told(other))
    if spans and max(_minute(span[1]) - _minute(span[0]) for span in spans) < minutes:
        yield InvalidInput("no_room_for_interview", "没有一个时段放得下 {minutes} 分钟的访问：请加长时段。", minutes=minutes)
    yield from _of_appointments(calling, spans)
    if not calling.get("weekdays"):
        yield InvalidInput("no_weekdays", "没有选任何星期：请至少选一天。")
    both = sorted(set(calling.get("extra_workdays", ())) & set(calling.get("extra_days_off", ())))
    if both:
        yield InvalidInput("day_is_both", "{days} 既写成加班日又写成休息日：请只留一处。", days="、".join(both))


def _of_appointments(calling: Mapping[str, Any], spans: Sequence[Sequence[str]]) -> Iterator[InvalidInput]:
    bounds = calling.get("appointment_hours")
    outside = [span for span in spans if bounds and (span[0] < bounds[0] or span[1] > bounds[1])]
    if bounds and outside:
        text = "拨打时段 {span} 超出预约时段 {bounds}：在这段时间里通话的企业将约不到同一时间。请放宽预约时段。"
        yield InvalidInput("outside_appointments", text, span=_told(outside[0]), bounds=_told(bounds))


def _spans(text: str, wrong: list[InvalidInput]) -> list[list[str]]:
    found = []
    for part in _parts(text):
        match = _SPAN.fullmatch(part)
        span = [_clock(*match.groups()[:3]), _clock(*match.groups()[3:])] if match else []
        if not span or span[0] >= span[1]:
            wrong.append(InvalidInput("span_wrong", "时段“{span}”不对：请写开始和结束，如 09:00-10:30，开始在前。", span=part))
        else:
            found.append(span)
    return found


def _days(text: str, wrong: list[InvalidInput]) -> list[str]:
    found: list[str] = []
    for part in _parts(text):
        try:
            day = date.fromisoformat(part)
        except ValueError:
            wrong.append(InvalidInput("day_wrong", "日期“{day}”看不懂：请写成 2022-06-03。", day=part))
            continue
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            text_ = "日历只登记 {first} 年至 {last} 年的日子，请检查日期。"
            wrong.append(InvalidInput("day_out_of_calendar", text_, first=FIRST_YEAR, last=LAST_YEAR))
        elif day.isoformat() in found:
            wrong.append(InvalidInput("day_twice", "{day} 写了两次：请删去一次。", day=day))
        else:
            found.append(day.isoformat())
    return found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def _clock(hour: str, minute: str, second: str | None) -> str:
    return f"{int(hour):02d}:{minute}" + (f":{second}" if second else "")


def _minute(at: str) -> int:
    hour, minute = at.split(":")[:2]
    return 60 * int(hour) + int(minute)


def _told(span: Sequence[str]) -> str:
    return "–".join(span)
