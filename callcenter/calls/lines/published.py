"""A published line: its written forms and the check that no other caller number is used."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from callcenter.errors import Refused

AREA = re.compile(r"^(?:\+?86|0086)?0?(?:22)?(?=9\d{7}$)")
"""Country and area code before a line's eight digits, in every mixture in which carriers hand it back."""


@dataclass(frozen=True)
class PublishedLine:
    """One line of a study, what it may do, and how busy it is just now."""

    number: str
    """As published, such as 96599966."""
    dialled_form: str
    """As handed to the carrier, such as +862296599966."""
    max_concurrent: int = 30
    resting_until: datetime | None = None
    open_calls: int = 0
    per_second: int | None = None
    per_hour: int | None = None
    a_day: int | None = None
    hours: tuple[tuple[str, str], ...] = ()
    """Spans of field time such as ("09:00", "20:00"); none: as the study's calling hours."""
    draining: bool = False
    """No new calls; running ones end."""
    in_second: int = 0
    in_hour: int = 0
    today: int = 0
    forms: tuple[str, ...] = ()
    """Further forms in which it comes back."""


def folded(number: str) -> str:
    """The line's eight digits, from any of the forms in which it is written or comes back; full width and spaces count as plain."""
    digits = re.sub(r"[\s\-().]", "", unicodedata.normalize("NFKC", number))
    return AREA.sub("", digits)


def is_same_line(number: str, line: PublishedLine) -> bool:
    """Whether `number`, as typed or as told by a carrier, is this line."""
    wanted = folded(number)
    return bool(wanted) and wanted in {folded(form) for form in (line.number, line.dialled_form, *line.forms)}


def require_published(number: str, lines: Iterable[PublishedLine]) -> PublishedLine:
    """The published line that `number` is; any other caller number is refused. Every dialling path ends here."""
    for line in lines:
        if is_same_line(number, line):
            return line
    raise Refused("line_not_published", "主叫号码 {number} 不是本调查公布的外呼号码，不能使用。请在研究设置中核对外呼号码。", number=number)
