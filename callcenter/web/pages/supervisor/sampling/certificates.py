"""Certificates of finished draws, with the frame that an auditor draws again; opening one is recorded."""

import csv
import io
import json
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.operations.actions import record
from callcenter.sampling import actions, queries
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/sampling")
Reader = Annotated[Person, allow("supervisor", "evaluator")]


@router.get("/certificates")
def certificates(request: Request, person: Reader, session: Work) -> Response:
    """Every finished draw and how to verify it."""
    return page(request, person, "supervisor/sampling/certificates.html", rows=queries.finished(session))


@router.get("/draws/{draw_id}/certificate.json")
def certificate(person: Reader, session: Work, draw_id: int) -> Response:
    """The opened certificate."""
    made = actions.open_certificate(session, draw_id, person.id)
    return _file(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "application/json", f"certificate-{draw_id}.json")


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
