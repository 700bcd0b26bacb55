"""What the operator is doing: ready, break, training, some more time after a call, the dialling mode, the end of the shift."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.calls import queries as calls
from callcenter.db.engine import transaction
from callcenter.errors import Refused
from callcenter.follow_up import actions as follow_up
from callcenter.follow_up import queries as follow_up_queries
from callcenter.people import actions as people
from callcenter.people import queries as people_queries
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.operator.state import state
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow

router = DocumentRouter(prefix="/operator")
Operator = Annotated[Person, allow("operator")]
State = dict[str, Any]
MORE = timedelta(seconds=60)
FAR = timedelta(days=90)


class Pause(BaseModel):
    """A break with its reason, or training."""

    state: Literal["break", "training"] = "break"
    code: str | None = Field(None, max_length=20)


class Mode(BaseModel):
    """How calls are begun."""

    mode: str = Field(max_length=20)


class Undo(BaseModel):
    """The call whose outcome is taken back."""

    attempt_id: int


@router.post("/api/ready")
def ready(session: Work, person: Operator) -> State:
    """Back from a break, or done with the last call."""
    if queue_queries.lease_of(session, person.id, clock.now()) is None:
        people.enter(session, person.id, "ready")
    return state(session, person)


@router.post("/api/pause")
def pause(session: Work, person: Operator, given: Pause) -> State:
    """A break or training: a case that was not called yet goes back."""
    lease = queue_queries.lease_of(session, person.id, clock.now())
    if lease is not None:
        queue.hold(session, lease.id, person.id)
        last = calls.latest_attempt(session, lease.id)
        if last is not None and last.outcome is None:
            raise Refused("outcome_before_leaving", "还有一个电话没有登记结果：请先登记，再下班或休息。")
        queue.give_back(session, lease.id, person.id, given.state)
    people.enter(session, person.id, given.state, code=given.code if given.state == "break" else None)
    return state(session, person)


@router.post("/api/extend")
def extend(person: Operator) -> State:
    """Another minute after the call."""
    with transaction() as session:
        people.extend_wrap_up(session, person.id, MORE)
    with transaction() as session:
        return state(session, person)


@router.post("/api/mode")
def choose_mode(person: Operator, given: Mode) -> State:
    """Another dialling mode, where the study allows it."""
    with transaction() as session:
        people.choose_mode(session, person.id, given.mode)
    with transaction() as session:
        return state(session, person)


@router.post("/api/undo")
def undo(session: Work, person: Operator, given: Undo) -> State:
    """Take the last outcome back: the case is in hand again and waits for another one."""
    follow_up.undo(session, attempt_id=given.attempt_id, user_id=person.id)
    return state(session, person, noted="undone")


@router.get("/shift")
def shift(request: Request, session: Work, person: Operator) -> Response:
    """The end of the shift: who takes the appointments."""
    listed = follow_up_queries.appointments_of(session, person.id, clock.now() + FAR)
    others = people_queries.successors(session, person.id)
    return page(request, person, "operator/shift.html", appointments=listed, others=others, now=clock.now())


@router.post("/shift/end")
def end_shift(
    request: Request,
    session: Work,
    person: Operator,
    appointments: Annotated[Literal["keep", "successor", "anyone"], Form()] = "keep",
    successor: Annotated[int | None, Form()] = None,
) -> Response:
    """Log off; the session stays, so that the page can say what was done."""
    moved = follow_up.end_shift(session, person.id, appointments, successor)
    flash(request, "已下班，交出预约 {count} 个。", count=moved)
    return see_other("/operator/day")
