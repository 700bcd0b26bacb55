"""The wishes not to be called."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import InvalidInput
from callcenter.frame import actions, queries
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter()
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("/do-not-call")
def do_not_call(request: Request, person: Supervisor, session: Work) -> Response:
    """Every wish not to be called."""
    return _wishes(request, person, session)


@router.post("/do-not-call")
def add_do_not_call(
    request: Request,
    person: Supervisor,
    session: Work,
    scope: Annotated[str, Form()] = "number",
    value: Annotated[str, Form(max_length=1000)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep one more wish."""
    try:
        with session.begin_nested():
            actions.add_do_not_call(session, scope, value, reason, person.id)
    except InvalidInput as refusal:
        given = {"scope": scope, "value": value, "reason": reason}
        return _wishes(request, person, session, given=given, problem=_(refusal.text, **refusal.about))
    flash(request, "已登记免打扰。")
    return see_other("/supervisor/do-not-call")


def _wishes(request: Request, person: Person, session: Session, given: dict[str, str] | None = None, problem: str = "") -> Response:
    values = {"wishes": queries.do_not_call(session), "given": given or {}, "problem": problem}
    return page(request, person, "supervisor/lists/do_not_call.html", status=422 if problem else 200, **values)
