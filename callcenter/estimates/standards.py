"""Promises held against what work orders and enterprises say: three ways side by side, each in the promise's own unit.

A promised average is tested on the mean (its 95 % interval against the promise), a promised limit on each case (the share within
it, with its interval). Days and working days are never mixed: work orders are counted by the Chinese work calendar from their
dates; an answer in the other unit is not compared. A standard of one area is held against the cases of that area alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from callcenter.estimates import figures, proportions
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import number
from callcenter.estimates.variance import Floats, Mask
from callcenter.lists.orders.durations import (
    AT_ONCE,
    CALENDAR,
    SPAN_CALENDAR,
    SPAN_WORKING,
    WORKING,
    WRITTEN,
    Limit,
    TimedOrder,
    concerning,
    days_of,
)
from callcenter.studies.promises import MEASURES
from callcenter.studies.work_calendar import WorkCalendar

KEPT, BROKEN, OPEN, NOTHING = "kept", "broken", "open", "nothing"
"""What can be concluded: kept, not kept, not decided within the sampling error, nothing to compare."""

SIGNS = {"<=": "≤", ">=": "≥", "between": ""}
MORE_IS_BETTER = (">=", ">", "+")
VAGUE = ("index", "other")
"""Measures of documents that do not say what is counted: the unit does."""
_CLOSE = 1e-9


class Declared(Protocol):
    """What is needed of a declared standard."""

    @property
    def document(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def year(self) -> int: ...  # noqa: D102  # named as in the tables
    @property
    def area(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def item_number(self) -> int | None: ...  # noqa: D102  # named as in the tables
    @property
    def topic_number(self) -> int | None: ...  # noqa: D102  # named as in the tables
    @property
    def subject(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def measure(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def operator(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def value(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def unit(self) -> str: ...  # noqa: D102  # named as in the tables
    @property
    def condition(self) -> str: ...  # noqa: D102  # named as in the tables


@dataclass(frozen=True)
class Promise:
    """A declared standard as a limit: values from `least` to `most` keep it, in `measure`."""

    declared: Any
    measure: str
    least: float | None
    most: float | None
    average: bool

    @property
    def text(self) -> str:
        """As the document prints it."""
        said = self.declared
        return f"{said.subject}{SIGNS.get(said.operator, said.operator)}{said.value}{said.unit}"

    def keeps(self, values: Floats) -> Mask:
        """Which values are within it."""
        kept = np.ones(len(values), dtype=np.bool_)
        if self.most is not None:
            kept &= values <= self.most + _CLOSE
        if self.least is not None:
            kept &= values >= self.least - _CLOSE
        return kept


@dataclass(frozen=True)
class OrderFigures:
    """What work orders say: how they were counted, how many, mean, median, share within."""

    counted: str
    n: int
    mean: float
    median: float
    within: float
    kept: bool


@dataclass(frozen=True)
class AnswerFigures:
    """What enterprises say to one question: the mean and the share within, with errors; `verdict` by the kind of promise."""

    question: Question
    mean: Figure
    within: Figure
    beyond: int
    """Cases that are not within."""
    verdict: str


@dataclass(frozen=True)
class Held:
    """One promise, three ways; `other_units` are questions about it whose unit is another one."""

    promise: Promise
    orders: OrderFigures | None
    answers: list[AnswerFigures]
    other_units: list[Question]
    newer: tuple[str, ...] = ()
    """Other documents that promise something of the same subject and were not used."""

    @property
    def verdict(self) -> str:
        """What the answers say; where there are none, the work orders."""
        verdicts = [each.verdict for each in self.answers if each.verdict != NOTHING]
        if verdicts:
            return next(verdict for verdict in (BROKEN, OPEN, KEPT) if verdict in verdicts)
        return NOTHING if self.orders is None else KEPT if self.orders.kept else BROKEN


def read_promise(declared: Declared) -> Promise | None:
    """The limit that a standard sets; none where it is no number."""
    measure = MEASURES.get(declared.unit, declared.measure) if declared.measure in VAGUE else declared.measure
    if declared.value == "即时":
        return Promise(declared, "workdays", None, AT_ONCE, _average(declared))
    low, _dash, high = declared.value.rpartition("-")
    try:
        most, least = float(high), float(low) if low else None
    except ValueError:
        return None
    if declared.operator in MORE_IS_BETTER:
        return Promise(declared, measure, most, None, _average(declared))
    if declared.unit == "分":  # a scale is described, nothing is promised
        return None
    return Promise(declared, measure, least if measure in VAGUE else None, most, _average(declared))


def chosen(declared: Iterable[Declared], *, item: int, topic: int, documents: Sequence[str] = ()) -> list[tuple[Promise, tuple[str, ...]]]:
    """The promises of an item to use, with the documents that promise of the same subject and area and are not used.

    First the documents that the study names, in that order; else the item's own, the newest; else the topic's, the newest.
    """
    by_subject: dict[tuple[str, str, str], list[Any]] = {}
    for said in declared:
        if said.item_number == item or (said.item_number is None and said.topic_number == topic):
            by_subject.setdefault((said.subject, said.area, said.condition), []).append(said)
    found = []
    for versions in by_subject.values():
        ranked = sorted(versions, key=lambda said: (_rank(said.document, documents), said.item_number is None, -said.year))
        promise = read_promise(ranked[0])
        if promise:
            found.append((promise, tuple(f"{said.document}（{said.year}）" for said in ranked[1:] if said.document != ranked[0].document)))
    return found


def held(
    promises: Sequence[tuple[Promise, tuple[str, ...]]],
    of: Respondents,
    questions: Sequence[Question],
    *,
    orders: Sequence[TimedOrder],
    calendar: WorkCalendar,
    districts: Sequence[str],
    title: str = "",
) -> list[Held]:
    """Every promise that a question or a work order speaks of; `title` of the population tells which promises its orders concern."""
    found = []
    texts = [promise.text for promise, _others in promises if promise.declared.item_number is not None]
    concerned = {limit.text for limit in concerning([Limit(text, "days", 0, average=False) for text in texts], title)}
    for promise, others in promises:
        about = [question for question in questions if question.standard == promise.declared.subject and question.kind in NUMBERS]
        same = [question for question in about if question.measure == promise.measure]
        inside = _in_area(promise.declared.area, districts)
        answered = [_answers(promise, question, of, inside) for question in same]
        its = [order for order in orders if inside is None or order.district == inside] if promise.text in concerned else []
        told = _orders(promise, its, calendar)
        if about or told:
            found.append(Held(promise, told, answered, [question for question in about if question not in same], others))
    return found


def in_unit(order: TimedOrder, measure: str, calendar: WorkCalendar) -> tuple[str, float] | None:
    """An order's length in the unit of a measure, and how it was counted: by its dates from the first start to the last finish,
    else by the stages' dates, else as written; a number of stages for steps."""
    if measure == "steps":
        return ("stages", float(len(order.stages))) if order.stages else None
    ways = {"workdays": (SPAN_WORKING, WORKING, WRITTEN), "days": (SPAN_CALENDAR, CALENDAR, WRITTEN)}.get(measure, ())
    days = days_of(order, calendar) if ways else {}
    return next(((way, value) for way in ways if (value := days[way]) is not None), None)


def verdict(promise: Promise, mean: Figure, within: Figure) -> str:
    """An average by the interval of the mean, a limit by each case."""
    if not mean.n or mean.estimate is None:
        return NOTHING
    if not promise.average:
        return KEPT if within.estimate == 1 else BROKEN
    if mean.low is None or mean.high is None:
        return OPEN
    ends = promise.keeps(np.array([mean.low, mean.high]))
    if ends.all():
        return KEPT
    return OPEN if ends.any() or promise.keeps(np.array([mean.estimate])).all() else BROKEN


def _answers(promise: Promise, question: Question, of: Respondents, area: str | None) -> AnswerFigures:
    values = np.array([number(value) for value in of.single(question.name)], dtype=np.float64)
    there = of.valid & ~np.isnan(values)
    if area is not None:
        there &= np.array([case.district == area for case in of.cases], dtype=np.bool_)
    kept = promise.keeps(values)
    mean, within = figures.mean(of.sample, values, there), proportions.proportion(of.sample, kept, there)
    return AnswerFigures(question, mean, within, int((there & ~kept).sum()), verdict(promise, mean, within))


def _orders(promise: Promise, orders: Sequence[TimedOrder], calendar: WorkCalendar) -> OrderFigures | None:
    told = [one for order in orders if (one := in_unit(order, promise.measure, calendar))]
    if not told:
        return None
    values = np.array([value for _way, value in told], dtype=np.float64)
    within = float(promise.keeps(values).mean())
    mean = float(values.mean())
    kept = bool(promise.keeps(np.array([mean])).all()) if promise.average else within == 1
    ways = "+".join(sorted({way for way, _value in told}))
    return OrderFigures(ways, len(values), mean, float(np.median(values)), within, kept)


def _average(declared: Declared) -> bool:
    return "平均" in f"{declared.subject}{declared.condition}"


def _rank(document: str, documents: Sequence[str]) -> int:
    return documents.index(document) if document in documents else len(documents)


def _in_area(area: str, districts: Sequence[str]) -> str | None:
    """The district that a standard holds for; none where it holds everywhere."""
    return area if area in districts else None
