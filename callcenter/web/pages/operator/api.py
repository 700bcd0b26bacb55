"""The operator's JSON API: every action answers with the whole state. Simulated operators use it as the console does."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.leases import Lease, lease_gone
from callcenter.calls import queries as calls
from callcenter.calls.phone_line import LineFailure
from callcenter.db.engine import transaction
from callcenter.errors import Conflict, Refused
from callcenter.follow_up.actions import Finish, finish_and_remember
from callcenter.interviews import actions as interviews
from callcenter.interviews import queries as interview_queries
from callcenter.operations.logs import told as told_of
from callcenter.people import actions as people
from callcenter.people import queries as people_queries
from callcenter.people.operator_states import mode_of, wrap_up
from callcenter.web import calling
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.operator import dialling
from callcenter.web.pages.operator.consent import heed
from callcenter.web.pages.operator.state import Held, held_by, nothing, state
from callcenter.web.security import Person, allow

router = DocumentRouter(prefix="/operator/api")
log = structlog.get_logger("operator")
Operator = Annotated[Person, allow("operator")]
State = dict[str, Any]


class Spoken(BaseModel):
    """The lease, the call and the case that the page speaks of, so that a late word never hits another; none: those in hand."""

    lease_id: str | None = Field(None, max_length=64)
    attempt_id: int | None = None
    case_id: int | None = None


class Dial(Spoken):
    """Which number to dial; none: the next one of the case."""

    phone: str | None = Field(None, max_length=32)


class GivenAnswer(Spoken):
    """An answer to the question shown, or a non-answer."""

    question: str = Field(max_length=100)
    instance: str = Field("", max_length=100)
    value: Any = None
    nonanswer: str | None = Field(None, max_length=40)
    shown_at: datetime | None = None


class ToldOutcome(Spoken):
    """How the turn ended."""

    outcome: str = Field(max_length=40)
    detail: dict[str, Any] = Field(default_factory=dict)


class Why(Spoken):
    """A reason in words."""

    why: str = Field("", max_length=500)


@router.get("/state")
def get_state(session: Work, person: Operator) -> State:
    """Where the operator stands."""
    try:
        return state(session, person)
    except Conflict:  # an outcome was told, or the case given back, in this very moment: what stands after it
        return state(session, person)


@router.post("/next")
def take_next(person: Operator) -> State:
    """The next case, or why there is none; who holds a case gets the same again."""
    if calls.in_talk(person.id):
        raise Refused("transfer_joined", "您正在同事转来的通话中：请等这个通话结束。")
    lease = queue.claim(person.id)
    with transaction() as session:
        if lease is None or calls.latest_attempt(session, lease.id) is None:
            people.enter(session, person.id, "preview" if lease else "ready")
        return state(session, person, none=None if lease else nothing(session, clock.now()))


@router.post("/dial")
def dial(request: Request, person: Operator, given: Dial) -> State:
    """Call the case, once however often it is pressed."""
    with transaction() as session:
        lease = _lease(session, person, given)
        case = queue_queries.case(session, lease.case_id)
        by_hand = mode_of(queue_queries.study_settings(session, case.study_id), people_queries.doing(session, person.id)[1]) == "manual"
    dialling.dial(request.app.state.phone_line, person, lease, given.phone, by_hand=by_hand)
    with transaction() as session:
        queue.heartbeat(session, lease.id, person.id)
        return state(session, person)


@router.post("/hang-up")
def hang_up(request: Request, person: Operator, given: Spoken | None = None) -> State:
    """End the call; its outcome is told next."""
    with transaction() as session:
        lease = _lease(session, person, given)
    calling.hang_up(request.app.state.phone_line, lease.id)
    with transaction() as session:
        return state(session, person)


@router.post("/answer")
def answer(session: Work, person: Operator, given: GivenAnswer) -> State:
    """Save an answer and go on to the next question."""
    held, interview_id, attempt_id = _interview(session, person, given)
    step = interviews.give_answer(
        session,
        interview_id=interview_id,
        question=given.question,
        instance=given.instance,
        value=given.value,
        nonanswer=given.nonanswer,
        shown_at=_aware(given.shown_at),
        operator_id=person.id,
        attempt_id=attempt_id,
        language=person.language,
        bundle=held.lease.case_ids,
    )
    heed(session, attempt_id, given.question, given.value, given.nonanswer)
    return state(session, person, held=_kept(session, held), answered=(interview_id, step))


@router.post("/back")
def back(session: Work, person: Operator, given: Spoken | None = None) -> State:
    """Show the question before."""
    held, interview_id, attempt_id = _interview(session, person, given)
    bundle = held.lease.case_ids
    interviews.go_back(session, interview_id=interview_id, operator_id=person.id, attempt_id=attempt_id, bundle=bundle)
    return state(session, person, held=_kept(session, held))


@router.post("/outcome")
def tell_outcome(request: Request, person: Operator, told: ToldOutcome) -> State:
    """End the turn: the call is hung up, the outcome kept once, the case goes its way."""
    with transaction() as session:
        lease = queue_queries.lease_of(session, person.id, clock.now())
        lease_id = told.lease_id or (lease.id if lease else None)
        if lease_id is None:
            raise lease_gone()
        last = calls.latest_attempt(session, lease_id)
        attempt_id = told.attempt_id if told.attempt_id is not None else (last.id if last else None)
        done = finish_and_remember(
            session, lease_id=lease_id, attempt_id=attempt_id, outcome=told.outcome, detail=told.detail, user_id=person.id
        )
    if done.state == "done":
        _end_call(request, lease_id)
    again = _to_right_person(done) and queue.claim(person.id) is not None
    with transaction() as session:
        if again:
            people.enter(session, person.id, "preview")
        elif done.state == "done":
            _wrap_up(session, person, done.case_id)
        return state(session, person, finished=_finished(done))


@router.post("/heartbeat")
def heartbeat(session: Work, person: Operator, given: Spoken | None = None) -> State:
    """Keep the case."""
    queue.heartbeat(session, _lease(session, person, given).id, person.id)
    return state(session, person)


@router.post("/give-back")
def give_back(session: Work, person: Operator, given: Why) -> State:
    """Return the case without having worked it."""
    lease = _lease(session, person, given)
    queue.hold(session, lease.id, person.id)  # whoever dials at this moment was first, or comes too late
    last = calls.latest_attempt(session, lease.id)
    if last is not None and last.outcome is None:
        raise Refused("outcome_first_then_back", "这个个案已经拨打过：请登记结果，不能直接交还。")
    queue.give_back(session, lease.id, person.id, given.why)
    people.enter(session, person.id, "ready")
    return state(session, person)


def _to_right_person(done: Finish) -> bool:
    """Whether the right person is to be called now: the case comes back at once, to the same operator."""
    return done.state == "done" and "right_person" in {one.why for one in (done, *done.others)}


def _end_call(request: Request, lease_id: str) -> None:
    """The outcome is kept whatever the carrier says; a call that it does not end now is ended by the sweep."""
    try:
        calling.hang_up(request.app.state.phone_line, lease_id)
    except LineFailure as failure:
        log.warning("call_not_ended", **told_of(failure))


def _wrap_up(session: Session, person: Person, case_id: int) -> None:
    """The time after the call begins to run out once the last outcome is told."""
    now = clock.now()
    if queue_queries.lease_of(session, person.id, now) is None:
        settings = queue_queries.study_settings(session, queue_queries.case(session, case_id).study_id)
        people.enter(session, person.id, "wrap_up", ends_at=now + wrap_up(settings))


def _lease(session: Session, person: Person, given: Spoken | None) -> Lease:
    lease = queue_queries.lease_of(session, person.id, clock.now())
    if lease is None or (given is not None and given.lease_id not in (None, lease.id)):
        raise lease_gone()
    return lease


def _kept(session: Session, held: Held) -> Held:
    """The same with its lease kept for another while."""
    return replace(held, lease=replace(held.lease, expires_at=queue.keep(session, held.lease, held.bundle[0].study_id)))


def _interview(session: Session, person: Person, given: Spoken | None) -> tuple[Held, int, int]:
    """What is held, its interview and its call."""
    held = held_by(session, person, clock.now())
    if held is None or (given is not None and given.lease_id not in (None, held.lease.id)):
        raise lease_gone()
    lease, attempt = held.lease, held.attempt
    if attempt is None or attempt.id is None or attempt.answered_at is None:
        raise Refused("nobody_answered", "电话还没有接通，不能记录回答。")
    if given is not None and given.attempt_id not in (None, attempt.id):
        raise Conflict("interview_elsewhere", "这次访问已在别处继续，您刚才的回答没有保存，请刷新页面。")
    found = interviews.asked_now(session, case_ids=lease.case_ids, operator_id=person.id, attempt_id=attempt.id)
    if given is not None and given.case_id not in (None, found.case_id) and given.case_id in lease.case_ids:
        # The same answer sent again after its block was through: it belongs where it was given.
        found = interview_queries.current(session, given.case_id) or found
    assert found.id is not None  # noqa: S101  # numbered by the flush
    return held, found.id, attempt.id


def _finished(done: Finish) -> dict[str, Any]:
    return {
        "state": done.state,
        "case_id": done.case_id,
        "outcome": done.outcome,
        "action": done.action,
        "why": done.why,
        "due_at": done.due_at.isoformat() if done.due_at else None,
        "code": done.code,
        "others": [_finished(other) for other in done.others],
    }


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone says nothing: the time shown is then left unknown."""
    return moment if moment is not None and moment.tzinfo is not None else None
