"""Declared standards as limits: which of them are in force for an item, and which of these a question may mean."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from callcenter.estimates.questions import Question
from callcenter.estimates.variance import Floats, Mask
from callcenter.lists.orders.durations import AT_ONCE
from callcenter.studies.promises import MEASURES

SIGNS = {"<=": "≤", ">=": "≥", "between": ""}
MORE_IS_BETTER = (">=", ">", "+")
VAGUE = ("index", "other")
"""Measures of documents that do not say what is counted: the unit does."""
NO_LIMIT, NOT_PROMISED = "no_limit", "not_promised"
"""Why a question that names a standard has none: what is declared is no limit to hold a number against; nothing of that name is."""
UNHELD = {NO_LIMIT: "这条承诺没有可比的数值", NOT_PROMISED: "这项任务和本专题的文件里没有这条承诺"}
"""What is told of each, wherever it is told."""
_BRACKETS = str.maketrans("()：", "（）:")
_BRACKETED = re.compile("（[^（）]*）")
_CLOSE = 1e-9
_TIMES = frozenset({"days", "workdays", "hours"})


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
    """A declared standard as a limit: values from `least` to `most` keep it, in `measure`. Without either, choices alone can keep it."""

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

    @property
    def limited(self) -> bool:
        """Whether it sets a limit to numbers."""
        return self.least is not None or self.most is not None

    @property
    def of_the_whole(self) -> bool:
        """Whether it is promised of all matters together (an average, a growth, a share of at least …) and no single one can keep it."""
        said = self.declared
        return self.average or said.operator == "+" or (said.operator in MORE_IS_BETTER and said.unit == "%")

    def keeps(self, values: Floats) -> Mask:
        """Which values are within it."""
        kept = np.ones(len(values), dtype=np.bool_)
        if self.most is not None:
            kept &= values <= self.most + _CLOSE
        if self.least is not None:
            kept &= values >= self.least - _CLOSE
        return kept

    def nearest(self, value: float, *, kept: bool) -> float:
        """The number nearest to `value` that keeps it, or that just breaks it."""
        ends = [end for end in (self.least, self.most) if end is not None]
        right = bool(self.keeps(np.array([value])).all()) == kept
        return value if right or not ends else min(ends, key=lambda end: abs(end - value))


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


def chosen(
    declared: Iterable[Declared], *, item: int, topic: int, documents: Sequence[str] = (), asked: Iterable[Question] = ()
) -> list[tuple[Promise, tuple[str, ...]]]:
    """The promises of an item to use, with the documents that promise of the same subject and area and are not used.

    First the documents that the study names, in that order; else the item's own, the newest; else the topic's, the newest. Standards
    that are no limit are among them where a question is `asked` whose choices keep them.
    """
    by_subject: dict[tuple[str, str, str], list[Any]] = {}
    for said in declared:
        if _concerns(said, item, topic):
            by_subject.setdefault((said.subject, said.area, said.condition), []).append(said)
    limits = {said.subject for versions in by_subject.values() for said in versions if read_promise(said)}
    by_choice = {question.standard for question in asked if question.keeps}
    found = []
    for versions in by_subject.values():
        ranked = sorted(versions, key=lambda said: (_rank(said.document, documents), said.item_number is None, -said.year))
        others = tuple(f"{said.document}（{said.year}）" for said in ranked[1:] if said.document != ranked[0].document)
        alike = {(said.operator, said.value, said.unit): said for said in reversed(ranked) if _source(said) == _source(ranked[0])}
        for said in reversed(alike.values()):
            promise = read_promise(said) or _without_limit(said, by_choice, beside=said.subject in limits)
            found += [(promise, others)] if promise else []
    return found


def _without_limit(said: Declared, by_choice: Collection[str], *, beside: bool) -> Promise | None:
    """A standard that is no limit, where choices are said to keep it: by its full name where limits of the same subject stand `beside`."""
    meant = any(_plainly(name) == _named(said) or (name == said.subject and not beside) for name in by_choice)
    return Promise(said, said.measure, None, None, average=False) if meant else None


def speaks_of(question: Question, promise: Promise) -> bool:
    """Whether a question is held against the promise's subject, or against this one promise by name."""
    return question.standard == promise.declared.subject or (_plainly(question.standard) == _named(promise.declared))


def without_promise(
    questions: Iterable[Question], promises: Iterable[Promise], declared: Iterable[Declared], *, item: int, topic: int
) -> list[tuple[Question, str]]:
    """Questions that name a standard which none of the item's promises is, and why: nothing is called so, or it is no limit."""
    known, said = list(promises), [each for each in declared if _concerns(each, item, topic)]
    found = []
    for question in questions:
        if question.standard and not any((promise.limited or question.keeps) and speaks_of(question, promise) for promise in known):
            named = [each for each in said if _plainly(question.standard) in (_plainly(each.subject), _named(each))]
            found.append((question, NO_LIMIT if named else NOT_PROMISED))
    return found


def unsaid(promise: Promise, question: Question | None = None, title: str = "") -> str:
    """The promise's condition where neither the question (by its `standard` or its words) nor the population's title speaks of it."""
    condition = condition_of(promise)
    if not condition or (question is not None and _plainly(question.standard) == _named(promise.declared)):
        return ""
    words = _plainly(f"{question.label} {question.standard} {title}" if question else title)
    parts = [part for part in re.split("[；;，,、]", _BRACKETED.sub("", _plainly(condition).removeprefix("措施:"))) if part]
    return "" if parts and all(part in words for part in parts) else condition


def condition_of(promise: Promise) -> str:
    """Under which condition it was promised; that it is an average is none."""
    return "；".join(part for part in promise.declared.condition.split("；") if part.strip() and part.strip() != "平均")


def rivals_of(promise: Promise, other: Promise, districts: Sequence[str]) -> bool:
    """Whether a question about the subject that asks for a number may as well mean the other one: a unit of time alone does not tell
    objects apart."""
    measured = promise.measure == other.measure or {promise.measure, other.measure} <= _TIMES
    return measured and other.limited and rivals_by_choice(promise, other, districts)


def rivals_by_choice(promise: Promise, other: Promise, districts: Sequence[str]) -> bool:
    """Whether a question about the subject that offers choices may as well mean the other one: no unit tells them apart."""
    one, two = promise.declared, other.declared
    same_place = in_area(one.area, districts) == in_area(two.area, districts)
    return other is not promise and one.subject == two.subject and same_place


def in_area(area: str, districts: Sequence[str]) -> str | None:
    """The district that a standard holds for; none where it holds everywhere."""
    return area if area in districts else None


def _source(said: Declared) -> tuple[str, bool]:
    return said.document, said.item_number is None


def _concerns(said: Declared, item: int, topic: int) -> bool:
    """Whether it is promised of the item, or of its topic as a whole."""
    return said.item_number == item or (said.item_number is None and said.topic_number == topic)


def _named(said: Declared) -> str:
    """How a question names the one promise that it means."""
    return _plainly(f"{said.subject}（{said.condition}）")


def _plainly(text: str) -> str:
    return "".join(text.split()).translate(_BRACKETS)


def _average(declared: Declared) -> bool:
    return "平均" in f"{declared.subject}{declared.condition}"


def _rank(document: str, documents: Sequence[str]) -> int:
    return documents.index(document) if document in documents else len(documents)
