"""Promises held against what work orders and enterprises say: three ways side by side, each in the promise's own unit.

A promised average is tested on the mean (its 95 % interval against the promise), a promised limit on each case (the share within
it, with its interval). So is a promise whose question offers choices, where the questionnaire says which of them keep it (`keeps`);
what is promised of all matters together, such as an average, is not decided by them. Days and working days are never mixed: work
orders are counted by the Chinese work calendar from their dates; an answer in the other unit is not compared. A standard of one area
is held against the cases of that area alone.

Nothing is concluded from few answers, nor where several promises of one subject differ in their object or condition and the
question does not say of which it speaks (`standard` may name it: subject（condition）), nor where a promise holds under a condition
of which the question says nothing: whoever answered may be a case that was promised nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callcenter.estimates import figures, proportions
from callcenter.estimates.figures import Figure
from callcenter.estimates.promises import Promise, in_area, rivals_by_choice, rivals_of, speaks_of, unsaid
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import cut, number
from callcenter.estimates.settings import SMALL_BASE
from callcenter.estimates.variance import Mask
from callcenter.lists.orders.durations import (
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
from callcenter.questionnaire.keeping import kept_by
from callcenter.studies.work_calendar import WorkCalendar

KEPT, BROKEN, OPEN, NOTHING = "kept", "broken", "open", "nothing"
"""What can be concluded: kept, not kept, not decided within the sampling error, nothing to compare."""
SEVERAL, CONDITION, FEW, WHOLE = "several", "condition", "few", "whole"
"""Why nothing is concluded: several promises fit the question, it does not ask for the promise's condition, too few answers, or it is
promised of all matters together and the question offers choices."""
UNITS, CHOICES = "units", "choices"
"""Why nothing is compared: the question counts in another unit, or its answers are no numbers and no choice is said to keep it."""
UNFIT = (SEVERAL, CONDITION)
"""Where the answers may be about something else: not even the share within is told."""
WORDS = {
    KEPT: "兑现",
    BROKEN: "未兑现",
    OPEN: "抽样误差内不能断定",
    NOTHING: "没有可比的回答",
    SEVERAL: "承诺有几条，问题没有区分对象：不作结论",
    CONDITION: "承诺附有条件，问题没有问到：不能据此对照",
    FEW: "基数太少：不作结论",
    UNITS: "问题的单位与承诺不同：不作比较",
    WHOLE: "承诺的是平均或总体的数，选项只能看每一件：不作结论",
    CHOICES: "问题的回答不是数，问卷也没有写明哪些选项算兑现：不能直接对照，请看该题的比例",
}
"""What is told of each, wherever it is told."""


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
    """What enterprises say to one question: the mean and the share within, with errors; `verdict` by the kind of promise.

    Where the question offers choices, the share within is of those who chose what keeps it, and the mean is undefined.
    """

    question: Question
    mean: Figure
    within: Figure
    beyond: int
    """Cases that are not within."""
    verdict: str

    @property
    def by_choice(self) -> bool:
        """Whether choices keep or break the promise."""
        return bool(self.question.keeps)

    @property
    def cut(self) -> bool:
        """Whether the interval reaches below zero where nothing can be: it is shown from zero on, and that is said."""
        return cut(self.question, self.mean)

    @property
    def shown_interval(self) -> tuple[float | None, float | None]:
        """The interval of the mean as it is shown."""
        return 0.0 if self.cut else self.mean.low, self.mean.high


@dataclass(frozen=True)
class Held:
    """One promise, three ways; `other_units` are questions about it whose unit is another one, `choices` those without a number whose
    choices are not said to keep it."""

    promise: Promise
    orders: OrderFigures | None
    answers: list[AnswerFigures]
    other_units: list[Question]
    newer: tuple[str, ...] = ()
    """Other documents that promise something of the same subject and were not used."""
    told: str = NOTHING
    """What the work orders alone say."""
    choices: tuple[Question, ...] = ()
    area: str | None = None
    """The district whose cases it is held against; none: all."""

    @property
    def verdict(self) -> str:
        """What the answers say; where there are none, the work orders; else why no answer can be compared."""
        verdicts = [each.verdict for each in self.answers if each.verdict != NOTHING]
        if verdicts:
            return next(verdict for verdict in (BROKEN, OPEN, KEPT, SEVERAL, CONDITION, WHOLE, FEW) if verdict in verdicts)
        if self.told == NOTHING and not self.answers:
            return UNITS if self.other_units else CHOICES if self.choices else NOTHING
        return self.told


def held(
    promises: Sequence[tuple[Promise, tuple[str, ...]]],
    of: Respondents,
    questions: Sequence[Question],
    *,
    orders: Sequence[TimedOrder],
    calendar: WorkCalendar,
    districts: Sequence[str],
    title: str = "",
    fewest: int = SMALL_BASE,
) -> list[Held]:
    """Every promise that a question or a work order speaks of; `title` of the population tells which promises its orders concern.

    From fewer than `fewest` answers or orders nothing is concluded.
    """
    found = []
    texts = [promise.text for promise, _others in promises if promise.limited and promise.declared.item_number is not None]
    concerned = {limit.text for limit in concerning([Limit(text, "days", 0, average=False) for text in texts], title)}
    for promise, newer in promises:
        speaking = [question for question in questions if speaks_of(question, promise)]
        speaking = [question for question in speaking if promise.limited or question.keeps]
        about = [question for question in speaking if question.kind in NUMBERS]
        chosen_from = tuple(question for question in speaking if question.kind not in NUMBERS and not question.keeps)
        rivals = [other for other, _others in promises if rivals_of(promise, other, districts)]
        by_choice = [other for other, _others in promises if rivals_by_choice(promise, other, districts)]
        same = [question for question in about if question.measure == promise.measure]
        inside = in_area(promise.declared.area, districts)
        asked = [(question, rivals) for question in same] + [(question, by_choice) for question in speaking if question.keeps]
        answered = [_answers(promise, each, of, area=inside, rivals=others, title=title, fewest=fewest) for each, others in asked]
        its = [order for order in orders if inside is None or order.district == inside] if promise.text in concerned else []
        told = _orders(promise, its, calendar)
        if speaking or told:
            others_asked = [question for question in about if question not in same]
            alone = _told(told, rivals=rivals, condition=unsaid(promise, title=title), fewest=fewest)
            found.append(Held(promise, told, answered, others_asked, newer, alone, chosen_from, inside))
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
    """An average by the interval of the mean, a limit by each case; the mean of choices is undefined."""
    if within.estimate is None:
        return NOTHING
    if mean.estimate is None or not promise.average:
        return KEPT if within.estimate == 1 else BROKEN
    if mean.low is None or mean.high is None:
        return OPEN
    ends = promise.keeps(np.array([mean.low, mean.high]))
    if ends.all():
        return KEPT
    return OPEN if ends.any() or promise.keeps(np.array([mean.estimate])).all() else BROKEN


def decided_by(question: Question, of: Respondents) -> tuple[Mask, Mask]:
    """Which cases chose what keeps the promise, and which chose what decides it one way or the other."""
    given = (value if isinstance(value, list) else [] if value is None else [value] for value in of.single(question.name))
    decided = [kept_by(map(str, codes), question.keeps, question.breaks) for codes in given]
    return np.array([each is True for each in decided], dtype=np.bool_), np.array([each is not None for each in decided], dtype=np.bool_)


def _told(orders: OrderFigures | None, *, rivals: Sequence[Promise], condition: str, fewest: int) -> str:
    if orders is None:
        return NOTHING
    if rivals:
        return SEVERAL
    if condition:
        return CONDITION
    return FEW if orders.n < fewest else KEPT if orders.kept else BROKEN


def _answers(
    promise: Promise, question: Question, of: Respondents, *, area: str | None, rivals: Sequence[Promise], title: str, fewest: int
) -> AnswerFigures:
    values = np.array([number(value) for value in of.single(question.name)], dtype=np.float64)
    kept, told = decided_by(question, of) if question.keeps else (promise.keeps(values), ~np.isnan(values))
    there = of.valid & told
    if area is not None:
        there &= np.array([case.district == area for case in of.cases], dtype=np.bool_)
    within = proportions.proportion(of.sample, kept, there)
    mean = figures.undefined(within.n) if question.keeps else figures.mean(of.sample, values, there)
    several = any(speaks_of(question, other) for other in rivals)
    why = SEVERAL if several else CONDITION if unsaid(promise, question, title) else FEW if mean.n < fewest else ""
    if not why and question.keeps and promise.of_the_whole:
        why = WHOLE
    found = NOTHING if not mean.n else why or verdict(promise, mean, within)
    return AnswerFigures(question, mean, within, int((there & ~kept).sum()), found)


def _orders(promise: Promise, orders: Sequence[TimedOrder], calendar: WorkCalendar) -> OrderFigures | None:
    told = [one for order in orders if promise.limited and (one := in_unit(order, promise.measure, calendar))]
    if not told:
        return None
    values = np.array([value for _way, value in told], dtype=np.float64)
    within = float(promise.keeps(values).mean())
    mean = float(values.mean())
    kept = bool(promise.keeps(np.array([mean])).all()) if promise.average else within == 1
    ways = "+".join(sorted({way for way, _value in told}))
    return OrderFigures(ways, len(values), mean, float(np.median(values)), within, kept)
