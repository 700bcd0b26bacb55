"""The published lines: their written forms, which one a call is placed from, and the check that no other number is."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.errors import Refused

AREA = re.compile(r"^(?:\+?86|0086)?0?(?:22)?(?=9\d{7}$)")
"""Country and area code before a line's eight digits, in every mixture in which carriers hand it back."""
MOVES_AFTER = 3
"""Attempts without anybody reached, after which a case is called from another line."""


@dataclass(frozen=True)
class PublishedLine:
    """One line of a study, and how busy it is just now."""

    number: str
    """As published, such as 96599966."""
    dialled_form: str
    """As handed to the carrier, such as +862296599966."""
    max_concurrent: int = 30
    resting_until: datetime | None = None
    open_calls: int = 0


@dataclass(frozen=True)
class CaseOnLines:
    """What a case has seen of the lines: that of its first contact, and attempts since without anybody reached, by line."""

    line: str | None = None
    ever_reached: bool = False
    tried: tuple[str, ...] = ()
    """Lines of the earlier attempts, oldest first."""


def folded(number: str) -> str:
    """The line's eight digits, from any of the forms in which it is written or comes back."""
    digits = re.sub(r"[\s\-().]", "", number)
    return AREA.sub("", digits)


def require_published(number: str, lines: Iterable[PublishedLine]) -> PublishedLine:
    """The published line that `number` is; any other caller number is refused. Every dialling path ends here."""
    wanted = folded(number)
    for line in lines:
        if folded(line.number) == wanted:
            return line
    raise Refused("line_not_published", "主叫号码 {number} 不是本调查公布的外呼号码，不能使用。请在研究设置中核对外呼号码。", number=number)


def is_free(line: PublishedLine, now: datetime) -> bool:
    """Whether one more call may go out from `line` now."""
    resting = line.resting_until is not None and line.resting_until > now
    return not resting and line.open_calls < line.max_concurrent


def tried_in_vain(case: CaseOnLines) -> Collection[str]:
    """Lines that a never-reached case leaves: those with `MOVES_AFTER` attempts in a row at the end of its history."""
    last = case.tried[-MOVES_AFTER:]
    return {last[0]} if not case.ever_reached and len(last) == MOVES_AFTER and len(set(last)) == 1 else ()


def choose(lines: Collection[PublishedLine], case: CaseOnLines, now: datetime) -> PublishedLine | None:
    """The line to call `case` from: its own unless that rests or was tried in vain, else the least used; none where all are full."""
    free = [line for line in lines if is_free(line, now)]
    leave = tried_in_vain(case)
    own = [line for line in free if line.number == case.line and line.number not in leave]
    if own:
        return own[0]
    others = [line for line in free if line.number not in leave] or free
    return min(others, key=lambda line: (line.number in case.tried, line.open_calls, line.number), default=None)


def rest_after(failures: int) -> timedelta:
    """How long a line rests after so many placings that failed in a row: 5 s, doubling to five minutes at most."""
    return min(timedelta(seconds=5 * 2 ** min(max(failures, 1) - 1, 10)), timedelta(minutes=5))
