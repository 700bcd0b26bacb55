"""What somebody who looks for an enterprise typed: a credit code, a telephone number, a case number or a part of a name."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from callcenter.lists import credit_codes, phone_numbers
from callcenter.lists.cells import folded

SHORTEST_NAME = 2


@dataclass(frozen=True)
class Wanted:
    """What to look for, normalised as the frame keeps it."""

    kind: Literal["code", "phone", "case", "name", "nothing"]
    value: str = ""


def read(typed: str) -> Wanted:
    """Tell what was typed: full-width letters, spaces and the area code of Tianjin do not matter."""
    typed = unicodedata.normalize("NFKC", typed)
    plain = folded(typed)
    if credit_codes.is_valid(plain.upper()):
        return Wanted("code", plain.upper())
    if plain.startswith("#") and plain[1:].isdigit() and len(plain) < 18:
        return Wanted("case", plain[1:])
    phones = phone_numbers.read(typed).phones
    if phones and len(plain) >= 7:
        return Wanted("phone", phones[0].number)
    if plain.isdigit() and len(plain) < 8:
        return Wanted("case", plain)
    return Wanted("name", plain) if len(plain) >= SHORTEST_NAME else Wanted("nothing")
