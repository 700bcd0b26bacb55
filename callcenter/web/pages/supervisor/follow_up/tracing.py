"""The tracing list: cases without a number that can be dialled; a number that was found repairs one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.follow_up import queries
from callcenter.follow_up.actions import add_found_number, give_up_tracing
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/supervisor/tracing")
HERE = "/supervisor/tracing"
PAGE = 25
Supervisor = Annotated[Person, allow("supervisor")]
Typed = Annotated[str, Form(max_length=500)]


@router.get("")
def tracing(request: Request, person: Supervisor, session: Work, offset: Offset = 0) -> Response:
    """Those that wait longest come first."""
    return _page(request, person, session, offset=offset)


@router.post("/{case_id}/number")
def found(request: Request, person: Supervisor, session: Work, case_id: int, number: Typed = "", source: Typed = "") -> Response:
    """A number was found: the case waits to be called again."""
    try:
        with session.begin_nested():
            add_found_number(session, case_id, number, source=source, user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal, case_id, {"number": number, "source": source})
    flash(request, "号码已补充，个案 {case} 回到拨打队列。", case=case_id)
    return see_other(HERE)


@router.post("/{case_id}/give-up")
def give_up(request: Request, person: Supervisor, session: Work, case_id: int, reason: Typed = "") -> Response:
    """No number can be found: the case ends."""
    try:
        with session.begin_nested():
            code = give_up_tracing(session, case_id, reason=reason, user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal, case_id, {"reason": reason})
    flash(request, "个案 {case} 已结束，代码 {code}。", case=case_id, code=code)
    return see_other(HERE)


def _page(
    request: Request,
    person: Person,
    session: Session,
    refusal: CallcenterError | None = None,
    case_id: int = 0,
    typed: dict[str, str] | None = None,
    *,
    offset: int = 0,
) -> Response:
    rows, number = queries.tracing_list(session, offset=offset, limit=PAGE)
    problem = _(refusal.text, **refusal.about) if refusal else ""
    status = 200 if refusal is None else 422 if isinstance(refusal, InvalidInput) else 409
    values = {"rows": rows, "number": number, "offset": offset, "size": PAGE, "problem": problem, "wrong": case_id, "typed": typed or {}}
    return page(request, person, "supervisor/follow_up/tracing.html", status=status, **values)
