"""What is due from the submitter's unit: populations of the open stage, with window and state."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.lists import due, queries
from callcenter.lists.due import part_of
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.submitter.windows import window
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/submitter")


@router.get("")
def start(request: Request, person: Annotated[Person, allow("submitter")], session: Work) -> Response:
    """The unit's own items first, then all others: a unit may hold lists of an item that is led elsewhere."""
    stages = [
        (stage, _lines(session, stage.id or 0, person.unit))
        for study in studies.studies(session)
        for stage in studies.stages(session, study.id or 0)
    ]
    shown = [{"stage": stage, "window": window(session, stage.id or 0, person.unit), "lines": lines} for stage, lines in stages if lines]
    sent = queries.receipts(session, department=person.unit or "")[:10]
    return page(request, person, "submitter/due.html", stages=shown, sent=sent, lead=due.LEAD)


def _lines(session: Session, stage_id: int, unit: str | None) -> list[dict[str, Any]]:
    items = {item.id: item for item in studies.items(session, stage_id)}
    populations = studies.populations(session, stage_id)
    came = queries.arrived(session, [population.id or 0 for population in populations])
    lines = []
    for population in populations:
        item = items[population.item_id]
        part = part_of(unit, item.lead_departments, item.responsible_units)
        receipt = came.get((population.id or 0, unit or ""))
        lines.append({"population": population, "item": item, "part": part, "receipt": receipt})
    return lines
