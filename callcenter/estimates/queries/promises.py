"""Reads of promises: declared standards, work orders and answers of a population side by side; contradictions and their tasks."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.estimates.contradictions import Contradiction, contradictions
from callcenter.estimates.denials import Denial, denials
from callcenter.estimates.promises import chosen, without_promise
from callcenter.estimates.queries.released import Released, released
from callcenter.estimates.questions import NUMBERS, Question
from callcenter.estimates.standards import Held, held
from callcenter.estimates.tables import VerificationBatch, VerificationTask
from callcenter.lists.queries import timed_orders
from callcenter.studies import queries as studies

IDENTITIES = """
SELECT c.id, coalesce(f.uscc, ''), c.enterprise_name FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id
JOIN frame_units f ON f.id = u.frame_unit_id WHERE u.draw_id = :draw
"""


@dataclass(frozen=True)
class Promised:
    """A population's promises held against orders and answers; who denies the matter."""

    data: Released
    held: list[Held]
    denials: list[Denial]
    orders: int
    unheld: list[tuple[Question, str]]
    """Questions that name a standard which is not promised here, or is no limit, with the reason."""


def promised(session: Session, population_id: int, read: Released | None = None) -> Promised | None:
    """The three ways of a population; none while it is not drawn. `read`: its answers, where they were read already."""
    data = read or released(
        session,
        population_id,
        lambda question: bool(question.keeps) or (question.kind in NUMBERS and bool(question.standard or question.measure)),
    )
    if data is None:
        return None
    population = studies.population(session, population_id)
    item = studies.item(session, population.item_id)
    study = studies.study_of_population(session, population_id)
    declared = studies.stage_standards(session, population.stage_id)
    promises = chosen(declared, item=item.number, topic=item.topic_number, documents=data.wishes.standards, asked=data.questions)
    orders = timed_orders(session, population_id)
    districts = [str(each.get("name")) for each in study.settings.get("districts") or []]
    calendar = studies.work_calendar(session)
    found = held(
        promises,
        data.respondents,
        data.questions,
        orders=orders,
        calendar=calendar,
        districts=districts,
        title=population.title,
        fewest=data.wishes.small_base,
    )
    limits = [promise for promise, _others in promises]
    unheld = without_promise(data.questions, limits, declared, item=item.number, topic=item.topic_number)
    return Promised(data, found, denials(data.respondents), len(orders), unheld)


def found_contradictions(session: Session, population_id: int, found: Promised) -> list[Contradiction]:
    """Enterprises whose answer and work order differ beyond the tolerance."""
    data = found.data
    return contradictions(
        data.respondents,
        data.questions,
        orders=timed_orders(session, population_id),
        identities=identities(session, data.draw_id),
        calendar=studies.work_calendar(session),
        tolerances=data.wishes.tolerances,
        held=found.held,
    )


def identities(session: Session, draw_id: int) -> dict[int, tuple[str, str]]:
    """Credit code and name of each case's enterprise."""
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(text(IDENTITIES), {"draw": draw_id})}


def tasks(session: Session, population_id: int) -> list[VerificationTask]:
    """The tasks of a population, open ones first, the newest first."""
    of_population = select(VerificationTask).where(VerificationTask.population_id == population_id)
    return list(session.exec(of_population.order_by(col(VerificationTask.state).desc(), col(VerificationTask.id).desc())))


def case_of_task(session: Session, task_id: int) -> VerificationTask:
    """One task."""
    found = session.get(VerificationTask, task_id)
    if found is None:
        raise NotFound("no_task", "没有这个补充核验任务：请从列表重新选择。")
    return found


def batches(session: Session, population_id: int) -> list[VerificationBatch]:
    """The lists that were made for departments, the newest first."""
    of_population = select(VerificationBatch).where(VerificationBatch.population_id == population_id)
    return list(session.exec(of_population.order_by(col(VerificationBatch.id).desc())))


def batch(session: Session, population_id: int, batch_id: int) -> VerificationBatch:
    """One list of a population as it was made."""
    found = session.get(VerificationBatch, batch_id)
    if found is None or found.population_id != population_id:
        raise NotFound("no_batch", "没有这份核对单：请从列表重新选择。")
    return found


def numbered_orders(session: Session, population_id: int) -> dict[str, str]:
    """Every order number of a population with the enterprises that it names."""
    named: dict[str, set[str]] = {}
    for order in timed_orders(session, population_id):
        if order.number:
            named.setdefault(order.number, set()).add(order.enterprise)
    return {number: "、".join(sorted(names)) for number, names in named.items()}
