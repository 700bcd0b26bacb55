"""Enterprises whose answer and work order tell different things of the same matter, beyond a set tolerance.

Both are brought to one unit first: orders are counted by their dates in the unit that was asked, from the first start to the last
finish. An enterprise with several orders contradicts only where its answer is beyond the tolerance from every one of them. A
choice that keeps (or breaks) a promise allows every number that does; how far the order is from the nearest of these counts. A
contradiction says that one of the two is wrong, not which: it is a reason to look, never a reason to set an answer aside.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isnan

from callcenter.errors import Refused
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import number
from callcenter.estimates.standards import UNFIT, Held, decided_by, in_unit
from callcenter.lists.orders.durations import TimedOrder
from callcenter.studies.work_calendar import WorkCalendar

COMPARABLE = ("days", "workdays", "steps")
FEWEST_DECOYS = 5


@dataclass(frozen=True)
class Contradiction:
    """An answer far from the nearest order of the enterprise."""

    case_id: int
    question: Question
    answered: float
    """The number that was answered; of a choice the nearest that agrees with it."""
    ordered: float
    counted: str
    """How the order was counted."""
    order_number: str
    tolerance: float
    said: str = ""
    """What was chosen, where the question offers choices."""

    @property
    def difference(self) -> float:
        """By how much the answer is more than the order."""
        return self.answered - self.ordered


def contradictions(
    of: Respondents,
    questions: Iterable[Question],
    *,
    orders: Sequence[TimedOrder],
    identities: Mapping[int, tuple[str, str]],
    calendar: WorkCalendar,
    tolerances: Mapping[str, float],
    held: Iterable[Held] = (),
) -> list[Contradiction]:
    """Every one among the valid cases, the largest first; `identities` is case → (credit code, name).

    Choices are compared where they are `held` against a limit of a comparable measure, and it is clear which promise they speak of.
    """
    compared = _Compared(orders, identities, calendar, tolerances)
    found: list[Contradiction] = []
    for question in questions:
        if question.measure in COMPARABLE and question.kind in NUMBERS and not question.repeated:
            values = map(number, of.single(question.name))
            told = [(case.id, value) for case, value, valid in zip(of.cases, values, of.valid, strict=True) if valid and not isnan(value)]
            found += compared.with_numbers(question, told)
    for one in held:
        if one.promise.measure in COMPARABLE and one.orders and not one.promise.of_the_whole:
            for answers in one.answers:
                if answers.by_choice and answers.verdict not in UNFIT:
                    found += compared.with_choices(one, answers.question, of)
    return sorted(found, key=lambda one: (-abs(one.difference) / max(one.tolerance, 1e-9), one.case_id, one.question.name))


class _Compared:
    """Answers beside the orders of their enterprise."""

    def __init__(
        self,
        orders: Iterable[TimedOrder],
        identities: Mapping[int, tuple[str, str]],
        calendar: WorkCalendar,
        tolerances: Mapping[str, float],
    ) -> None:
        self.identities, self.calendar, self.tolerances = identities, calendar, tolerances
        self.by_code: dict[str, list[TimedOrder]] = {}
        self.by_name: dict[str, list[TimedOrder]] = {}
        for order in orders:
            its = self.by_code.setdefault(order.uscc, []) if order.uscc else self.by_name.setdefault(order.enterprise, [])
            its.append(order)

    def with_numbers(self, question: Question, told: Iterable[tuple[int, float]]) -> Iterator[Contradiction]:
        """Numbers that are far from every order."""
        for case, value in told:
            yield from self._beyond(case, question, question.measure, partial(_answered, value))

    def with_choices(self, held: Held, question: Question, of: Respondents) -> Iterator[Contradiction]:
        """Choices that say of the promise what no order agrees with."""
        labels = dict(question.choices)
        keeping, decided = decided_by(question, of)
        for place, (case, value) in enumerate(zip(of.cases, of.single(question.name), strict=True)):
            if not (of.valid[place] and decided[place]) or (held.area is not None and case.district != held.area):
                continue
            kept = bool(keeping[place])
            codes = map(str, value) if isinstance(value, list) else [str(value)]
            said = "、".join(labels.get(code, code) for code in codes)
            agreeing = partial(held.promise.nearest, kept=kept)
            yield from (replace(one, said=said) for one in self._beyond(case.id, question, held.promise.measure, agreeing))

    def _beyond(self, case: int, question: Question, measure: str, agreeing: Callable[[float], float]) -> Iterator[Contradiction]:
        """The order nearest to what was told, where even that is beyond the tolerance."""
        code, name = self.identities.get(case, ("", ""))
        its = self.by_code.get(code, []) if code else self.by_name.get(name, [])
        told = [(order, counted) for order in its if (counted := in_unit(order, measure, self.calendar))]
        if told:
            order, (way, value) = min(told, key=lambda one: (abs(one[1][1] - agreeing(one[1][1])), one[0].number))
            found = Contradiction(case, question, agreeing(value), value, way, order.number, self.tolerances[measure])
            if abs(found.difference) > found.tolerance:
                yield found


def _answered(value: float, _ordered: float) -> float:
    return value


def with_decoys(asked_about: Sequence[str], others: Sequence[str], seed: str) -> list[str]:
    """Order numbers to ask a department about: those in question among at least as many others, in an order that tells nothing."""
    wanted = max(len(asked_about), FEWEST_DECOYS)
    decoys = sorted(set(others) - set(asked_about), key=lambda number: _hash(seed, number))[:wanted]
    return sorted({*asked_about, *decoys}, key=lambda number: _hash(f"{seed}|order", number))


def next_batch(asked_about: Sequence[str], orders: Sequence[str], sent: Collection[str], seed: str) -> list[str]:
    """The order numbers of a further list: of orders that no earlier one named, so that two lists side by side tell nothing.

    Empty where all in question were named already, with or as decoys. Refused where too few others are left to hide among.
    """
    fresh, others = set(asked_about) - set(sent), set(orders) - set(sent) - set(asked_about)
    if not fresh:
        return []
    wanted = max(len(fresh), FEWEST_DECOYS)
    if len(others) < wanted:
        raise Refused(
            "decoys_too_few",
            "要核对的工单有 {asked} 件，没有发过的其他工单只有 {others} 件，混不进去（至少要 {wanted} 件）：请改用现场核验等其他方式。",
            asked=len(fresh),
            others=len(others),
            wanted=wanted,
        )
    return with_decoys(sorted(fresh), sorted(others), seed)


def _hash(seed: str, text: str) -> str:
    return hashlib.sha256(f"{seed}|{text}".encode()).hexdigest()
