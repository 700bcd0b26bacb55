"""What is written down or only heard: text, dates, times, notes."""

import re
from datetime import date, time
from typing import Any

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.said import Said

LONGEST = 5_000
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\S*")
"""What now() gives: its day is taken."""


def read_note(_question: Question, _raw: Any) -> None:
    """A note is read aloud; nothing is answered."""


def read_acknowledge(_question: Question, raw: Any) -> str:
    """An acknowledgement is always OK."""
    if raw not in ("OK", "ok", True, 1, "1"):
        raise ValueError(Said("请确认后再继续", "confirm this before you go on"))
    return "OK"


def read_text(_question: Question, raw: Any) -> str:
    """Text as typed, without what cannot be stored or seen."""
    if not isinstance(raw, str):
        raise ValueError(Said("请填文字", "enter text"))
    if len(raw) > LONGEST:
        raise ValueError(Said(f"文字不能超过 {LONGEST} 个字", f"text cannot be longer than {LONGEST} characters"))
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]", "", raw).strip()


def read_date(_question: Question, raw: Any) -> str:
    """A day, ISO 8601; `2022.6.1` and `2022年6月1日` are read too."""
    day = str(raw).partition("T")[0] if _MOMENT.fullmatch(str(raw)) else str(raw)
    found = re.fullmatch(r"\s*(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?\s*", day)
    try:
        return date(*map(int, found.groups())).isoformat() if found else _refuse_date()
    except ValueError:
        return _refuse_date()


def read_moment(question: Question, raw: Any) -> str:
    """A day and a time of day, ISO 8601."""
    day, _, clock = str(raw).strip().replace("T", " ").partition(" ")
    return f"{read_date(question, day)}T{read_time(question, clock)}"


def read_time(_question: Question, raw: Any) -> str:
    """A time of day, HH:MM."""
    found = re.fullmatch(r"\s*(\d{1,2})\s*[:：]\s*(\d{2})(?::\d{2}.*)?\s*", str(raw))
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(Said("请填时间，如 09:30", "enter a time such as 09:30"))
    return time(int(found[1]), int(found[2])).isoformat("minutes")


def _refuse_date() -> str:
    raise ValueError(Said("请填日期，如 2022-06-01", "enter a date such as 2022-06-01"))
