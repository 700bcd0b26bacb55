"""Weighted figures of the questions of a population, or of several pooled: shares of codes, means of numbers.

A question in a repeat is answered once a matter: its figures weigh by the number of matters (a ratio of totals), and say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from callcenter.estimates import figures
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.respondents import Answer, Case, Respondents, respondents, responding, weighting
from callcenter.estimates.tabulation import Block, Tabulation, block_of
from callcenter.estimates.variance import Floats, Mask
from callcenter.estimates.weights import Stratum, Weighting

__all__ = ["QuestionTable", "Result", "as_rows", "question_table", "responding", "results", "weighting"]

ENTERPRISE, MATTER = "enterprise", "matter"
"""What a figure is per."""


@dataclass(frozen=True)
class Result:
    """One figure: of a question, of one of its codes (`level`) where it is a share."""

    question: Question
    statistic: str
    level: str | None
    level_label: str
    figure: Figure
    per: str = ENTERPRISE

    @property
    def cut(self) -> bool:
        """Whether its interval is shown from zero on."""
        return self.statistic == "mean" and cut(self.question, self.figure)

    @property
    def shown(self) -> Figure:
        """The figure as pages and documents show it."""
        return from_zero(self.question, self.figure) if self.statistic == "mean" else as_share(self.figure)


def cut(question: Question, mean: Figure) -> bool:
    """Whether the interval of a mean reaches below zero where nothing can be: it is shown from zero on, and that is said."""
    return question.never_negative and mean.low is not None and mean.low < 0


def from_zero(question: Question, mean: Figure) -> Figure:
    """The mean with its interval as it is shown."""
    return replace(mean, low=0.0) if cut(question, mean) else mean


def as_share(figure: Figure) -> Figure:
    """A share with its interval between none and all: that of a share of matters, a ratio, can reach beyond."""
    if figure.low is None or figure.high is None:
        return figure
    return replace(figure, low=max(figure.low, 0.0), high=min(figure.high, 1.0))


@dataclass(frozen=True)
class QuestionTable:
    """A question's figures in every domain and over everybody: `prop` with a column a level, or `mean` with one."""

    question: Question
    statistic: str
    levels: tuple[tuple[str, str], ...]
    domains: tuple[str, ...]
    block: Block
    per: str = ENTERPRISE

    def figure(self, domain: str | None = None, level: int = 0) -> Figure:
        """The figure of a domain; of everybody where none is named."""
        return self.block.figure(-1 if domain is None else self.domains.index(domain), level)

    def results(self, domain: str | None = None) -> list[Result]:
        """The figures of all levels in a domain."""
        named = self.levels if self.statistic == "prop" else ((None, ""),)
        return [
            Result(self.question, self.statistic, code, label, self.figure(domain, place), self.per)
            for place, (code, label) in enumerate(named)
        ]


def results(
    strata: Sequence[Stratum],
    cases: Sequence[Case],
    answers: Iterable[Answer],
    asked: Sequence[Question],
    weights: Weighting | None = None,
) -> list[Result]:
    """Shares of every code and means of every number among the valid cases."""
    of = respondents(strata, cases, answers, weights or weighting(strata, cases))
    tables = (question_table(of, question) for question in asked)
    return [result for table in tables if table for result in table.results()]


def question_table(of: Respondents, question: Question, domains: Sequence[str | None] | None = None) -> QuestionTable | None:
    """A question by the domain of each responding case (none: no domain); nothing where it is not counted, such as a text."""
    names = tuple(sorted({name for name in domains or () if name is not None}))
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([place.get(name or "", -1) for name in domains or [None] * len(of.cases)], dtype=np.intp)
    cut = Tabulation(of.sample, codes, len(names))
    if question.choices:
        levels = _levels(question, of.given.get(question.name, {}))
        block = _per_matter(of, question, cut, [code for code, _ in levels]) if question.repeated else _shares(of, question, cut, levels)
        return QuestionTable(question, "prop", levels, names, block, MATTER if question.repeated else ENTERPRISE)
    if question.kind not in NUMBERS:
        return None
    if question.repeated:
        return QuestionTable(question, "mean", (), names, _per_matter(of, question, cut, None), MATTER)
    return QuestionTable(question, "mean", (), names, cut.means(numbers(of, question), of.valid))


def said(of: Respondents, question: Question) -> tuple[list[Any], Mask]:
    """The answer of each responding case, and whose answers count: the valid ones'.

    A denial is a completed screening, so that its answer counts where the question asks whether the matter was handled.
    """
    values = of.single(question.name)
    if not question.denies:
        return values, of.valid
    return [question.denies if denied else value for value, denied in zip(values, of.denied, strict=True)], of.valid | of.denied


def numbers(of: Respondents, question: Question) -> Floats:
    """The number that each responding case gave; NaN where it gave none."""
    return np.array([number(value) for value in of.single(question.name)], dtype=np.float64)


def number(value: Any) -> float:
    """A finite number, else NaN."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return float("nan")
    return found if np.isfinite(found) and not isinstance(value, bool) else float("nan")


def _levels(question: Question, given: Mapping[int, Sequence[Any]]) -> tuple[tuple[str, str], ...]:
    """The codes of the newest version in its order, then codes of older versions that somebody chose."""
    known = {code for code, _ in question.choices}
    chosen = {str(code) for values in given.values() for value in values for code in (value if isinstance(value, list) else [value])}
    return (*question.choices, *((code, code) for code in sorted(chosen - known)))


def _shares(of: Respondents, question: Question, cut: Tabulation, levels: Sequence[tuple[str, str]]) -> Block:
    values, counting = said(of, question)
    present = counting & np.array([value is not None for value in values], dtype=np.bool_)
    if question.kind == "select_one":
        place = {code: number for number, (code, _) in enumerate(levels)}
        codes = np.array([place.get(str(value), -1) if value is not None else -1 for value in values], dtype=np.intp)
        return cut.shares(np.where(present, codes, -1), len(levels))
    return cut.choices([np.array([chose(value, code) for value in values], dtype=np.bool_) for code, _ in levels], present)


def _per_matter(of: Respondents, question: Question, cut: Tabulation, codes: Sequence[str] | None) -> Block:
    """Ratios of totals over enterprises: what was told of all matters, over the number of matters."""
    several = of.several(question.name)
    counted = [[value for value in values if codes is not None or not np.isnan(number(value))] for values in several]
    matters = np.array([len(values) for values in counted], dtype=np.float64)
    present = of.valid & (matters > 0)
    if codes is None:
        above = [np.array([sum(map(number, values)) for values in counted], dtype=np.float64)]
    else:
        above = [np.array([sum(chose(value, code) for value in values) for values in counted], dtype=np.float64) for code in codes]
    return block_of([[_ratio(of, each, matters, present & rows) for each in above] for rows in cut.masks])


def _ratio(of: Respondents, above: Floats, below: Floats, domain: Mask) -> Figure:
    return figures.ratio(of.sample, above, below, domain)


def chose(value: Any, code: str) -> bool:
    """Whether an answer, of one choice or several, gives a code."""
    return code in map(str, value) if isinstance(value, list) else value is not None and str(value) == code


def as_rows(found: Iterable[Result]) -> list[Mapping[str, Any]]:
    """Figures as rows of a table."""
    return [
        {
            "question": result.question.name,
            "label": result.question.label,
            "statistic": result.statistic,
            "level": result.level,
            "level_label": result.level_label,
            "per": result.per,
            "cut": result.cut,
            **vars(result.figure),
        }
        for result in found
    ]
