"""Calling to check a case: the same door to the carrier as every other call, without being an attempt of the case."""

import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.calls import actions as calls
from callcenter.calls import queries as call_queries
from callcenter.calls.by_hand import desk_event, is_by_hand
from callcenter.calls.call_states import ENDED
from callcenter.calls.phone_line import LineFailure, PhoneLine
from callcenter.db.engine import transaction
from callcenter.errors import CallcenterError
from callcenter.follow_up.actions import begin_recheck_call, recheck_key
from callcenter.responses import queries
from callcenter.web import calling
from callcenter.web.rendering import page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor/rechecks")
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("/{recheck_id}/call")
def how_it_stands(request: Request, person: Supervisor, recheck_id: int) -> Response:
    """The state of the call, asked again while it lasts."""
    return _call(request, person, recheck_id)


@router.post("/{recheck_id}/call")
def dial(
    request: Request,
    person: Supervisor,
    recheck_id: int,
    phone: Annotated[str, Form(max_length=40)] = "",
    by_hand: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Call the enterprise again, once however often it is pressed."""
    try:
        _dial(request.app.state.phone_line, person, recheck_id, phone or None, by_hand=bool(by_hand))
    except CallcenterError as refusal:
        return _call(request, person, recheck_id, refusal)
    return _call(request, person, recheck_id) if "HX-Request" in request.headers else see_other(f"/supervisor/rechecks/{recheck_id}")


@router.post("/{recheck_id}/hang-up")
def hang_up(request: Request, person: Supervisor, recheck_id: int) -> Response:
    """End the call; the form stays."""
    try:
        calling.hang_up(request.app.state.phone_line, recheck_key(recheck_id))
    except LineFailure as failure:
        return _call(request, person, recheck_id, failure)
    return _call(request, person, recheck_id) if "HX-Request" in request.headers else see_other(f"/supervisor/rechecks/{recheck_id}")


def end_call(phone_line: PhoneLine, recheck_id: int, *, reached: bool) -> None:
    """What was told ends the call; where the carrier does not answer, the sweep will end it."""
    with transaction() as session:
        made = call_queries.calls_under(session, recheck_key(recheck_id))
    if made and made[-1].id and is_by_hand(made[-1].call_sid) and reached and made[-1].answered_at is None:
        calling.tell_by_hand(made[-1].id, "in-progress")
    with contextlib.suppress(LineFailure):
        calling.hang_up(phone_line, recheck_key(recheck_id))


def _dial(phone_line: PhoneLine, person: Person, recheck_id: int, phone: str | None, *, by_hand: bool) -> None:
    with transaction() as session:
        if not by_hand:
            call_queries.require_seat(session, person.id, needed=phone_line.needs_seats)
        begun = begin_recheck_call(session, recheck_id, person.id, phone)
        to_place = calls.placement(session, begun.id or 0)
        if to_place is not None and by_hand:
            calls.record_event(session, desk_event(begun.id or 0, "ringing", clock.now()))
    if to_place is not None and not by_hand:
        calling.place(phone_line, to_place)


def _call(request: Request, person: Person, recheck_id: int, refusal: CallcenterError | None = None) -> Response:
    with transaction() as session:
        row = queries.recheck(session, recheck_id)
        phones = queue.case(session, row.case_id).phones
        told = of_call(session, recheck_id)
    values: dict[str, Any] = {"row": row, "phones": phones, "problem": _(refusal.text, **refusal.about) if refusal else "", **told}
    return page(request, person, "supervisor/follow_up/recheck_call.html", **values)


def of_call(session: Session, recheck_id: int) -> dict[str, Any]:
    """What the page shows of the last call."""
    made = call_queries.calls_under(session, recheck_key(recheck_id))
    last = made[-1] if made else None
    return {"call": last, "is_open": last is not None and last.state not in ENDED, "by_hand": bool(last and is_by_hand(last.call_sid))}
