"""Where the commissioner begins: the boards, and what may be read of the results."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/commissioner")


@router.get("")
def start(request: Request, person: Annotated[Person, allow("commissioner")], session: Work) -> Response:
    """The studies and their boards."""
    return page(request, person, "commissioner/start.html", studies=studies.studies(session))
