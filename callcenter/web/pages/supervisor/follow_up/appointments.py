"""Appointments of all operators against the room there is for them; one is handed over to somebody else."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.follow_up import queries
from callcenter.follow_up.actions import hand_over
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import whole

router = APIRouter(prefix="/supervisor/appointments")
HERE = "/supervisor/appointments"
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("")
def appointments(request: Request, person: Supervisor, session: Work) -> Response:
    """Every open appointment, the slots that hold too many, and how operators kept theirs."""
    return _page(request, person, session)


@router.post("/{appointment_id}/hand-over")
def hand(
    request: Request,
    person: Supervisor,
    session: Work,
    appointment_id: int,
    operator: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Give one to another operator."""
    try:
        to = whole(operator)
        if to is None:
            raise InvalidInput("not_an_operator", "请选择一位在用的话务员。")
        with session.begin_nested():
            hand_over(session, appointment_id, to, reason=reason, user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal)
    flash(request, "已转交，到时间先由这位话务员拨打。")
    return see_other(HERE)


def _page(request: Request, person: Supervisor, session: Session, refusal: CallcenterError | None = None) -> Response:
    now = clock.now()
    values = {
        "promised": queries.open_appointments(session, now),
        "loads": [(studies.study(session, study), slots) for study, slots in queries.slot_loads(session).items()],
        "kept": queries.kept_by_operator(session),
        "operators": people.successors(session, 0),
        "now": now,
        "problem": _(refusal.text, **refusal.about) if refusal else "",
    }
    status = 200 if refusal is None else 422 if isinstance(refusal, InvalidInput) else 409
    return page(request, person, "supervisor/follow_up/appointments.html", status=status, **values)
