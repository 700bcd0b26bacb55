"""The operator's console: one page, drawn by static/operator/ from the JSON state."""

import json
from typing import Annotated

from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse
from starlette.responses import Response

from callcenter.calls import outcomes
from callcenter.calls.actions.incoming import CHANNEL
from callcenter.web.live import stream
from callcenter.web.pages.operator.texts import incoming_texts, texts
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/operator")


@router.get("")
def console(request: Request, person: Annotated[Person, allow("operator")]) -> Response:
    """The console."""
    labels = {outcome.code: _(outcome.label) for outcome in outcomes.ALL}
    words = json.dumps(texts(), ensure_ascii=False)
    calls_in = json.dumps(incoming_texts(), ensure_ascii=False)
    told = json.dumps(labels, ensure_ascii=False)
    return page(request, person, "operator/console.html", texts=words, labels=told, incoming_texts=calls_in)


@router.get("/live")
async def live(request: Request, person: Annotated[Person, allow("operator")]) -> EventSourceResponse:
    """What happens to the operator's call, as it happens."""
    return stream(request, {f"operator_{person.id}": "call", CHANNEL: "incoming"})
