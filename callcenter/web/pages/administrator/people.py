"""People: who has a log-in."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/administrator/people")
Administrator = Annotated[Person, allow("administrator")]


@router.get("")
def people(request: Request, person: Administrator) -> Response:
    """The list of people."""
    return page(request, person, "start.html")
