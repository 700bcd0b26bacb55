"""Names and labels as SPSS and Stata take them: shorter, fewer signs, none twice; what had to be cut is told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SPSS_WORDS = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})
STATA_WORDS = frozenset(
    [
        "_all",
        "_b",
        "_coef",
        "_cons",
        "_n",
        "_pi",
        "_pred",
        "_rc",
        "_skip",
        "_n",
        "byte",
        "double",
        "float",
        "if",
        "in",
        "int",
        "long",
        "strl",
        "using",
        "with",
    ]
)


_NAMED = re.compile("[A-Za-z0-9_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff\uf900-\ufdcf]")
"""Signs that a name may have anywhere, of XML too: no fractions, no superscripts."""


@dataclass(frozen=True)
class Limits:
    """What a format can hold: labels counted in bytes of UTF-8 where `bytes_count`, else in characters; names where `name_bytes`."""

    format: str
    name: int
    label: int
    value_label: int
    text: int
    bytes_count: bool
    reserved: frozenset[str]
    name_bytes: bool = True


SPSS = Limits("SPSS", 64, 256, 120, 32_767, True, SPSS_WORDS)
STATA = Limits("Stata", 32, 80, 32_000, 2_000_000_000, False, STATA_WORDS)
"""Stata takes names of 32 characters, but the library that writes them takes 32 bytes."""


def fitting(names: Iterable[str], limits: Limits) -> dict[str, str]:
    """Each name as the format takes it, none twice in any case of letters: `q[2]` is `q_2`, `1st` is `v_1st`."""
    taken: set[str] = set()
    fitted = {}
    for name in names:
        fitted[name] = one = _unique(_plain(name, limits), taken, limits)
        taken.add(one.casefold())
    return fitted


def _plain(name: str, limits: Limits) -> str:
    text = "".join(sign if _NAMED.fullmatch(sign) and (sign.isascii() or sign.isalpha()) else "_" for sign in name.replace("]", ""))
    if not text[:1].isalpha() or text.casefold() in limits.reserved or re.fullmatch(r"str\d+", text.casefold()):
        text = f"v_{text}"
    return cut(text, limits.name, bytes_count=limits.name_bytes)


def _unique(name: str, taken: set[str], limits: Limits) -> str:
    number, one = 1, name
    while one.casefold() in taken:
        number += 1
        tail = f"_{number}"
        one = cut(name, limits.name - len(tail), bytes_count=limits.name_bytes) + tail
    return one


def cut(text: str, longest: int, *, bytes_count: bool) -> str:
    """The text, or as much of it from the start as fits; no character is cut through."""
    if not bytes_count:
        return text[:longest]
    data = text.encode()
    return text if len(data) <= longest else data[:longest].decode(errors="ignore")


def is_cut(text: str, longest: int, *, bytes_count: bool) -> bool:
    """Whether it does not fit."""
    return (len(text.encode()) if bytes_count else len(text)) > longest
