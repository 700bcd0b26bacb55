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


@dataclass(frozen=True)
class Limits:
    """What a format can hold; counted in bytes of UTF-8 where `bytes_count`, else in characters."""

    format: str
    name: int
    label: int
    value_label: int
    text: int
    bytes_count: bool
    reserved: frozenset[str]


SPSS = Limits("SPSS", 64, 256, 120, 32_767, True, SPSS_WORDS)
STATA = Limits("Stata", 32, 80, 32_000, 2_000_000_000, False, STATA_WORDS)


def fitting(names: Iterable[str], limits: Limits) -> dict[str, str]:
    """Each name as the format takes it, none twice in any case of letters: `q[2]` is `q_2`, `1st` is `v_1st`."""
    taken: set[str] = set()
    fitted = {}
    for name in names:
        fitted[name] = one = _unique(_plain(name, limits), taken, limits)
        taken.add(one.casefold())
    return fitted


def _plain(name: str, limits: Limits) -> str:
    text = re.sub(r"[^\w]", "_", name.replace("]", ""))
    if not text[:1].isalpha() or text.casefold() in limits.reserved or re.fullmatch(r"str\d+", text.casefold()):
        text = f"v_{text}"
    return cut(text, limits.name, bytes_count=limits.bytes_count)


def _unique(name: str, taken: set[str], limits: Limits) -> str:
    number, one = 1, name
    while one.casefold() in taken:
        number += 1
        tail = f"_{number}"
        one = cut(name, limits.name - len(tail), bytes_count=limits.bytes_count) + tail
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
