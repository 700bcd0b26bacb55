"""Certificates of finished draws, with the frame that an auditor draws again; opening one is recorded."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter import clock
from callcenter.operations.actions import record
from callcenter.sampling import actions, queries
from callcenter.sampling.certificate import sealed
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.pages.submitter.draws import json_file
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/sampling")
Reader = Annotated[Person, allow("supervisor", "evaluator")]


@router.get("/certificates")
def certificates(request: Request, person: Reader, session: Work) -> Response:
    """Every draw, how to verify it, how long it is sealed, and who took its certificate."""
    rows = queries.witnessed(session, field_day(clock.now()))
    return page(request, person, "supervisor/sampling/certificates.html", rows=rows, openings=queries.openings(session))


@router.get("/draws/{draw_id}/certificate.json")
def certificate(person: Reader, session: Work, draw_id: int) -> Response:
    """The opened certificate."""
    made = actions.open_certificate(session, draw_id, person.id)
    return json_file(made, f"certificate-{draw_id}.json")


@router.get("/draws/{draw_id}/sealed.json")
def sealed_certificate(person: Reader, session: Work, draw_id: int) -> Response:
    """The form that departments may see: nothing in it tells a drawn unit."""
    record(session, person.id, "sealed_certificate_fetched", "draw", draw_id)
    return json_file(sealed(queries.certificate(session, draw_id)), f"sealed-certificate-{draw_id}.json")


@router.get("/draws/{draw_id}/frame.csv")
def frame(person: Reader, session: Work, draw_id: int) -> Response:
    """The draw's frame: unit_key and stratum."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("unit_key", "stratum"), *queries.frame_of_draw(session, draw_id)])
    record(session, person.id, "frame_exported", "draw", draw_id)
    return _file(text.getvalue(), "text/csv; charset=utf-8", f"frame-{draw_id}.csv")


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text.encode(), media_type=kind, headers=headers)
