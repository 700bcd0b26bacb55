"""Twilio's webhooks: the course of a call, and the script once somebody answers."""

from collections.abc import Callable
from typing import Annotated

import structlog
from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from callcenter import clock
from callcenter.calls import actions, call_states, queries
from callcenter.calls.phone_line import LineEvent, LineFailure, PhoneLine
from callcenter.calls.voice_scripts import over
from callcenter.calls.voice_steps import Script
from callcenter.db.engine import transaction
from callcenter.errors import Forbidden, InvalidInput
from callcenter.operations import actions as operations
from callcenter.operations.logs import told
from callcenter.telephony import twilio_events
from callcenter.telephony.voice_script import twiml
from callcenter.web import transfers
from callcenter.web.deps import Work
from callcenter.web.security import signed

router = APIRouter(prefix="/webhooks/twilio")
log = structlog.get_logger("webhooks")
SCRIPT = "text/xml"


async def genuine(request: Request) -> FormData:
    """The form as it came, if the account's token signed it for this address as the carrier knows it."""
    form = await request.form()
    settings = request.app.state.settings
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{settings.public_url.rstrip('/')}{request.scope['path']}{query}"
    signature = request.headers.get("x-twilio-signature", "")
    token = settings.twilio_auth_token.get_secret_value()
    if not twilio_events.is_genuine(token, address, form, signature):
        await run_in_threadpool(_refused, request.scope["path"])
        raise Forbidden("webhook_signature", "回调签名不正确，已拒绝并记录。")
    return form


def _refused(path: str) -> None:
    """Log and alert, without the payload: it may hold a number, and it is nobody's word."""
    log.warning("webhook_refused", path=path)
    text = "收到签名不正确的运营商回调，已拒绝。请检查 PUBLIC_URL 和 TWILIO_AUTH_TOKEN，或是否有人伪造。"
    with transaction() as session:
        operations.raise_alert(session, "webhook_signature", "warning", text)


Genuine = signed(genuine)
Form = Annotated[FormData, Depends(genuine)]


Attempt = Annotated[str | None, Query()]
Leg = Annotated[str | None, Query()]
Call = Annotated[str | None, Query()]


@router.post("/status", dependencies=[Genuine], status_code=204)
def status(request: Request, form: Form, later: BackgroundTasks, attempt: Attempt = None) -> Response:
    """Keep what the carrier says of a call; told twice or late it changes nothing."""
    event = _understood(lambda: twilio_events.event(form, attempt, clock.now()))
    with transaction() as session:
        if call_states.named(event.word) in call_states.ENDED:
            actions.end_incoming(session, event.sid)  # first: whoever takes the caller at this moment has an attempt that ends below
        actions.record_event(session, event)
        stray = actions.is_stray(session, event.sid)
        left = actions.left_over(session, event.sid) if call_states.named(event.word) in call_states.ENDED else []
    for transfer_id in left:
        later.add_task(transfers.end, request.app.state.phone_line, transfer_id, "call_ended")
    if stray and call_states.named(event.word) not in call_states.ENDED:
        later.add_task(_end_stray, request.app.state.phone_line, event.sid)
    return Response(status_code=204, background=later)


@router.post("/machine", dependencies=[Genuine], status_code=204)
def machine(session: Work, form: Form, attempt: Attempt = None) -> Response:
    """Keep whether a person or a machine answered."""
    number, heard = twilio_events.number_in(attempt), twilio_events.answered_by(form)
    if number is not None and heard is not None:
        actions.record_machine(session, number, twilio_events.call_sid(form), heard)
    return Response(status_code=204)


@router.post("/answer", dependencies=[Genuine])
def answer(request: Request, session: Work, form: Form, attempt: Attempt = None) -> Response:
    """The script of an answered call: through to its operator; the end where the address names no attempt."""
    number = twilio_events.number_in(attempt)
    left = bool(form.get("DialCallStatus"))  # some carriers ask again where nothing follows: the talk in the room is over
    script = over() if number is None or left else actions.answer(session, number, twilio_events.call_sid(form))
    return scripted(request, script)


@router.post("/leg", dependencies=[Genuine])
def leg(request: Request, session: Work, form: Form, leg: Leg = None) -> Response:
    """The script of a leg of our own people: into its room."""
    return scripted(request, actions.leg_script(session, twilio_events.number_in(leg), twilio_events.call_sid(form)))


@router.post("/leg-status", dependencies=[Genuine], status_code=204)
def leg_status(session: Work, form: Form, leg: Leg = None) -> Response:
    """Keep whether a leg of our own people is there; it is seated when it has asked for its script."""
    event = _understood(lambda: twilio_events.event(form, None, clock.now()))
    state = call_states.named(event.word)
    actions.record_leg_state(session, twilio_events.number_in(leg), event.sid, None if state == "answered" else state)
    return Response(status_code=204)


@router.post("/room", dependencies=[Genuine], status_code=204)
def room(request: Request, form: Form, later: BackgroundTasks, leg: Leg = None) -> Response:
    """Keep who joined a room; whose leg left one may have gone to another, so the carrier is asked whether it is still there."""
    word, number = str(form.get("StatusCallbackEvent", "")), twilio_events.number_in(leg)
    if form.get("CallSid") and number is not None:
        sid = twilio_events.call_sid(form)
        with transaction() as session:
            actions.record_room_event(session, number, sid, word)
        if word == "participant-leave":
            later.add_task(_look_after, request.app.state.phone_line, queries.SilentLeg(number, sid))
    return Response(status_code=204, background=later)


@router.post("/recording", dependencies=[Genuine], status_code=204)
def recording(session: Work, form: Form, attempt: Attempt = None, call: Call = None) -> Response:
    """Keep that a recording is ready: it is fetched at once."""
    sid, word = str(form.get("RecordingSid", "")), str(form.get("RecordingStatus", "completed")).lower()
    if sid.isprintable() and 0 < len(sid) <= call_states.LONGEST_SID and word in {"completed", "absent"}:
        actions.record_ready(
            session,
            sid=sid,
            ok=word == "completed",
            seconds=twilio_events.number_in(str(form.get("RecordingDuration", ""))[:9]),
            attempt_id=twilio_events.number_in(attempt),
            call_id=twilio_events.number_in(call),
        )
    return Response(status_code=204)


def scripted(request: Request, script: Script) -> Response:
    """The script as the carrier reads it."""
    doors = f"{request.app.state.settings.public_url.rstrip('/')}{router.prefix}"
    return Response(twiml(script, doors), media_type=SCRIPT)


def _understood(read: Callable[[], LineEvent]) -> LineEvent:
    """The event; nonsense is refused, and the supervisors hear of it."""
    try:
        return read()
    except InvalidInput:
        with transaction() as session:
            actions.raise_malformed(session)
        raise


def _look_after(phone_line: PhoneLine, leg: queries.SilentLeg) -> None:
    """Ask whether a leg of our own people has gone."""
    try:
        state = phone_line.state(leg.sid)
    except LineFailure as failure:
        log.warning("leg_not_asked_after", **told(failure))
        return
    with transaction() as session:
        actions.record_leg_silence(session, leg, state)


def _end_stray(phone_line: PhoneLine, sid: str) -> None:
    """End a call that nobody waits for any more."""
    try:
        phone_line.hang_up(sid)
    except LineFailure as failure:
        log.warning("stray_call_not_ended", **told(failure))
