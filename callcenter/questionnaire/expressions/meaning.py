"""What values mean to operators and functions: as ODK's own engine takes them, not as plain XPath does.

A value is text, a number, a truth value, or a list of texts (a question inside a repeat). An answer that is
missing is the empty text; NaN shows as empty text again.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from callcenter.questionnaire.expressions.patterns import machine

Value = str | float | bool | list[str]
LONGEST_MATCHED = 2_000
LONGEST_FORMAT = 200
_NUMBER = re.compile(r"\s*-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(T.*)?")
_CLOCK = re.compile(r"(?:\d{4}-\d{2}-\d{2}T)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
NAN = math.nan


def string(value: Value) -> str:
    """As text: NaN is empty, whole numbers have no point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return value[0] if value else ""
    if isinstance(value, float | int):
        return _figure(float(value))
    return value


def _figure(value: float) -> str:
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def number(value: Value) -> float:
    """As a number; empty and unreadable text are NaN, an ISO date is its day since 1970."""
    if isinstance(value, bool | float | int):
        return float(value)
    text = string(value)
    if _NUMBER.fullmatch(text):
        return float(text)
    found = _DATE.fullmatch(text)
    if found:
        try:
            day = float((date(int(found[1]), int(found[2]), int(found[3])) - date(1970, 1, 1)).days)
            return day + _share_of_day(text) if found[4] else day
        except ValueError:
            return NAN
    return NAN


def _share_of_day(text: str) -> float:
    """The clock's part of a moment; its offset is left out, as everything happens in field time."""
    clock = datetime.fromisoformat(text)
    return (clock.hour * 3600 + clock.minute * 60 + clock.second) / 86_400


def share_of_day(text: str) -> float:
    """decimal-time(): how much of the day is over, 0.5 at noon; a moment's day and an offset are left out. NaN where it is no time."""
    found = _CLOCK.fullmatch(text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or float(found[3] or 0) >= 60:
        return NAN
    return (int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3] or 0)) / 86_400


def boolean(value: Value) -> bool:
    """As a truth: empty text, 0 and NaN are false; the text '0' is true."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int):
        return value != 0 and not math.isnan(value)
    return string(value) != ""


def equal(left: Value, right: Value) -> bool:
    """Truths compare as truths, else numbers as numbers (`'05' = 5`), else texts."""
    if isinstance(left, list) or isinstance(right, list):
        return any(equal(a, b) for a in _each(left) for b in _each(right))
    if isinstance(left, bool) or isinstance(right, bool):
        return boolean(left) == boolean(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return number(left) == number(right)


def unequal(left: Value, right: Value) -> bool:
    """Not the same; `'' != 5` is true."""
    if isinstance(left, list) or isinstance(right, list):
        return any(unequal(a, b) for a in _each(left) for b in _each(right))
    return not equal(left, right)


def _each(value: Value) -> list[Value]:
    return list(value) if isinstance(value, list) else [value]


def divide(left: float, right: float) -> float:
    """XPath's div: by zero it is infinite, 0 div 0 is NaN."""
    if right == 0:
        return NAN if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def remainder(left: float, right: float) -> float:
    """XPath's mod: the sign is the dividend's."""
    return NAN if right == 0 or math.isinf(left) or math.isnan(left) else math.fmod(left, right)


def rounded(value: float, places: float = 0) -> float:
    """Half away from zero, after scaling as binary floats do (`round(1.005, 2)` is 1)."""
    if math.isnan(value) or math.isinf(value):
        return value
    scale = 10.0 ** int(max(-15, min(15, places)))
    scaled = value * scale
    if math.isinf(scaled):
        return value
    return math.copysign(math.floor(abs(scaled) + 0.5), scaled) / scale


def power(base: float, exponent: float) -> float:
    """base to the exponent; NaN where there is no real result."""
    try:
        return math.pow(base, exponent)
    except (ValueError, OverflowError):
        return NAN


def selected(chosen: Value, code: Value) -> bool:
    """Whether `code` is among the chosen, which are parted by blanks; selected('', '') is true."""
    return string(code) in string(chosen).split(" ")


def substring(text: str, start: float, end: float | None = None) -> str:
    """substr(): from 0, negative counts from the end."""
    if math.isnan(start):
        return ""
    return text[int(start) : None if end is None or math.isnan(end) else int(end)]


def matches(text: str, pattern: str) -> bool:
    """regex(): searches; only the first 2,000 characters are looked at, each once. A pattern that cannot be read matches nothing."""
    try:
        return machine(pattern).found_in(text[:LONGEST_MATCHED])
    except ValueError:
        return False


def as_date(value: Value) -> str:
    """date(): text that is a date as it stands, days since 1970 as their date."""
    if isinstance(value, bool | str | list):
        return string(value)
    try:
        return (date(1970, 1, 1) + timedelta(days=math.floor(value))).isoformat()
    except (ValueError, OverflowError):
        return ""


PARTS = {
    "Y": "%Y",
    "y": "%y",
    "m": "%m",
    "n": "%m",
    "b": "%b",
    "d": "%d",
    "e": "%d",
    "H": "%H",
    "h": "%H",
    "M": "%M",
    "S": "%S",
    "3": "%f",
    "a": "%a",
}


def formatted(value: str, pattern: str) -> str:
    """format-date() with the letters of ODK; empty where the value is no date."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return re.sub(r"%(.)", lambda found: _part(moment, found[1]), pattern[:LONGEST_FORMAT])


def _part(moment: datetime, letter: str) -> str:
    if letter not in PARTS:
        return letter
    shown = moment.strftime(PARTS[letter])
    return (shown.lstrip("0") or "0") if letter in "neh" else shown[:3] if letter == "3" else shown


def whole(cut: Callable[[float], int]) -> Callable[[float], float]:
    """A cut to a whole number that leaves NaN and infinity as they are."""
    return lambda value: float(cut(value)) if math.isfinite(value) else value
