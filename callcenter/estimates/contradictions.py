"""Enterprises whose answer and work order tell different things of the same matter, beyond a set tolerance.

Both are brought to one unit first: orders are counted by their dates in the unit that was asked, from the first start to the last
finish. An enterprise with several orders contradicts only where its answer is beyond the tolerance from every one of them. A
contradiction says that one of the two is wrong, not which: it is a reason to look, never a reason to set an answer aside.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from callcenter.errors import Refused
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import number
from callcenter.estimates.standards import in_unit
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
    ordered: float
    counted: str
    """How the order was counted."""
    order_number: str
    tolerance: float

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
) -> list[Contradiction]:
    """Every one among the valid cases, the largest first; `identities` is case → (credit code, name)."""
    by_code: dict[str, list[TimedOrder]] = {}
    by_name: dict[str, list[TimedOrder]] = {}
    for order in orders:
        if order.uscc:
            by_code.setdefault(order.uscc, []).append(order)
        else:
            by_name.setdefault(order.enterprise, []).append(order)
    found = []
    for question in questions:
        if question.measure not in COMPARABLE or question.kind not in NUMBERS or question.repeated:
            continue
        for case, value, valid in zip(of.cases, of.single(question.name), of.valid, strict=True):
            code, name = identities.get(case.id, ("", ""))
            its = by_code.get(code, []) if code else by_name.get(name, [])
            if (
                valid
                and (one := _nearest(case.id, question, number(value), its, calendar))
                and abs(one.difference) > tolerances[question.measure]
            ):
                found.append(Contradiction(**{**vars(one), "tolerance": tolerances[question.measure]}))
    return sorted(found, key=lambda one: (-abs(one.difference) / max(one.tolerance, 1e-9), one.case_id, one.question.name))


def _nearest(case: int, question: Question, answered: float, orders: Sequence[TimedOrder], calendar: WorkCalendar) -> Contradiction | None:
    if np.isnan(answered):
        return None
    told = [(order, counted) for order in orders if (counted := in_unit(order, question.measure, calendar))]
    if not told:
        return None
    order, (way, value) = min(told, key=lambda one: (abs(one[1][1] - answered), one[0].number))
    return Contradiction(case, question, answered, value, way, order.number, 0.0)


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
