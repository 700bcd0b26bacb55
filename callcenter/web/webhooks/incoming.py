"""Webhooks of calls that come in: the greeting, the keys, the wait, the words."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from callcenter.calls import actions, voice_menu
from callcenter.follow_up import actions as follow_up
from callcenter.telephony import twilio_events
from callcenter.web.deps import Work
from callcenter.web.webhooks.twilio import Call, Form, Genuine, scripted

router = APIRouter(prefix="/webhooks/twilio")


@router.post("/incoming", dependencies=[Genuine])
def incoming(request: Request, session: Work, form: Form) -> Response:
    """Somebody calls one of our lines."""
    to, caller = twilio_events.party(form, "To", "Called"), twilio_events.party(form, "From", "Caller")
    return scripted(request, actions.arrive(session, sid=twilio_events.call_sid(form), to=to, number=caller))


@router.post("/menu", dependencies=[Genuine])
def menu(request: Request, session: Work, form: Form, call: Call = None) -> Response:
    """A key was pressed."""
    number, sid = twilio_events.number_in(call), twilio_events.call_sid(form)
    return scripted(request, actions.choose(session, number, sid, str(form.get("Digits", ""))))


@router.post("/time", dependencies=[Genuine])
def time(request: Request, session: Work, form: Form, call: Call = None) -> Response:
    """A time was chosen."""
    number, sid = twilio_events.number_in(call), twilio_events.call_sid(form)
    return scripted(request, follow_up.choose_time(session, number, sid, str(form.get("Digits", ""))))


@router.post("/hold", dependencies=[Genuine])
def hold(request: Request, session: Work, form: Form, call: Call = None) -> Response:
    """How a caller who waits goes on."""
    return scripted(request, actions.go_on(session, twilio_events.number_in(call), twilio_events.call_sid(form)))


@router.post("/kept", dependencies=[Genuine])
def kept(request: Request) -> Response:
    """Words were left; that their recording is ready is told apart."""
    return scripted(request, voice_menu.thanks())
