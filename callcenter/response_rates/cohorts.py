"""Groups of released cases, such as a stratum, and what is said of them; groups are summed, their rates never averaged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.response_rates import aapor


@dataclass(frozen=True)
class Cohort:
    """Counts of one group. `reached`: a person spoke, of the enterprise or not; `dialled` and `answered` count attempts."""

    name: str = ""
    size: int = 0
    target: int = 0
    released: int = 0
    top_up: int = 0
    """Of those released: after the main sample."""
    called: int = 0
    reached: int = 0
    valid: int = 0
    valid_main: int = 0
    open: int = 0
    dialled: int = 0
    answered: int = 0
    categories: dict[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> int:
        """Complete interviews (I)."""
        return self.categories.get("I", 0)

    @property
    def base_weight(self) -> float | None:
        """N / released; none while nothing is released."""
        return self.size / self.released if self.released else None


COUNTS = ("size", "target", "released", "top_up", "called", "reached", "valid", "valid_main", "open", "dialled", "answered")


def together(cohorts: Sequence[Cohort], name: str = "") -> Cohort:
    """The sum of several groups."""
    counts = {count: sum(getattr(cohort, count) for cohort in cohorts) for count in COUNTS}
    categories = {category: sum(cohort.categories.get(category, 0) for cohort in cohorts) for category in aapor.CATEGORIES}
    return Cohort(name=name, categories=categories, **counts)


@dataclass(frozen=True)
class NamedRate:
    """A rate under its Chinese name, with the formula that belongs beside it; `None` is: not defined."""

    name: str
    formula: str
    numerator: int
    denominator: int
    above: str = ""
    """The counts that numerator and denominator are, as `queries.cases_behind` names them."""
    below: str = ""

    @property
    def value(self) -> float | None:
        """The rate itself."""
        return self.numerator / self.denominator if self.denominator else None


def named_rates(cohort: Cohort) -> list[NamedRate]:
    """The rates that Chinese readers know, each with its formula."""
    of = cohort.categories
    cooperating = sum(of.get(category, 0) for category in ("I", "P", "R", "O"))
    in_any_rate = sum(of.get(category, 0) for category in (*aapor.ELIGIBLE, *aapor.UNKNOWN))
    return [
        NamedRate("回收率", "完成/(E+U)，即 RR1", cohort.complete, in_any_rate, "I", "E+U"),
        NamedRate("完成率", "完成/已释放", cohort.complete, cohort.released, "I", "released"),
        NamedRate("有效率", "有效/完成", cohort.valid, cohort.complete, "valid", "I"),
        NamedRate("有效回收率", "有效/已释放", cohort.valid, cohort.released, "valid", "released"),
        NamedRate("接通率", "接通次数/拨打次数", cohort.answered, cohort.dialled, "answered", "dialled"),
        NamedRate("拒访率", "R/(E+U)，即 REF1", of.get("R", 0), in_any_rate, "R", "E+U"),
        NamedRate("访问成功率", "I/(I+P+R+O)，即 COOP1", cohort.complete, cooperating, "I", "I+P+R+O"),
    ]


def report(strata: Sequence[Cohort], e: float | None = None) -> dict[str, Any]:
    """All rates of the sum of `strata`, and weighted by the strata's base weights."""
    weighted = [{category: n * (cohort.base_weight or 0) for category, n in cohort.categories.items()} for cohort in strata]
    return {**aapor.report([cohort.categories for cohort in strata], e), "weighted": aapor.report(weighted, e)}


@dataclass(frozen=True)
class Price:
    """What a release does to RR1: as it is, just after the release, and when all open cases have given what is expected of them."""

    now: float | None
    at_once: float | None
    at_end: float | None


def price(cohort: Cohort, count: int, *, expected: float, yield_rate: float) -> Price:
    """RR1 before and after releasing `count` more: `expected` completes from open cases, `yield_rate` of the new ones complete."""
    of = dict(cohort.categories)
    in_any_rate = sum(of.get(category, 0) for category in (*aapor.ELIGIBLE, *aapor.UNKNOWN))
    complete, more = of.get("I", 0), in_any_rate + count
    return Price(
        complete / in_any_rate if in_any_rate else None,
        complete / more if more else None,
        min(1.0, (complete + expected + count * yield_rate) / more) if more else None,
    )
