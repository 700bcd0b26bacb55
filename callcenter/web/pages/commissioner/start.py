"""Where the commissioner begins: the boards, and what may be read of the results."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.rendering import page, see_other
from callcenter.web.security import Person, allow

router = APIRouter()


@router.get("/commissioner")
def start(request: Request, person: Annotated[Person, allow("commissioner")], session: Work) -> Response:
    """The studies and their boards."""
    return page(request, person, "commissioner/start.html", studies=studies.studies(session))


@router.get("/boards", dependencies=[allow("supervisor", "commissioner", "evaluator", "administrator")])
def boards(request: Request) -> Response:
    """On to the boards, which are a process of their own; they know the same session."""
    return see_other(f"{request.app.state.settings.boards_url.rstrip('/')}/")
