"""Draws as departments and the commissioning office may witness them: that they took place, their hashes, the sealed certificate."""

import json
from typing import Annotated

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import NotFound
from callcenter.lists import queries as lists
from callcenter.operations.actions import record
from callcenter.sampling import queries
from callcenter.sampling.certificate import sealed
from callcenter.sampling.queries import WitnessedDraw
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/draws")
Witness = Annotated[Person, allow("submitter", "commissioner")]


@router.get("")
def draws(request: Request, person: Witness, session: Work) -> Response:
    """The draws that concern who asks, finished or under way, each with its stamped steps."""
    return page(request, person, "submitter/draws.html", rows=_concerning(session, person))


@router.get("/{draw_id}/certificate.json")
def certificate(person: Witness, session: Work, draw_id: int) -> Response:
    """The certificate: sealed until the calling window is over, opened after it."""
    row = next((row for row in _concerning(session, person) if row.draw_id == draw_id), None)
    if row is None or row.steps.drawn_at is None:
        # What does not concern a unit is not told from what does not exist.
        raise NotFound("no_certificate_for_you", "没有与本单位有关的这份证书，或者抽样还没有完成。")
    made = queries.certificate(session, draw_id)
    record(session, person.id, "certificate_opened" if row.open else "sealed_certificate_fetched", "draw", draw_id)
    return json_file(made if row.open else sealed(made), f"{'' if row.open else 'sealed-'}certificate-{draw_id}.json")


def json_file(document: object, name: str) -> Response:
    """A JSON document to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(), media_type="application/json", headers=headers)


def _concerning(session: Session, person: Person) -> list[WitnessedDraw]:
    wanted = None if person.role == "commissioner" else _populations_of(session, person.unit or "")
    return queries.witnessed(session, field_day(clock.now()), wanted)


def _populations_of(session: Session, unit: str) -> set[int]:
    """The populations that a unit answers for by the checklist, and those for which it has sent a list."""
    found = {receipt.population_id for receipt in lists.receipts(session, department=unit)} if unit else set()
    for known in studies.known_stages(session) if unit else []:
        names = studies.unit_names(session, known.id)
        items = {
            item.id for item in studies.items(session, known.id)
            if names.answers_for(unit) in names.parts(item.lead_departments, item.responsible_units)
        }  # fmt: skip
        found |= {population.id or 0 for population in studies.populations(session, known.id) if population.item_id in items}
    return found
