"""Log-in and log-out, and the language switch."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from callcenter.db.engine import transaction
from callcenter.errors import Refused
from callcenter.follow_up import actions as follow_up
from callcenter.people import actions, passwords, queries
from callcenter.people.throttling import TooManyTries
from callcenter.web import formats, translations
from callcenter.web.navigation import home
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, cookie_name, cookie_options, public, safe_next
from callcenter.web.translations import gettext as _

router = APIRouter()
Anybody = Annotated[Person | None, public()]


@router.get("/")
def start(person: Anybody) -> Response:
    """Everybody's own beginning."""
    return see_other(home(person.role) if person else "/log-in")


@router.get("/log-in")
def ask(request: Request, person: Anybody, next: str = "", expired: str = "") -> Response:  # noqa: A002  # the name in the address
    """The log-in form."""
    if person:
        return see_other(safe_next(next) or home(person.role))
    return page(request, None, "login/log_in.html", next=safe_next(next), expired=expired == "1", problem=None, username="")


@router.post("/log-in")
def log_in(
    request: Request,
    _person: Anybody,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002  # the field's name
) -> Response:
    """Check a name and a password. No transaction is open while the password is hashed: that takes its time on purpose."""
    settings = request.app.state.settings
    address = request.client.host if request.client else ""
    try:
        with transaction() as session:
            try_id = actions.begin_try(session, username, address, settings.secret_key.get_secret_value())
            user = queries.user_by_name(session, username)
        right = passwords.matches(password, user.password_hash if user and user.active else None)
        if user is None or user.id is None or not right:
            return _again(request, 401, _("用户名或密码不对：请再试一次。"), username, next)
        with transaction() as session:
            begun = actions.begin_session(session, user.id, try_id)
    except TooManyTries as refusal:
        return _again(request, 429, _(refusal.text, retry_at=formats.clock_time(refusal.retry_at)), username, next)
    response = see_other("/account/password" if user.must_change_password else safe_next(next) or home(user.role))
    options = cookie_options(settings)
    response.set_cookie(cookie_name(request, "session"), begun.token, **options)
    response.set_cookie(cookie_name(request, "language"), user.language, max_age=31536000, **options)
    response.delete_cookie(cookie_name(request, "visit"))
    return response


@router.post("/log-out")
def log_out(request: Request, person: Anybody) -> Response:
    """End the session; not while an operator's call waits for its outcome: nobody would be there."""
    if person:
        try:
            with transaction() as session:
                if person.role == "operator":
                    follow_up.leave(session, person.id)
                actions.end_session(session, person.log_in_id)
        except Refused as refusal:
            flash(request, refusal.text, kind="stop")
            return see_other(home(person.role))
    response = see_other("/log-in")
    response.delete_cookie(cookie_name(request, "session"))
    return response


@router.post("/language")
def switch_language(
    request: Request,
    person: Anybody,
    language: Annotated[str, Form()] = "zh",
    next: Annotated[str, Form()] = "",  # noqa: A002  # the field's name
) -> Response:
    """Another language, from here on and after the next log-in."""
    chosen = language if language in translations.LANGUAGES else "zh"
    if person:
        with transaction() as session:
            actions.set_language(session, person.id, chosen)
    response = see_other(next if next == "/log-in" else safe_next(next) or "/")
    response.set_cookie(cookie_name(request, "language"), chosen, max_age=31536000, **cookie_options(request.app.state.settings))
    return response


def _again(request: Request, status: int, problem: str, username: str, wanted: str) -> Response:
    values = {"next": safe_next(wanted), "expired": False, "problem": problem, "username": username[:64]}
    return page(request, None, "login/log_in.html", status=status, **values)
