"""Whole numbers as people type them, and how far a list can be turned: nothing that a table could not hold goes any further."""

import unicodedata
from typing import Annotated

from fastapi import Query

MOST_DIGITS = 18
"""So many fit into 64 bits, whatever they are."""
Offset = Annotated[int, Query(ge=0, le=2_000_000)]
"""How many rows of a list were turned over already."""


def whole(typed: str) -> int | None:
    """The number that was typed, in full-width digits or with blanks around it too; none where it is no whole number, or too long."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= MOST_DIGITS else None
