"""Weighted figures of every question of a population: shares of codes, means of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from callcenter.estimates import figures, proportions
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.variance import Mask, Sample
from callcenter.estimates.weights import INELIGIBLE, VALID, Stratum, Weighting, status, weigh


class Case(Protocol):
    """What is needed of a released case."""

    @property
    def id(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def stratum(self) -> Any: ...  # noqa: D102  # named as in the tables
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
class Result:
    """One figure: of a question, of one of its codes (`level`) where it is a share."""

    question: Question
    statistic: str
    level: str | None
    level_label: str
    figure: Figure


def weighting(strata: Sequence[Stratum], cases: Iterable[Case]) -> Weighting:
    """The weights of released cases."""
    return weigh(strata, {case.id: (case.stratum, status(case.code, case.category, valid=case.valid)) for case in cases})


def responding(strata: Sequence[Stratum], cases: Iterable[Case], weights: Weighting) -> tuple[Sample, list[int], Mask]:
    """The sample of responding cases (valid ones, and ineligible ones as zeros of the domain), their ids, and which are valid."""
    place = {stratum.name: number for number, stratum in enumerate(strata)}
    kept = [(case, status(case.code, case.category, valid=case.valid)) for case in cases]
    kept = [(case, kind) for case, kind in kept if kind in (VALID, INELIGIBLE)]
    sample = Sample.of(
        np.array([place[case.stratum] for case, _ in kept], dtype=np.intp),
        np.array([weights.final[case.id] for case, _ in kept], dtype=np.float64),
        np.array([stratum.size for stratum in strata], dtype=np.float64),
    )
    return sample, [case.id for case, _ in kept], np.array([kind == VALID for _, kind in kept], dtype=np.bool_)


def results(strata: Sequence[Stratum], cases: Sequence[Case], answers: Iterable[Answer], asked: Sequence[Question]) -> list[Result]:
    """Shares of every code and means of every number among the valid cases, questions in repeats left out."""
    sample, ids, valid = responding(strata, cases, weighting(strata, cases))
    given: dict[str, dict[int, Any]] = {}
    for answer in answers:
        given.setdefault(answer.question, {})[answer.case_id] = answer.value
    found: list[Result] = []
    for question in asked:
        if not question.repeated:
            found += _of_question(sample, valid, question, [given.get(question.name, {}).get(case) for case in ids])
    return found


def _of_question(sample: Sample, valid: Mask, question: Question, values: list[Any]) -> list[Result]:
    present = valid & np.array([value is not None for value in values], dtype=np.bool_)
    if question.choices:
        chosen = {code: np.array([_chose(value, code) for value in values], dtype=np.bool_) for code, _ in question.choices}
        shares = {code: proportions.proportion(sample, hit, present) for code, hit in chosen.items()}
        return [Result(question, "prop", code, label, shares[code]) for code, label in question.choices]
    if question.kind not in NUMBERS:
        return []
    numbers = np.array([_number(value) for value in values], dtype=np.float64)
    return [Result(question, "mean", None, "", figures.mean(sample, numbers, present))]


def _chose(value: Any, code: str) -> bool:
    return code in value if isinstance(value, list) else bool(value == code)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def as_rows(found: Iterable[Result]) -> list[Mapping[str, Any]]:
    """Figures as rows of a table."""
    return [
        {
            "question": result.question.name,
            "label": result.question.label,
            "statistic": result.statistic,
            "level": result.level,
            "level_label": result.level_label,
            **vars(result.figure),
        }
        for result in found
    ]
