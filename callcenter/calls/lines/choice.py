"""Which line a call is placed from: what keeps a line back, whose line stays, when a case moves on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from callcenter.call_queue.callable import Reason
from callcenter.call_queue.calling_hours import at_minute
from callcenter.calls.lines.published import PublishedLine
from callcenter.studies.phases import FIELD_ZONE, field_day

MOVES_AFTER = 3
"""Attempts without anybody reached, after which a case is called from another line."""
Hold = Literal["draining", "resting", "hours", "full", "a_day", "per_hour", "per_second"]


@dataclass(frozen=True)
class CaseOnLines:
    """What a case has seen of the lines: that of its first contact, and attempts since without anybody reached, by line."""

    line: str | None = None
    ever_reached: bool = False
    tried: tuple[str, ...] = ()
    """Lines of the earlier attempts, oldest first."""
    leaves: frozenset[str] = frozenset()
    """Lines that it is not to be called from again as long as there is another: those it was blocked on, or was told to leave."""


def held_by(line: PublishedLine, now: datetime) -> Hold | None:
    """What keeps a call from going out from `line` now; none: it may."""
    held: tuple[tuple[Hold, bool], ...] = (
        ("draining", line.draining),
        ("resting", line.resting_until is not None and line.resting_until > now),
        ("hours", not _in_hours(line, now)),
        ("a_day", line.a_day is not None and line.today >= line.a_day),
        ("full", line.open_calls >= line.max_concurrent),
        ("per_hour", line.per_hour is not None and line.in_hour >= line.per_hour),
        ("per_second", line.per_second is not None and line.in_second >= line.per_second),
    )
    return next((hold for hold, holds in held if holds), None)


def _in_hours(line: PublishedLine, now: datetime) -> bool:
    clock_time = now.astimezone(FIELD_ZONE).strftime("%H:%M:%S")
    return not line.hours or any(start <= clock_time < end for start, end in line.hours)


def left(case: CaseOnLines) -> frozenset[str]:
    """Lines that a case leaves: where it was told to, and those with `MOVES_AFTER` attempts in a row in vain at the end of its history."""
    last = case.tried[-MOVES_AFTER:]
    in_vain = not case.ever_reached and len(last) == MOVES_AFTER and len(set(last)) == 1
    return case.leaves | {last[0]} if in_vain else case.leaves


def choose(lines: Collection[PublishedLine], case: CaseOnLines, now: datetime, enterprise: str = "") -> PublishedLine | None:
    """The line to call `case` from: its own unless that is held back or left, else the least used; none where all are held back.

    Lines used alike share the enterprises among them by a hash, so that quiet hours do not load one line with everything.
    """
    free = [line for line in lines if held_by(line, now) is None]
    leave = left(case)
    own = [line for line in free if line.number == case.line and line.number not in leave]
    if own:
        return own[0]
    others = [line for line in free if line.number not in leave] or free
    return min(others, key=lambda line: (line.number in case.tried, line.open_calls, line.today, _spread(enterprise, line)), default=None)


def _spread(enterprise: str, line: PublishedLine) -> tuple[bytes, str]:
    return (sha256(f"{enterprise}|{line.number}".encode()).digest() if enterprise else b"", line.number)


def unusable(lines: Collection[PublishedLine], now: datetime) -> Reason | None:
    """Why no line can call for longer than moments, and until when where that is known; none where one can or is only busy."""
    held = [(line, held_by(line, now)) for line in lines]
    holds = {hold for _, hold in held}
    if not lines:
        return Reason("no_line", "本调查没有可用的外呼线路")
    if any(hold in {None, "full", "per_hour", "per_second"} for hold in holds):
        return None
    ends = [_until(line, hold, now) for line, hold in held]
    known = [end for end in ends if end is not None]
    if holds == {"draining"}:
        return Reason("lines_drained", "外呼线路都已停止新呼叫")
    if holds <= {"draining", "resting"}:
        text = "外呼线路都已停止新呼叫或在暂停中" if "draining" in holds else "外呼线路都在暂停中"
        return Reason("lines_rest", text, min(known, default=None))
    return Reason("lines_spent", "外呼线路都已停用、到了每日上限或不在时段内", min(known, default=None))


def _until(line: PublishedLine, hold: Hold | None, now: datetime) -> datetime | None:
    today = field_day(now)
    if hold == "resting":
        return line.resting_until
    if hold == "a_day":
        return at_minute(today + timedelta(days=1), 0)
    if hold == "hours":
        starts = [at_minute(day, _minutes(start)) for start, _ in line.hours for day in (today, today + timedelta(days=1))]
        return min(start for start in starts if start > now)
    return None


def _minutes(clock_time: str) -> int:
    hour, minute = clock_time.split(":")[:2]
    return int(hour) * 60 + int(minute)


def rest_after(failures: int) -> timedelta:
    """How long a line rests after so many placings that failed in a row: 5 s, doubling to five minutes at most."""
    return min(timedelta(seconds=5 * 2 ** min(max(failures, 1) - 1, 10)), timedelta(minutes=5))
