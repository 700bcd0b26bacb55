"""What a cell says: one clean text for every kind of value a spreadsheet or a text file can hold."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Value: TypeAlias = str | float | int | bool | datetime | date | time | timedelta | None
"""A cell as the readers hand it over."""

_DROPPED = dict.fromkeys([*range(0x200B, 0x2010), 0xFEFF, *(n for n in range(32) if n not in (9, 10, 13)), 0x7F])
_ESCAPED_BREAK = re.compile(r"_x000[9AaDd]_")
_FORCED_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_EMPTY = re.compile(
    r"无|暂无|空|null|[-‐-―−/\s]+|#(?:n/a|div/0!|value!|ref!|name\?|num!|null!|spill!|calc!|getting_data|blocked!|field!)", re.IGNORECASE
)
_WHOLE_LIMIT = 1e15
"""Above this a spreadsheet's number has lost digits, so it is shown as the spreadsheet would: 9.11E+17."""


def number_text(value: float) -> str:
    """A number as a person would type it; digits already lost stay visibly lost."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  # NaN is the value unlike itself
        return ""
    if abs(value) >= _WHOLE_LIMIT:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(value)


def _day_text(value: datetime | date) -> str:
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return value.isoformat()


def raw_text(value: Value) -> str:
    """The cell's text before cleaning, as a receipt gives it back."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, date):
        return _day_text(value)
    return str(value)


def clean(value: Value) -> str:
    """NFKC, trimmed, without invisible marks; what stands for nothing is the empty text."""
    text = value if isinstance(value, str) else raw_text(value)
    if not text:
        return ""
    if not text.isascii() or "_x0" in text:
        text = _ESCAPED_BREAK.sub("\n", text)
    text = unicodedata.normalize("NFKC", text.translate(_DROPPED)).strip()
    if text.startswith('="'):
        forced = _FORCED_TEXT.fullmatch(text)
        text = forced.group(1).strip() if forced else text
    elif text.startswith("'"):
        text = text[1:].strip()
    return "" if _EMPTY.fullmatch(text) else text


def folded(text: str) -> str:
    """`text` (clean) without any white space: the form in which names, districts and codes are compared."""
    return "".join(text.split())
