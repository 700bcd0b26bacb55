"""Where the submitter begins."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/submitter")


@router.get("")
def start(request: Request, person: Annotated[Person, allow("submitter")]) -> Response:
    """The ways from here."""
    return page(request, person, "start.html")
