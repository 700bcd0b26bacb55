"""The ways in which rates are cut: cases by what they are, cases by their final attempt, attempts by what they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callcenter.response_rates import aapor
from callcenter.response_rates.cohorts import Cohort

CASES = ("stage", "topic", "item", "population", "stratum", "district", "unit", "release", "kind")
"""Attributes of a case. By `unit` the groups overlap: an enterprise may have been reported by several units."""
FINAL = ("final_operator", "final_line", "final_day", "final_daypart")
"""The same of the final attempt of a case: whoever came last gets the whole case, so this describes and blames nobody."""
ATTEMPTS = ("operator", "line", "day", "daypart")
OVERLAPPING = frozenset({"unit"})
MEASURES = ("released", "called", "reached", "valid", "open", "dialled", "answered")
KINDS = ("main", "top_up")


@dataclass(frozen=True)
class Scope:
    """What is counted: a study, as of a moment, main sample and top-ups together or one of them alone, perhaps one population."""

    study_id: int
    until: datetime | None = None
    """None is now: what has no moment of its own (an open case) is taken as it stands."""
    kind: str | None = None
    population_id: int | None = None


@dataclass(frozen=True)
class Cell:
    """What of a group lies in one stratum: cases by category, plain and base-weighted."""

    stratum_id: int
    counts: Mapping[str, float]
    weighted: Mapping[str, float]


@dataclass(frozen=True)
class Group:
    """One group of a cut: its cohort, base-weighted counts by category, and both by stratum."""

    key: str
    cohort: Cohort
    weighted: Mapping[str, float] = field(default_factory=dict)
    cells: Sequence[Cell] = ()
    label: str = ""


@dataclass(frozen=True)
class Attempts:
    """Attempts of one group. `reached`: a person spoke."""

    key: str
    dialled: int = 0
    answered: int = 0
    reached: int = 0
    complete: int = 0
    refused: int = 0
    talk_seconds: float = 0.0
    label: str = ""

    @property
    def answer_rate(self) -> float | None:
        """接通率: answered of dialled."""
        return self.answered / self.dialled if self.dialled else None


def rates_of(groups: Sequence[Group], strata: Sequence[Group], e: float | None = None) -> dict[str, Any]:
    """All rates of the sum of `groups`, plain and weighted.

    Where no e is given, it is that of each of the study's `strata`, for the unknown cases that a group has in it: so the denominators
    of the groups of every cut add up to that of the study.
    """
    whole = {cell.stratum_id: cell for stratum in strata for cell in stratum.cells}
    cells = [cell for group in groups for cell in group.cells]
    known = [whole[cell.stratum_id] for cell in cells]
    plain = aapor.report([cell.counts for cell in cells], e, [of.counts for of in known])
    return {**plain, "weighted": aapor.report([cell.weighted for cell in cells], e, [of.weighted for of in known])}
