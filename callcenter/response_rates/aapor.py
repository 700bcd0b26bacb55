"""Outcome categories and rates after AAPOR Standard Definitions, read for named enterprises.

E = I+P+R+NC+O (known eligible), U = UH+UO (eligibility unknown), NE known not eligible: in no rate, used for e.
A rate over strata is the sum of its numerators over the sum of its denominators; rates are never averaged.
A rate whose denominator is zero is not defined: `None`, never 0.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from callcenter.calls.dispositions import CATEGORIES as CATEGORIES_OF_CODES

CATEGORIES = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")
ELIGIBLE = ("I", "P", "R", "NC", "O")
UNKNOWN = ("UH", "UO")

CODES = CATEGORIES_OF_CODES
"""Disposition code to category."""

PUBLISHED = {
    **dict.fromkeys(("2.10", "2.11", "2.111", "2.112", "2.12"), "R"),
    **dict.fromkeys(("2.20", "2.21", "2.22", "2.221", "2.222", "2.23", "2.24", "2.25"), "NC"),
    **dict.fromkeys(("2.30", "2.31", "2.32", "2.33", "2.331", "2.332", "2.333", "2.34", "2.35", "2.36"), "O"),
    **dict.fromkeys(("3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.16", "3.161", "3.17", "3.18"), "UH"),
    **dict.fromkeys(("3.20", "3.21", "3.30", "3.40", "3.90"), "UO"),
    **dict.fromkeys(("4.10", "4.20", "4.30", "4.31", "4.32", "4.33", "4.40", "4.41", "4.42", "4.43", "4.44", "4.45"), "NE"),
    **dict.fromkeys(("4.50", "4.51", "4.52", "4.53", "4.54", "4.60", "4.61", "4.62", "4.63", "4.70", "4.80", "4.90"), "NE"),
}
"""Final codes of telephone and in-person surveys as AAPOR publishes them, for other people's files: there a dead number (4.30) is not
eligible, whereas our own cases, named enterprises, end in 3.90."""
ACCEPTED = PUBLISHED | CODES

_BY_NUMBER = {Decimal(code): code for code in ACCEPTED}
_WRITTEN = re.compile(r"[1-4]\.[0-9]{1,4}")


def read_code(written: str) -> str | None:
    """The code that was meant: spreadsheets drop zeros at the end, so 4.1 is 4.10; `None` where there is none such."""
    text = written.strip()
    return _BY_NUMBER.get(Decimal(text)) if _WRITTEN.fullmatch(text) else None


@dataclass(frozen=True)
class Rate:
    """A ratio of categories; the denominator is one of E+U, E+eU, E, or the categories it names."""

    numerator: tuple[str, ...]
    denominator: str
    formula: str


_INTERVIEWS, _BOTH = ("I",), ("I", "P")
_CONTACTED = ("I", "P", "R", "O")


def _rates() -> dict[str, Rate]:
    """All rates in the order in which they are shown."""
    table: dict[str, Rate] = {}
    for number, denominator in ((1, "E+U"), (3, "E+eU"), (5, "E")):
        bottom = denominator if denominator == "E" else f"({denominator})"
        table[f"RR{number}"] = Rate(_INTERVIEWS, denominator, f"I/{bottom}")
        table[f"RR{number + 1}"] = Rate(_BOTH, denominator, f"(I+P)/{bottom}")
    for number, denominator in ((1, "I+P+R+O"), (3, "I+P+R")):
        table[f"COOP{number}"] = Rate(_INTERVIEWS, denominator, f"I/({denominator})")
        table[f"COOP{number + 1}"] = Rate(_BOTH, denominator, f"(I+P)/({denominator})")
    for family, top in (("REF", ("R",)), ("CON", _CONTACTED)):
        for number, denominator in enumerate(("E+U", "E+eU", "E"), start=1):
            above = top[0] if len(top) == 1 else f"({'+'.join(top)})"
            bottom = denominator if denominator == "E" else f"({denominator})"
            table[f"{family}{number}"] = Rate(top, denominator, f"{above}/{bottom}")
    return table


RATES = _rates()


def proportional_e(counts: Mapping[str, float]) -> float:
    """Share of the eligible among those whose eligibility is known, E/(E+NE); 1 where no case is known not eligible."""
    eligible, ineligible = _sum(counts, ELIGIBLE), counts.get("NE", 0)
    return eligible / (eligible + ineligible) if ineligible else 1.0


@dataclass(frozen=True)
class Bases:
    """What every rate is made of: counts by category, and the unknown cases taken as eligible (e·U, summed over strata)."""

    counts: dict[str, float]
    eligible_unknown: float
    given: float | None
    some_without: bool
    """Whether some of several strata has unknown cases and none known not eligible: its own e is 1."""
    none_ineligible: bool

    @classmethod
    def over(
        cls, strata: Sequence[Mapping[str, float]], e: float | None = None, known: Sequence[Mapping[str, float]] | None = None
    ) -> "Bases":
        """Bases of one or several strata; without a given `e` each stratum has its own proportional one.

        Where these are parts of strata, `known` holds the whole stratum of each: e is a stratum's, whatever part of it is looked at.
        """
        whole = strata if known is None else known
        counts = {category: sum(stratum.get(category, 0) for stratum in strata) for category in CATEGORIES}
        pairs = [(proportional_e(of) if e is None else e, part, of) for part, of in zip(strata, whole, strict=True)]
        taken = sum((share * _sum(part, UNKNOWN) for share, part, _ in pairs), start=0.0)
        some_without = any(_sum(part, UNKNOWN) and not of.get("NE") for _, part, of in pairs)
        return cls(counts, taken, e, some_without, not any(of.get("NE") for of in whole))

    @property
    def e(self) -> float:
        """The share of unknown cases taken as eligible; over strata the one that holds for their sum."""
        if self.given is not None:
            return self.given
        unknown = _sum(self.counts, UNKNOWN)
        return self.eligible_unknown / unknown if unknown else proportional_e(self.counts)

    def denominator(self, name: str) -> float:
        """E, E+U, E+eU, or the sum of the named categories."""
        eligible = _sum(self.counts, ELIGIBLE)
        match name:
            case "E":
                return eligible
            case "E+U":
                return eligible + _sum(self.counts, UNKNOWN)
            case "E+eU":
                return eligible + self.eligible_unknown
            case _:
                return _sum(self.counts, name.split("+"))

    def rate(self, name: str) -> float | None:
        """One rate by its published name; `None` where it is not defined."""
        rate = RATES[name]
        below = self.denominator(rate.denominator)
        return _sum(self.counts, rate.numerator) / below if below else None


def rates(counts: Mapping[str, float], e: float | None = None) -> dict[str, float | None]:
    """All rates of one stratum."""
    bases = Bases.over([counts], e)
    return {name: bases.rate(name) for name in RATES}


NO_INELIGIBLE = "没有已知不合格的单位，按比例法 e 取 1：RR3、RR4 是下限。"
SOME_WITHOUT = "相加的各部分里，有的没有已知不合格的单位，这些部分的 e 取 1。"


def report(
    strata: Sequence[Mapping[str, float]], e: float | None = None, known: Sequence[Mapping[str, float]] | None = None
) -> dict[str, Any]:
    """Counts, e with its method, every rate, RR3 at e = 1 and e = 0, for the sum of `strata`, or of parts of them (see `Bases.over`)."""
    bases = Bases.over(strata, e, known)
    eligibility: dict[str, Any] = {"value": bases.e, "method": "proportional" if e is None else "given"}
    if e is None and bases.none_ineligible:
        eligibility["warning"] = NO_INELIGIBLE
    elif e is None and bases.some_without:
        eligibility["warning"] = SOME_WITHOUT
    return {
        "counts": {category: _plain(n) for category, n in bases.counts.items()},
        "e": eligibility,
        "rates": {name: bases.rate(name) for name in RATES},
        "bounds": {"RR3": [bases.rate("RR1"), bases.rate("RR5")]},
    }


def _sum(counts: Mapping[str, float], categories: Sequence[str]) -> float:
    return sum(counts.get(category, 0) for category in categories)


def _plain(number: float) -> float | int:
    """Whole numbers without their point."""
    return int(number) if isinstance(number, int) or number.is_integer() else number
