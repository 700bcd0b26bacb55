"""Beside the interview: the right person, a call on a desk telephone, a line shown as marked, which of several pages works the case."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue.contacts import read_contact
from callcenter.call_queue.leases import lease_gone
from callcenter.calls import actions as calls
from callcenter.calls.by_hand import is_by_hand
from callcenter.db.engine import transaction
from callcenter.errors import Refused
from callcenter.operations.actions import notify
from callcenter.web import calling
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.operator.state import held_by, state
from callcenter.web.security import Person, allow

router = DocumentRouter(prefix="/operator/api")
Operator = Annotated[Person, allow("operator")]
State = dict[str, Any]


class DeskWord(BaseModel):
    """What the operator hears on the desk telephone."""

    word: Literal["in-progress", "busy", "no-answer", "completed"]


class TabWord(BaseModel):
    """What one of an operator's pages tells the others: whether somebody is here, that the case is taken, that it is mine now."""

    word: Literal["here?", "taken", "mine"]
    page: str = Field(pattern=r"^[a-z0-9]{1,20}$")
    about: str = Field("", pattern=r"^[a-z0-9]{0,20}$")
    """The question that is asked or answered."""


class Label(BaseModel):
    """What a handset showed instead of, or beside, the line's number."""

    attempt_id: int
    app: str = Field("", max_length=60)
    text: str = Field("", max_length=200)


class NamedContact(BaseModel):
    """Whom the operator was told to ask for, and where."""

    lease_id: str | None = Field(None, max_length=64)
    name: str = Field("", max_length=100)
    role: str = Field("", max_length=100)
    number: str = Field("", max_length=60)
    extension: str = Field("", max_length=20)
    at_once: bool = False


@router.post("/contact")
def contact(session: Work, person: Operator, given: NamedContact) -> State:
    """Keep the right person in every case of the bundle; a number told with them is dialled next."""
    held = held_by(session, person, clock.now())
    if held is None or given.lease_id not in (None, held.lease.id):
        raise lease_gone()
    told = read_contact(given.name, given.role, given.number, given.extension, at_once=given.at_once)
    spoken_on = held.attempt.phone if held.attempt else None
    queue.name_contact(session, told, lease_id=held.lease.id, operator_id=person.id, spoken_on=spoken_on)
    queue.heartbeat(session, held.lease.id, person.id)
    return state(session, person, noted="contact")


@router.post("/spam")
def spam(person: Operator, given: Label) -> State:
    """The other side said that the line shows as marked, such as a nuisance call; kept beside the attempt and its line."""
    with transaction() as session:
        calls.report_label(session, user_id=person.id, attempt_id=given.attempt_id, app=given.app, text_shown=given.text)
    with transaction() as session:
        return state(session, person, noted="spam")


@router.post("/desk")
def desk(person: Operator, given: DeskWord) -> State:
    """Tell how a call dialled by hand goes on."""
    with transaction() as session:
        held = held_by(session, person, clock.now())
        attempt = held.attempt if held else None
        if attempt is None or attempt.id is None or not is_by_hand(attempt.call_sid):
            raise Refused("no_desk_call", "现在没有手工拨打的电话。")
    calling.tell_by_hand(attempt.id, given.word)
    with transaction() as session:
        return state(session, person)


@router.post("/tab", status_code=204)
def tab(session: Work, person: Operator, given: TabWord) -> Response:
    """Pass a word on to the operator's other pages, wherever they are open."""
    notify(session, f"operator_{person.id}", f"tab {given.word} {given.page} {given.about}")
    return Response(status_code=204)
