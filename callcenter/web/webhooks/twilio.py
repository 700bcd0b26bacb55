"""Twilio's webhooks: the course of a call, and the script once somebody answers."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from callcenter import clock
from callcenter.calls import actions
from callcenter.db.engine import transaction
from callcenter.errors import Forbidden
from callcenter.operations import actions as operations
from callcenter.telephony import twilio_events
from callcenter.telephony.voice_script import hang_up, join_operator
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


@router.post("/status", dependencies=[Genuine], status_code=204)
def status(session: Work, form: Form, attempt: str | None = None) -> Response:
    """Keep what the carrier says of a call; told twice or late it changes nothing."""
    actions.record_event(session, twilio_events.event(form, attempt, clock.now()))
    return Response(status_code=204)


@router.post("/answer", dependencies=[Genuine])
def answer(attempt: str | None = None) -> Response:
    """The script of an answered call: through to its operator; the end where the address names no attempt."""
    number = twilio_events.number_in(attempt)
    script = hang_up() if number is None else join_operator(number)
    return Response(script, media_type=SCRIPT)
