"""What came in for each population, what freezing would make of it, and the frozen frames."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import CallcenterError
from callcenter.frame import actions, queries
from callcenter.lists import queries as lists
from callcenter.lists.asks import asks
from callcenter.lists.stated import Received, Stated, doubts
from callcenter.operations import queries as operations
from callcenter.sampling.queries import latest_draw
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.lists_and_frames.words import CHANGED, CONFLICTS, in_order, rule_text
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter()
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("/lists")
def overview(request: Request, person: Supervisor, session: Work) -> Response:
    """Every population with lists or a frame."""
    came: dict[int, list[lists.Receipt]] = {}
    for receipt in lists.receipts(session):
        came.setdefault(receipt.population_id, []).append(receipt)
    lines = [_line(session, population_id, receipts) for population_id, receipts in came.items()]
    stages = {line["stage"].id: line["stage"] for line in lines}
    ordered = sorted(lines, key=lambda line: line["order"])
    return page(request, person, "supervisor/lists/overview.html", lines=ordered, stages=[stages[key] for key in sorted(stages)])


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
def one(request: Request, person: Supervisor, session: Work, population_id: int, job: int = 0) -> Response:
    """A population's lists by department, what would be frozen, and its frames; `job` is work that was begun from here."""
    return _one(request, person, session, population_id, job=job)


@router.post("/lists/{population_id}/freeze")
def freeze(
    request: Request, person: Supervisor, session: Work, population_id: int, shown: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Freeze what the page showed (a large frame in the background); after a draw only what no earlier frame holds."""
    supplement = latest_draw(session, population_id) is not None
    here = f"/supervisor/lists/{population_id}"
    if queries.row_count(session, population_id) >= actions.LARGE:
        job_id = actions.freeze_later(session, population_id, person.id, shown=shown)
        return see_other(f"{here}?job={job_id}")
    try:
        with session.begin_nested():
            frame = actions.freeze(session, population_id, person.id, supplement=supplement, shown=shown)
    except CallcenterError as refusal:
        return _one(request, person, session, population_id, problem=_(refusal.text, **refusal.about))
    flash(request, "第 {number} 号抽样框已冻结：{size} 家企业。", number=frame.number, size=frame.size)
    return see_other(here)


@router.post("/lists/{population_id}/preview")
def preview(person: Supervisor, session: Work, population_id: int) -> Response:
    """Merge the lists of a large population anew, in the background."""
    studies.population(session, population_id)
    supplement = latest_draw(session, population_id) is not None
    job_id = actions.preview_later(session, population_id, person.id, supplement=supplement)
    return see_other(f"/supervisor/lists/{population_id}?job={job_id}")


@router.get("/lists/{population_id}/jobs/{job_id}")
def work(request: Request, person: Supervisor, session: Work, population_id: int, job_id: int) -> Response:
    """How far a job of this population is; asked again by the page until it ends, which then shows what came of it."""
    found = _work(session, population_id, job_id)
    response = page(request, person, "supervisor/lists/work.html", work=found, population_id=population_id)
    if found is not None and found.state in ("done", "failed"):
        response.headers["HX-Redirect"] = f"/supervisor/lists/{population_id}" + (f"?job={job_id}" if found.state == "failed" else "")
    return response


def _work(session: Session, population_id: int, job_id: int) -> Any:
    """The job, where it works on this population."""
    found = operations.job(session, job_id)
    return found if found is not None and found.payload.get("population_id") == population_id else None


def _one(request: Request, person: Person, session: Session, population_id: int, problem: str = "", job: int = 0) -> Response:
    population = studies.population(session, population_id)
    drawn = latest_draw(session, population_id) is not None
    kept, stale = actions.look_ahead(session, population_id, supplement=drawn)
    source = queries.preview_source(session, population_id) if kept is not None and kept.counts else None
    values: dict[str, Any] = {
        "population": population,
        "item": studies.item(session, population.item_id),
        "receipts": lists.receipts(session, population_id=population_id),
        "preview": kept if source else None,
        "counts": in_order(kept.counts) if kept and source else {},
        "fresh": not stale,
        "changed": [_(CHANGED[part]) for part in stale],
        "barred": queries.still_barred(session, source) if source else 0,
        "rows": queries.row_count(session, population_id),
        "frames": queries.frames(session, population_id),
        "rules": queries.current_screening(session, population_id, supplement=drawn),
        "work": _work(session, population_id, job or (kept.job_id if kept and kept.job_id else 0)),
        "drawn": drawn,
        "problem": problem,
        "conflict_labels": CONFLICTS,
        "rule_text": rule_text,
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
