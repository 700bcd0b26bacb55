"""What is due from the submitter's unit: what it owes or may send, until when, whom to ask, what has arrived."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.lists import due, queries
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.pages.submitter.windows import window
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/submitter")


@router.get("")
def start(request: Request, person: Annotated[Person, allow("submitter")], session: Work) -> Response:
    """The unit's own items first, then all others: a unit may hold lists of an item that is led elsewhere."""
    shown = [_stage(session, known, person.unit or "") for known in studies.known_stages(session) if known.has_lists]
    sent = queries.receipts(session, department=person.unit or "")[:10]
    return page(request, person, "submitter/due.html", stages=shown, sent=sent)


def _stage(session: Session, known: studies.KnownStage, unit: str) -> dict[str, Any]:
    """What the page says of a stage."""
    checklist = queries.checklist(session, known.id)
    today, name = field_day(clock.now()), checklist.names.answers_for(unit)
    cells = due.matrix(checklist, queries.arrivals(session, known.id), today)
    mine = {cell.expected.population_id: cell for cell in cells if cell.unit == name}
    topics = {topic.number: topic for topic in studies.topics(session, known.study.id or 0)}
    return {
        "stage": known.stage,
        "window": window(session, known.id, unit),
        "liaison": queries.liaison_of(session, known.id, unit) if unit else None,
        "own": [_line(cell, unit) for cell in mine.values()],
        "others": [expected for expected in checklist.expected if expected.population_id not in mine],
        "groups": {
            expected.population_id: checklist.names.groups([*expected.leads, *expected.responsible]) for expected in checklist.expected
        },
        "total": due.tally(mine.values()),
        "district": name if name != checklist.names.normal(unit) else "",
        "topics": topics,
        "contact": known.study.settings.get("contact", ""),
    }


def _line(cell: due.Cell, unit: str) -> dict[str, Any]:
    """A cell, the lists of the unit itself that count (without any, its newest), and who else of its district sent one."""
    own = [arrival for arrival in cell.arrivals if arrival.department == unit and arrival.state != "replaced"]
    counting = [arrival for arrival in own if arrival.state == "judged"]
    others = sorted({arrival.department for arrival in cell.arrivals if arrival.department != unit})
    return {"cell": cell, "receipt": next(iter(counting or own), None), "counting": counting, "others": others}
