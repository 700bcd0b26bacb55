"""Elapsed days of a work order's stages, as written or from its dates."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from callcenter.lists.cells import Value, clean
from callcenter.lists.columns import StageColumns

_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?")
_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_CLOCK = r"(?:[\sT]*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})(?:\s*[:分]\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?)?"
_WRITTEN = re.compile(_DAY + _CLOCK)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?" + _CLOCK)
TOLERANCE = 0.01


def moment(value: Value) -> datetime | None:
    """A date cell or a date written as text, with or without a time."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = clean(value)
    match = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text)
    if not match:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  # six numbers; field-local
    except ValueError:
        return None


def last_day(finishes: Sequence[Value]) -> str:
    """The day of the last of some moments; empty where none of them is one."""
    moments = [found for found in map(moment, finishes) if found]
    return max(moments).date().isoformat() if moments else ""


def written_days(value: Value) -> float | None:
    """The number in `3`, `3天`, `3个工作日`; none where the cell holds no number."""
    if isinstance(value, bool | datetime | date | time):
        return None
    if isinstance(value, timedelta):
        return value.total_seconds() / 86400
    if isinstance(value, int | float):
        return float(value) if value >= 0 else None
    text = clean(value)
    match = _NUMBER.search(text)
    return float(match.group()) if match and not text.startswith("-") else None


def stage_days(row: Sequence[Value], columns: StageColumns) -> float | None:
    """Days of one stage: as written, else finish minus start; none where a date is missing or the order is wrong."""
    written = written_days(_at(row, columns.days))
    if written is not None:
        return written
    start, finish = moment(_at(row, columns.start)), moment(_at(row, columns.finish))
    if start is None or finish is None or finish < start:
        return None
    return (finish - start).total_seconds() / 86400


def _at(row: Sequence[Value], place: int | None) -> Value:
    return row[place] if place is not None and place < len(row) else None


def total_days(stages: Sequence[float | None], written: float | None) -> float | None:
    """The sum of the stages that have days; the written total only where none has."""
    counted = [days for days in stages if days is not None]
    return sum(counted) if counted else written


def mismatch(stages: Sequence[float | None], written: float | None) -> bool:
    """Whether stages have days, but the written total is missing or differs from their sum."""
    counted = [days for days in stages if days is not None]
    return bool(counted) and (written is None or abs(sum(counted) - written) > TOLERANCE + 1e-9)
