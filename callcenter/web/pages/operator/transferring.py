"""A running call goes over to somebody who is ready: offered, taken up, talked over, handed on or taken back."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.call_queue.leases import lease_gone
from callcenter.calls import actions as calls
from callcenter.calls import queries
from callcenter.db.engine import transaction
from callcenter.errors import Conflict, Refused
from callcenter.web import transfers
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.operator.state import state
from callcenter.web.security import Person, allow

router = DocumentRouter(prefix="/operator/api/transfer")
Operator = Annotated[Person, allow("operator")]
State = dict[str, Any]


class Wanted(BaseModel):
    """To whom, and whether the other joins the talk first."""

    to: int
    warm: bool = True
    lease_id: str | None = Field(None, max_length=64)


@router.get("")
def ready(request: Request, session: Work, person: Operator) -> dict[str, Any]:
    """Who could take the call now."""
    lease = queue.lease_of(session, person.id, clock.now())
    if lease is None:
        return {"ready": []}
    found = queries.ready_for(session, lease.id, person.id, clock.now(), needs_seat=request.app.state.phone_line.needs_seats)
    return {"ready": [{"id": one.id, "name": one.name, "role": one.role, "may_take_over": one.may_take_over} for one in found]}


@router.post("")
def offer(request: Request, person: Operator, wanted: Wanted) -> State:
    """Offer the running call."""
    with transaction() as session:
        lease = queue.lease_of(session, person.id, clock.now())
        if lease is None or wanted.lease_id not in (None, lease.id):
            raise lease_gone()
        attempt = queries.latest_attempt(session, lease.id)
        if attempt is None or attempt.id is None:
            raise Refused("transfer_no_talk", "现在没有正在通话的电话，不能转接。")
        seat = request.app.state.phone_line.needs_seats
        calls.offer_transfer(session, attempt_id=attempt.id, from_user=person.id, to_user=wanted.to, warm=wanted.warm, needs_seat=seat)
    with transaction() as session:
        return state(session, person)


@router.post("/complete")
def complete(request: Request, person: Operator) -> State:
    """The other goes on with the call and its cases."""
    with transaction() as session:
        found = _own(session, person)
        if not queries.may_take_over(session, found.to_user):
            raise Refused("transfer_stays", "督导只加入通话，不接手个案：通话结束后仍由您登记结果。")
    transfers.hand_over(request.app.state.phone_line, found.id or 0)
    with transaction() as session:
        return state(session, person, noted="handed_over")


@router.post("/end")
def end(request: Request, person: Operator) -> State:
    """Take the offer back, or let who joined go."""
    with transaction() as session:
        found = _own(session, person)
    transfers.end(request.app.state.phone_line, found.id or 0, "taken_back", person.id)
    with transaction() as session:
        return state(session, person)


@router.post("/{transfer_id}/accept")
def accept(request: Request, person: Operator, transfer_id: int) -> State:
    """Take up what is offered."""
    transfers.take_up(request.app.state.phone_line, transfer_id, person.id)
    with transaction() as session:
        return state(session, person)


@router.post("/{transfer_id}/decline")
def decline(person: Operator, transfer_id: int) -> State:
    """Say no."""
    with transaction() as session:
        calls.decline_transfer(session, transfer_id, person.id)
    with transaction() as session:
        return state(session, person)


def _own(session: Session, person: Person) -> queries.TransferRow:
    found = queries.transfer_from(session, person.id, clock.now())
    if found is None:
        raise Conflict("transfer_gone", "这个转接已经取消、超时，或对方已挂断。")
    return found
