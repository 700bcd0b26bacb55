"""What a cell says: one clean text for every kind of value a spreadsheet or a text file can hold."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Value: TypeAlias = str | float | int | bool | datetime | date | time | timedelta | None
"""A cell as the readers hand it over."""

_DROPPED = dict.fromkeys([*range(0x200B, 0x2010), 0xFEFF, *(n for n in range(32) if n not in (9, 10, 13)), 0x7F])
_BETWEEN = "\x00"
"""Stands between cells that are cleaned as one text: no character of a spreadsheet, and nothing joins with it."""
_DROPPED_BETWEEN = {place: None for place in _DROPPED if place != ord(_BETWEEN)}
_ANY_DROPPED = re.compile("[" + "".join(map(re.escape, map(chr, _DROPPED_BETWEEN))) + "]")
_MOST_AT_ONCE = 1 << 22
"""Characters: longer columns hold giant cells, which are cleaned one by one."""
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


def _unforced(text: str) -> str:
    """The text inside `="138…"` and after a leading `'`, by which exports force text."""
    if text.startswith('="'):
        forced = _FORCED_TEXT.fullmatch(text)
        return forced.group(1).strip() if forced else text
    return text[1:].strip() if text.startswith("'") else text


def clean(value: Value) -> str:
    """NFKC, trimmed, without invisible marks; what stands for nothing is the empty text."""
    text = value if isinstance(value, str) else raw_text(value)
    if not text:
        return ""
    if not text.isascii() or "_x0" in text:
        text = _ESCAPED_BREAK.sub("\n", text)
    text = _unforced(unicodedata.normalize("NFKC", text.translate(_DROPPED)).strip())
    return "" if _EMPTY.fullmatch(text) else text


_MAY_SAY_NOTHING = frozenset("无暂空nN#/-−" + "".join(map(chr, range(0x2010, 0x2016))))
"""First characters of what stands for nothing."""


class _Known(dict[str, str]):
    """Texts and what they say cleaned; the last few thousand."""

    def __missing__(self, text: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[text] = said = clean(text)
        return said


_REMEMBERED = 4096
_LONG = 200
"""Characters: longer texts are not remembered, so that they do not fill the memory."""
_SAMPLE = 64


def clean_all(values: Sequence[Value]) -> list[str]:
    """`clean` of every value of a column, a tenth of the work: values that repeat are cleaned once, the others as one text."""
    texts = raw_texts(values)
    if repeat(texts):
        return list(map(_Known().__getitem__, texts))
    return _clean_together(texts)


def repeat(texts: Sequence[str]) -> bool:
    """Whether it pays to remember what has been done with a text; told by the first few of the column."""
    sample = texts[:_SAMPLE]
    return len(set(sample)) * 4 <= len(sample) and max(map(len, texts), default=0) < _LONG


def raw_texts(values: Sequence[Value]) -> Sequence[str]:
    """`raw_text` of every value of a column."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return values  # type: ignore[return-value]  # all are texts
    if kinds == {float} and all(map(float.is_integer, values)) and min(values) > -_WHOLE_LIMIT and max(values) < _WHOLE_LIMIT:  # type: ignore[type-var,operator,arg-type]  # all are numbers
        return list(map(str, map(int, values)))  # type: ignore[arg-type]  # all are numbers
    return [_raw(value) for value in values]


def _raw(value: Value) -> str:
    """`raw_text`, the quick way for what is most frequent: texts and whole numbers."""
    if value.__class__ is str:
        return value
    if value.__class__ is float and -_WHOLE_LIMIT < value < _WHOLE_LIMIT and value.is_integer():
        return str(int(value))
    return raw_text(value)


def _clean_together(texts: Sequence[str]) -> list[str]:
    if all(map(str.isprintable, texts)):  # nothing to drop, and none of our own separators inside
        tidy = together = _BETWEEN.join(texts)
    else:
        together = _BETWEEN.join(texts)
        if together.count(_BETWEEN) != len(texts) - 1 or len(together) > _MOST_AT_ONCE:
            return [clean(text) for text in texts]
        tidy = together.translate(_DROPPED_BETWEEN) if _ANY_DROPPED.search(together) else together
    if "_x0" in tidy:
        return [clean(text) for text in texts]
    if not tidy.isascii():
        tidy = unicodedata.normalize("NFKC", tidy)
    found = list(map(str.strip, texts if tidy == together else tidy.split(_BETWEEN)))
    if '="' in tidy or "'" in tidy:
        found = [_unforced(text) for text in found]
    return ["" if text and text[0] in _MAY_SAY_NOTHING and _EMPTY.fullmatch(text) else text for text in found]


def folded_all(texts: list[str]) -> list[str]:
    """`folded` of every text of a column."""
    together = _BETWEEN.join(texts)
    if together.count(_BETWEEN) != len(texts) - 1:
        return [folded(text) for text in texts]
    if len(together.split(None, 1)) == 1 and together == together.strip():
        return texts
    return "".join(together.split()).split(_BETWEEN)


def folded(text: str) -> str:
    """`text` (clean) without any white space: the form in which names, districts and codes are compared."""
    return "".join(text.split())
