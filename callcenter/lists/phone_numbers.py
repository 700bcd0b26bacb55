"""Telephones as departments write them, turned into numbers that can be dialled.

A cell can hold several numbers, remarks, extensions, masks and what a spreadsheet made of them. `read` gives the numbers
in E.164, mobiles first, or the one reason why there is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from callcenter.lists.cells import clean
from callcenter.lists.numbering_plan import FIXED, MOBILE, MOBILE_PREFIXES

HOME_AREA = "22"
"""Tianjin: the area of a local number written without one."""

MISSING, MASKED, INVALID = "phone_missing", "phone_masked", "phone_invalid"


class Phone(NamedTuple):
    """A number in E.164 and the extension written with it."""

    number: str
    extension: str = ""

    @property
    def mobile(self) -> bool:
        """Whether it rings in a pocket."""
        return len(self.number) == 14 and self.number[3] == "1"


@dataclass(frozen=True, slots=True)
class PhoneCell:
    """The numbers of a cell, or why there is none."""

    phones: tuple[Phone, ...] = field(default_factory=tuple)
    reason: str = ""


_DASHES = r"\-‐‑‒–—―−"
_FILLER = re.compile(rf"[\s.·{_DASHES}]")
"""What may stand inside a number."""
_MARK = "\x01"
"""Stands before an extension that a word announced."""
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
_DECIMAL = re.compile(r"(\d{5,})\.0+")
_EXTENSION_WORD = re.compile(
    r"\s*(?:转?分机号?|转接?|内线|ext(?:ension)?\.?|#|(?<=\d)[xX])\s*[:.]?\s*(\d{1,6})(?![\d*×●xX])", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(\[{【〔<]([^()\[\]{}【】〔〕<>]*)[)\]}】〕>]")
_ONLY_NUMBER = re.compile(rf"[+\d\s.{_DASHES}]*")
_NOT_NUMBER = re.compile(rf"[^\d+ .·{_DASHES}{_MARK}]+")
_MASKED = re.compile(rf"(?<![\d.{_DASHES}])[\d.{_DASHES}]*(?:[*×●]+|\d[xX]+|[xX]{{2,}})[\d*×●xX.{_DASHES}]*")
_TRAILING_EXTENSION = re.compile(rf"(.*\d)[{_DASHES}]+(\d{{1,6}})")
_SERVICE = re.compile(r"\d{3,6}|[48]00\d{7}|9[56]\d{3,6}")
_SEPARATORS = re.compile(r"[/、,;或\n\r]+")


def _fixed(national: str) -> str | None:
    """A landline from its area code (without 0) and local number; a local number begins with 2 to 8."""
    area = 2 if national[:1] == "2" or national[:2] == "10" else 3
    local = national[area:]
    if len(local) in (7, 8) and local[0] in "2345678" and FIXED.fullmatch(national):
        return "+86" + national
    return None


def _national(digits: str) -> str | None:
    """A mobile, a landline with its 0, or a local number of Tianjin; no country code."""
    if len(digits) == 12 and digits.startswith("01"):
        digits = digits[1:]
    if len(digits) == 11 and digits[0] == "1":
        return "+86" + digits if MOBILE.fullmatch(digits) else None
    if digits.startswith("0"):
        return _fixed(digits[1:]) if digits[1:2] != "0" else None
    return _fixed(HOME_AREA + digits) if len(digits) == 8 else None


def _dialled(written: str) -> str | None:
    """The number that `written` (digits and what may stand between them) says in full, or nothing."""
    compact = _FILLER.sub("", written)
    if compact.startswith("+"):
        return _after_country_code(compact[1:].lstrip("+")) if compact[1:3] == "86" else None
    if "+" in compact:
        return None
    if compact.startswith("0086"):
        return _after_country_code(compact[2:])
    return _national(compact) or (_after_country_code(compact) if compact.startswith("86") and len(compact) > 9 else None)


def _after_country_code(digits: str) -> str | None:
    rest = digits[2:]
    return _national(rest) or (_fixed(rest) if len(rest) >= 9 and not rest.startswith("0") else None)


def _one(written: str) -> Phone | None:
    """The one number that `written` is, with its extension; nothing where it is none or several."""
    body, _, extension = written.partition(_MARK)
    body = body.strip(f" .·{_DASHES}")
    number = _dialled(body)
    if number:
        return Phone(number, extension.strip())
    tail = _TRAILING_EXTENSION.fullmatch(body)
    if tail:
        number = _dialled(tail.group(1))
        if number:
            return Phone(number, tail.group(2))
    lost_zero = _FILLER.sub("", body)
    number = _fixed(lost_zero) if len(lost_zero) == 10 and lost_zero.isdigit() else None
    return Phone(number, extension.strip()) if number else None


def _whole_numbers(words: list[str]) -> list[Phone]:
    """`words` read as whole numbers with spaces between; none where some word belongs to no whole number."""
    read_up_to: dict[int, list[Phone]] = {0: []}
    for end in range(1, len(words) + 1):
        for start in range(end):
            written = " ".join(words[start:end])
            phone = _one(written) if start in read_up_to else None
            if phone or (start in read_up_to and _SERVICE.fullmatch(_FILLER.sub("", written))):
                read_up_to[end] = read_up_to[start] + ([phone] if phone else [])
                break
    return read_up_to.get(len(words), [])


def _numbers(part: str) -> list[Phone]:
    whole = _one(part)
    if whole:
        return [whole]
    words = part.split()
    return _whole_numbers(words) if 1 < len(words) <= 12 else []


def _unbracketed(match: re.Match[str]) -> str:
    """What becomes of a bracket: a whole number stays, an area code joins what follows, a remark goes."""
    inside = match.group(1)
    if _MARK in inside:
        return inside
    digits = sum(character.isdigit() for character in inside)
    if digits >= 7:
        return f"/{inside}/"
    return f"-{inside.strip()}-" if digits and _ONLY_NUMBER.fullmatch(inside) else " "


def _unmasked(match: re.Match[str]) -> str:
    """A masked number gives no digits; a whole number between stars (`*138…*`) is whole."""
    inside = match.group().strip("*×●xX")
    return f" {inside} " if _ONLY_NUMBER.fullmatch(inside) and _one(inside) else "/"


def _pieces(text: str) -> list[str]:
    """The stretches of the cell that were written as one number each, words still in them."""
    text = _EXTENSION_WORD.sub(rf"{_MARK}\1/", text)
    for _ in range(3):  # brackets within brackets
        text = _BRACKETED.sub(_unbracketed, text)
    return [
        _DECIMAL.sub(r"\1", piece) if _DECIMAL.fullmatch(piece) else piece for piece in map(str.strip, _SEPARATORS.split(text)) if piece
    ]


def _in_piece(piece: str) -> list[Phone]:
    if _SCIENTIFIC.fullmatch(piece):
        return []
    parts = _NOT_NUMBER.split(_MASKED.sub(_unmasked, piece))
    return [phone for part in parts if part.strip() for phone in _numbers(part)]


def _is_masked(piece: str) -> bool:
    hidden = _MASKED.search(piece)
    return hidden is not None and any(character.isdigit() or character in "*×●" for character in hidden.group())


def _ordered(phones: list[Phone]) -> tuple[Phone, ...]:
    """Mobiles first, each number once, otherwise as written."""
    once: dict[str, Phone] = {}
    for phone in phones:
        once.setdefault(phone.number, phone)
    return tuple(sorted(once.values(), key=lambda phone: not phone.mobile))


@lru_cache(maxsize=65536)
def read(text: str) -> PhoneCell:
    """The numbers in the cleaned cell `text` (line breaks kept), or the reason why none can be dialled."""
    if not text:
        return PhoneCell(reason=MISSING)
    pieces = _pieces(text)
    phones = [phone for piece in pieces for phone in _in_piece(piece)]
    if phones:
        return PhoneCell(_ordered(phones))
    if all(not clean(piece) for piece in pieces):
        return PhoneCell(reason=MISSING)
    return PhoneCell(reason=MASKED if any(_is_masked(piece) for piece in pieces) else INVALID)


_LONGEST_REMEMBERED = 200


def _read_once(text: str) -> PhoneCell:
    """`read`, but a giant cell is not remembered: nothing of a file stays when it is judged."""
    return read(text) if len(text) <= _LONGEST_REMEMBERED else read.__wrapped__(text)


class PhoneColumn(NamedTuple):
    """The numbers of many cells: of each the first one in E.164 (empty where there is none), and what few cells have besides."""

    numbers: list[str]
    more: dict[int, tuple[Phone, ...]]
    """All numbers of the cells that hold several, or an extension; places from 0."""
    reasons: dict[int, str]
    """Why a cell holds none."""


def read_all(texts: Sequence[str]) -> PhoneColumn:
    """`read` of every cell of a column: what is plainly one number is told by its digits, the rest is read closely."""
    numbers = [
        "+86" + text if text[:5] in MOBILE_PREFIXES and len(text) == 11 and text.isdigit() and text.isascii() else _plain(text)
        for text in texts
    ]
    column = PhoneColumn(numbers, {}, {})
    for place, number in enumerate(column.numbers):
        if not number:
            cell = _plain_several(texts[place]) or _read_once(texts[place])
            column.numbers[place] = cell.phones[0].number if cell.phones else ""
            if cell.reason:
                column.reasons[place] = cell.reason
            elif len(cell.phones) > 1 or cell.phones[0].extension:
                column.more[place] = cell.phones
    return column


_JOINING = str.maketrans("", "", " -")


def _plain(text: str) -> str:
    """The number where `text` is but its digits, 86 perhaps before them and spaces and dashes between; else nothing."""
    if not text.isascii():
        return ""
    digits = text.translate(_JOINING)
    if digits[:3] == "+86":
        digits = digits[3:]
    elif len(digits) == 13 and digits[:2] == "86":
        digits = digits[2:]
    if len(digits) != 11 or not digits.isdigit():
        return ""
    if digits[:5] in MOBILE_PREFIXES:
        return "+86" + digits
    return "+86" + digits[1:] if digits[:3] == "022" and digits[3] in "2345678" else ""


def _plain_several(text: str) -> PhoneCell | None:
    """The numbers where `text` is nothing but plain ones with separators between them."""
    pieces = _SEPARATORS.split(text)
    if len(pieces) == 1:
        return None
    phones = [Phone(_plain(piece.strip())) for piece in pieces]
    return PhoneCell(_ordered(phones)) if all(phone.number for phone in phones) else None
