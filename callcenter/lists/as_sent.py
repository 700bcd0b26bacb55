"""What a row held where nothing could be read: the cell as it was sent, so that its sender sees what is wrong."""

import re
from collections.abc import Mapping

from callcenter.lists.columns import DISTRICT, PHONE, USCC, known_column

_FURTHER = re.compile(r" \d+$")
"""A second filled column of one name is kept with its number behind."""
_DIGITS = re.compile(r"\d(?:[\d .-]*\d)?")
_SHORT, _WHOLE = 6, 10
LONGEST = 60


def as_sent(cells: Mapping[str, str]) -> dict[str, str]:
    """Telephone, code and district as they were written, under `phone`, `uscc` and `district`; telephones masked."""
    found: dict[str, list[str]] = {PHONE: [], USCC: [], DISTRICT: []}
    for name, text in cells.items():
        column = known_column(name) or known_column(_FURTHER.sub("", name))
        if column in found:
            found[column].append(text[:LONGEST])
    return {"phone": masked(" / ".join(found[PHONE])), "uscc": " / ".join(found[USCC]), "district": " / ".join(found[DISTRICT])}


def masked(text: str) -> str:
    """Numbers with their middle hidden, a star for each digit; short ones (hotlines, extensions) whole."""
    return _DIGITS.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    if len(digits) <= _SHORT:
        return match.group()
    shown = 3 if len(digits) >= _WHOLE else 0
    return digits[:shown] + "*" * (len(digits) - shown - 4) + digits[-4:]
