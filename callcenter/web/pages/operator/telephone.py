"""My telephone: where somebody speaks and hears, connected and let go; and the browser's way to the carrier."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import FileResponse, JSONResponse, Response

from callcenter.calls import actions as calls
from callcenter.calls import queries
from callcenter.errors import CallcenterError, NotFound
from callcenter.telephony.browser_token import token_for
from callcenter.web import telephones
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/telephone")
Own = Annotated[Person, allow("operator", "supervisor")]
CARRIER_IN_PAGE = (
    "default-src 'self'; connect-src 'self' https://*.twilio.com wss://*.twilio.com; media-src 'self' https://*.twilio.com blob:; "
    "style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
"""The browser telephone speaks with the carrier itself; only this page may."""


@router.get("")
def telephone(request: Request, person: Own, session: Work, problem: str = "") -> Response:
    """Which telephone, and whether it is connected."""
    settings = request.app.state.settings
    values = {
        "place": queries.audio_place(session, person.id),
        "leg": queries.open_leg(session, person.id, "operator"),
        "browser": settings.voice_sdk_file is not None and bool(settings.twilio_api_key_sid),
        "problem": problem,
    }
    shown = page(request, person, "operator/telephone.html", status=422 if problem else 200, **values)
    if values["browser"]:
        shown.headers["Content-Security-Policy"] = CARRIER_IN_PAGE
    return shown


@router.post("")
def choose(
    request: Request,
    person: Own,
    session: Work,
    kind: Annotated[str, Form(max_length=20)] = "",
    address: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Say which telephone it is."""
    try:
        with session.begin_nested():
            calls.set_audio_place(session, person.id, kind, address)
    except CallcenterError as refusal:
        return telephone(request, person, session, _(refusal.text, **refusal.about))
    flash(request, "已保存。请接通话机后再拨打。")
    return see_other("/telephone")


@router.post("/connect")
def connect(request: Request, person: Own) -> Response:
    """Ring it: taken up, it waits for call after call."""
    telephones.connect(request.app.state.phone_line, person.id)
    flash(request, "正在呼叫您的话机，请接起，之后不要挂断。")
    return see_other("/telephone")


@router.post("/disconnect")
def disconnect(request: Request, person: Own) -> Response:
    """Let it go."""
    telephones.leave(request.app.state.phone_line, person.id)
    return see_other("/telephone")


@router.get("/token")
def token(request: Request, person: Own) -> Response:
    """What the browser needs to be rung by the carrier, for an hour; nothing else can be done with it."""
    settings = request.app.state.settings
    secret = settings.twilio_api_key_secret.get_secret_value()
    if not settings.twilio_api_key_sid or not secret:
        raise NotFound("no_browser_telephone", "没有设置浏览器话机：请改用 SIP 话机或电话号码，或请管理员设置。")
    identity = calls.browser_name(person.id)
    made = token_for(settings.twilio_account_sid, settings.twilio_api_key_sid, secret, identity)
    return JSONResponse({"identity": identity, "token": made}, headers={"Cache-Control": "no-store"})


@router.get("/voice-sdk.js")
def voice_sdk(request: Request, person: Own) -> Response:  # noqa: ARG001  # the door
    """The carrier's Voice SDK for browsers, from the file that the installation names: it ships in no Python package."""
    file = request.app.state.settings.voice_sdk_file
    if file is None or not file.is_file():
        raise NotFound("no_browser_telephone", "没有设置浏览器话机：请改用 SIP 话机或电话号码，或请管理员设置。")
    return FileResponse(file, media_type="text/javascript")
