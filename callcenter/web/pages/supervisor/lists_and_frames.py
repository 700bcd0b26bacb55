"""What came in for each population, what freezing would make of it, and the frozen frames."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.frame import actions, queries
from callcenter.lists import queries as lists
from callcenter.lists.asks import asks
from callcenter.lists.stated import Received, Stated, doubts
from callcenter.sampling.queries import latest_draw
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor")
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("/lists")
def overview(request: Request, person: Supervisor, session: Work) -> Response:
    """Every population with lists or a frame."""
    came: dict[int, list[lists.Receipt]] = {}
    for receipt in lists.receipts(session):
        came.setdefault(receipt.population_id, []).append(receipt)
    lines = [_line(session, population_id, receipts) for population_id, receipts in came.items()]
    return page(request, person, "supervisor/lists/overview.html", lines=sorted(lines, key=lambda line: line["order"]))


def _line(session: Session, population_id: int, receipts: list[lists.Receipt]) -> dict[str, Any]:
    population = studies.population(session, population_id)
    item = studies.item(session, population.item_id)
    counting = [receipt for receipt in receipts if receipt.state == "judged"]
    return {
        "order": (population.stage_id, item.number, population.position),
        "population": population,
        "item": item,
        "stage": studies.stage(session, population.stage_id),
        "departments": len({receipt.department for receipt in counting}),
        "lists": len(counting),
        "rows": sum(receipt.totals["rows"] for receipt in counting),
        "accepted": sum(receipt.totals["accepted"] for receipt in counting),
        "rejected": sum(receipt.totals["rejected"] for receipt in counting),
        "frame": queries.newest_frame(session, population_id),
    }


@router.get("/lists/{population_id}")
def one(request: Request, person: Supervisor, session: Work, population_id: int) -> Response:
    """A population's lists by department, what would be frozen, and its frames."""
    return _one(request, person, session, population_id)


@router.post("/lists/{population_id}/freeze")
def freeze(request: Request, person: Supervisor, session: Work, population_id: int) -> Response:
    """Freeze what the page showed; after a draw only what no earlier frame holds."""
    supplement = latest_draw(session, population_id) is not None
    try:
        with session.begin_nested():
            frame = actions.freeze(session, population_id, person.id, supplement=supplement)
    except CallcenterError as refusal:
        return _one(request, person, session, population_id, problem=_(refusal.text, **refusal.about))
    flash(request, "第 {number} 号抽样框已冻结：{size} 家企业。", number=frame.number, size=frame.size)
    return see_other(f"/supervisor/lists/{population_id}")


def _one(request: Request, person: Person, session: Session, population_id: int, problem: str = "") -> Response:
    population = studies.population(session, population_id)
    drawn = latest_draw(session, population_id) is not None
    values: dict[str, Any] = {
        "population": population,
        "item": studies.item(session, population.item_id),
        "receipts": lists.receipts(session, population_id=population_id),
        "preview": queries.preview(session, population_id, supplement=drawn),
        "frames": queries.frames(session, population_id),
        "drawn": drawn,
        "problem": problem,
        "deliveries": _deliveries(session, population),
    }
    return page(request, person, "supervisor/lists/population.html", status=409 if problem else 200, **values)


def _deliveries(session: Session, population: Any) -> list[dict[str, Any]]:
    """What each unit states of its list, held against what it sent."""
    asked, came = asks(population), lists.received(session, population.id)
    says = lists.statements(session, [population.id])
    units = sorted({*came, *(department for _id, department in says)})
    found = [(unit, says.get((population.id, unit), Stated()), came.get(unit, Received())) for unit in units]
    return [
        {"unit": unit, "stated": stated, "received": received, "doubts": doubts(asked, stated, received)}
        for unit, stated, received in found
    ]


@router.get("/do-not-call")
def do_not_call(request: Request, person: Supervisor, session: Work) -> Response:
    """Every wish not to be called."""
    return _wishes(request, person, session)


@router.post("/do-not-call")
def add_do_not_call(
    request: Request,
    person: Supervisor,
    session: Work,
    scope: Annotated[str, Form()] = "number",
    value: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Keep one more wish."""
    try:
        with session.begin_nested():
            actions.add_do_not_call(session, scope, value, reason, person.id)
    except InvalidInput as refusal:
        given = {"scope": scope, "value": value, "reason": reason}
        return _wishes(request, person, session, given=given, problem=_(refusal.text, **refusal.about))
    flash(request, "已登记免打扰。")
    return see_other("/supervisor/do-not-call")


def _wishes(request: Request, person: Person, session: Session, given: dict[str, str] | None = None, problem: str = "") -> Response:
    values = {"wishes": queries.do_not_call(session), "given": given or {}, "problem": problem}
    return page(request, person, "supervisor/lists/do_not_call.html", status=422 if problem else 200, **values)
