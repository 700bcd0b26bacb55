"""Unified social credit codes (GB 32100-2015): 18 characters, the last one checks the others."""

import re
from collections.abc import Sequence

from callcenter.lists.cells import folded

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, place, 31) for place in range(17)]
# Registering body and kind, six digits of the registering district, nine of the organisation, the check character.
_FORM = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_ILLEGAL = float("nan")
"""Whatever is added to it, it is no multiple of 31."""
_REMEMBERED = 50_000


class _Part(dict[str, float]):
    """The share of one stretch of the code in the sum that the check character makes a multiple of 31; remembered."""

    def __init__(self, first: int, form: str) -> None:
        self.weights = [*_WEIGHTS, 1][first:]
        self.form = re.compile(form)

    def __missing__(self, part: str) -> float:
        if len(self) >= _REMEMBERED:
            self.clear()
        legal = self.form.fullmatch(part) is not None
        share = sum(_VALUES[each] * weight for each, weight in zip(part, self.weights, strict=False)) if legal else _ILLEGAL
        self[part] = share
        return share


_PLACE = _Part(0, f"[{ALPHABET}]{{2}}[0-9]{{6}}")
_PAIRS = [_Part(first, f"[{ALPHABET}]{{2}}") for first in (8, 10, 12, 14, 16)]


def check_character(first_17: str) -> str:
    """The 18th character that belongs to the `first_17`."""
    total = sum(_VALUES[character] * weight for character, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def normal(text: str) -> str:
    """The code in `text` (a cleaned cell) in its normal form: upper case, no white space."""
    return folded(text).upper()


def is_valid(code: str) -> bool:
    """Whether `code`, in its normal form, has the length, the alphabet and the check character of the standard."""
    return _FORM.fullmatch(code) is not None and code[17] == check_character(code[:17])


def valid_ones(codes: Sequence[str]) -> list[str]:
    """The codes (in their normal form) with those that are not valid left empty: `is_valid` of each, by remembered parts."""
    first, second, third, fourth, last = _PAIRS
    return [
        code
        if len(code) == 18
        and (_PLACE[code[:8]] + first[code[8:10]] + second[code[10:12]] + third[code[12:14]] + fourth[code[14:16]] + last[code[16:]]) % 31
        == 0
        else ""
        for code in codes
    ]
