"""Unified social credit codes (GB 32100-2015): 18 characters, the last one checks the others."""

import re

from callcenter.lists.cells import folded

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, place, 31) for place in range(17)]
# Registering body and kind, six digits of the registering district, nine of the organisation, the check character.
_FORM = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


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
