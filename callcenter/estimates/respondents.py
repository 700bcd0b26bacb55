"""Who responded, as a sample: valid cases, and ineligible ones as zeros of the domain, with their weights and what they answered.

Several populations can be pooled: the weight of a unit is divided by the number of these populations in whose frames it stands,
and all its cases are one cluster. Strata that share a unit have no correction for their finite size (it would claim too much).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from callcenter.estimates.variance import Mask, Sample
from callcenter.estimates.weights import INELIGIBLE, VALID, Attribute, Stratum, Weighting, status, weigh

DENIED, DENIED_ONCE = "4.80", "3.30"
"""A matter denied: settled by a second informant or the order number; by one informant so far."""


class Case(Protocol):
    """What is needed of a released case."""

    @property
    def id(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def stratum(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def unit_key(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def code(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def category(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def valid(self) -> Any: ...  # noqa: D102  # named as in the tables


class Answer(Protocol):
    """What is needed of an answer."""

    @property
    def case_id(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def question(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def value(self) -> Any: ...  # noqa: D102  # named as in the tables


@dataclass(frozen=True)
class Adjust:
    """How a study wants its weights adjusted beyond non-response."""

    rake_by: tuple[Attribute, ...] = ()
    trim_at: float | None = None


@dataclass(frozen=True)
class Respondents:
    """Responding cases as a sample; `given` holds question → case → values (several where it is in a repeat)."""

    sample: Sample
    cases: list[Any]
    valid: Mask
    given: Mapping[str, Mapping[int, list[Any]]]
    _single: dict[str, list[Any]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def denied(self) -> Mask:
        """Cases that deny the matter: they answered the screening question that asks so, and no other."""
        return np.array([case.code in (DENIED, DENIED_ONCE) for case in self.cases], dtype=np.bool_)

    def with_answers(self, answers: Iterable[Answer]) -> "Respondents":
        """The same cases with these answers."""
        return replace(self, given=_given(answers), _single={})

    def single(self, question: str) -> list[Any]:
        """The value that each case gave; none where it gave none."""
        if question not in self._single:
            given, nothing = self.given.get(question, {}), (None,)
            self._single[question] = [given.get(case.id, nothing)[0] for case in self.cases]
        return self._single[question]

    def several(self, question: str) -> list[list[Any]]:
        """All values that each case gave, one a matter."""
        given = self.given.get(question, {})
        return [given.get(case.id, []) for case in self.cases]


@dataclass(frozen=True)
class Part:
    """One population of a pool."""

    strata: Sequence[Stratum]
    cases: Sequence[Any]
    answers: Iterable[Any]
    weights: Weighting


def weighting(strata: Sequence[Stratum], cases: Iterable[Case], adjust: Adjust | None = None) -> Weighting:
    """The weights of released cases."""
    known: dict[tuple[str, str], tuple[str, str]] = {}
    told = ((case.id, (case.stratum, status(case.code, case.category, valid=case.valid))) for case in cases)
    kinds = {case: known.setdefault(kind, kind) for case, kind in told}
    wanted = adjust or Adjust()
    return weigh(strata, kinds, rake_by=wanted.rake_by, trim_at=wanted.trim_at)


def responding(strata: Sequence[Stratum], cases: Iterable[Case], weights: Weighting) -> tuple[Sample, list[int], Mask]:
    """The sample of responding cases, their ids, and which are valid."""
    of = respondents(strata, cases, (), weights)
    return of.sample, [case.id for case in of.cases], of.valid


def respondents(strata: Sequence[Stratum], cases: Iterable[Case], answers: Iterable[Answer], weights: Weighting) -> Respondents:
    """The responding cases of one population."""
    place = {stratum.name: number for number, stratum in enumerate(strata)}
    kept, valid = _responding(cases)
    sample = Sample.of(
        np.array([place[case.stratum] for case in kept], dtype=np.intp),
        np.array([weights.final[case.id] for case in kept], dtype=np.float64),
        np.array([stratum.size for stratum in strata], dtype=np.float64),
    )
    return Respondents(sample, kept, valid, _given(answers))


def pooled(parts: Sequence[Part], frames_with: Mapping[str, int]) -> Respondents:
    """The responding cases of several populations; `frames_with` tells in how many of their frames a unit stands, where several."""
    strata: list[int] = []
    weights: list[float] = []
    sizes: list[float] = []
    kept: list[Any] = []
    valid: list[Mask] = []
    for part in parts:
        place = {stratum.name: len(sizes) + number for number, stratum in enumerate(part.strata)}
        sizes += [float(stratum.size) for stratum in part.strata]
        cases, are_valid = _responding(part.cases)
        strata += [place[case.stratum] for case in cases]
        weights += [part.weights.final[case.id] / frames_with.get(case.unit_key, 1) for case in cases]
        kept += cases
        valid.append(are_valid)
    codes, sized = _one_stratum_a_unit([case.unit_key for case in kept], np.array(strata, dtype=np.intp), sizes)
    units = np.unique([case.unit_key for case in kept], return_inverse=True)[1].astype(np.intp)
    sample = Sample.of(codes, np.array(weights, dtype=np.float64), sized, units)
    answers = (answer for part in parts for answer in part.answers)
    return Respondents(sample, kept, np.concatenate(valid) if valid else np.array([], dtype=np.bool_), _given(answers))


def _one_stratum_a_unit(keys: Sequence[str], strata: Any, sizes: Sequence[float]) -> tuple[Any, Any]:
    """Each unit in the stratum of its first case; strata of a unit that stands in several have no finite size."""
    first: dict[str, int] = {}
    sized = np.array(sizes, dtype=np.float64)
    placed = strata.copy()
    for row, key in enumerate(keys):
        at = first.setdefault(key, int(strata[row]))
        if at != strata[row]:
            sized[[at, strata[row]]] = np.inf
            placed[row] = at
    return placed, sized


def _responding(cases: Iterable[Case]) -> tuple[list[Any], Mask]:
    kinds = [(case, status(case.code, case.category, valid=case.valid)) for case in cases]
    kept = [(case, kind) for case, kind in kinds if kind in (VALID, INELIGIBLE)]
    return [case for case, _ in kept], np.array([kind == VALID for _, kind in kept], dtype=np.bool_)


def _given(answers: Iterable[Answer]) -> dict[str, dict[int, list[Any]]]:
    given: dict[str, dict[int, list[Any]]] = defaultdict(dict)
    alone: dict[tuple[type, Any], list[Any]] = {}
    for answer in answers:
        value = answer.value
        if value is None:
            continue
        of = given[answer.question]
        before = of.get(answer.case_id)
        if before is None:  # one list for all who say the same: there may be very many cases
            of[answer.case_id] = alone.setdefault((type(value), tuple(value) if isinstance(value, list) else value), [value])
        else:
            of[answer.case_id] = [*before, value]
    return given
