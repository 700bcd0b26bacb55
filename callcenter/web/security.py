"""Who may use a route: each names its door, `allow(roles…)`, `public()` or `signed(check)`; sessions and CSRF are checked there."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from callcenter import clock
from callcenter.errors import Forbidden
from callcenter.people import actions, queries, sessions
from callcenter.settings import Settings
from callcenter.web import translations

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
MAY_STAY_UNCHANGED = ("/account/password", "/log-out", "/language", "/static")
"""Where somebody may go who must first choose a new password."""


@dataclass(frozen=True)
class Person:
    """Who is at the other end of a request, as the gate found them."""

    id: int
    username: str
    name: str
    role: str
    unit: str | None
    language: str
    converts_refusals: bool
    csrf_token: str
    log_in_id: int
    must_change_password: bool = False


class LogInNeeded(Exception):
    """Nobody is logged in, or the session is over."""

    def __init__(self, expired: bool) -> None:
        super().__init__("log_in_needed")
        self.expired = expired


class PasswordChangeNeeded(Exception):
    """A password that an administrator made must be replaced first."""


class Allowed:
    """Lets in a logged-in person of one of `roles`."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> Person:
        """The person; a refusal is raised."""
        person = await recognised(request)
        if person is None:
            raise LogInNeeded(expired=cookie_name(request, "session") in request.cookies)
        if person.role not in self.roles:
            raise Forbidden("role_not_allowed", "您的角色不能使用这个页面。如果需要，请联系管理员。")
        await _check_csrf(request, person.csrf_token)
        if person.must_change_password and not request.url.path.startswith(MAY_STAY_UNCHANGED):
            raise PasswordChangeNeeded
        return person


class Public:
    """Lets in everybody; a logged-in person is recognised."""

    async def __call__(self, request: Request) -> Person | None:
        """The person, where somebody is logged in."""
        person = await recognised(request)
        await _check_csrf(request, person.csrf_token if person else visitor_token(request))
        return person


class Signed:
    """Lets in whom `check` finds to have signed the request (webhooks); no cookie counts here."""

    def __init__(self, check: Callable[..., Any]) -> None:
        self.check = check


def allow(*roles: str) -> Any:
    """Only these roles: `person: Annotated[Person, allow("supervisor")]`."""
    return Depends(Allowed(roles))


def public() -> Any:
    """Everybody: `person: Annotated[Person | None, public()]`."""
    return Depends(Public())


def signed(check: Callable[..., Any]) -> Any:
    """Only requests whose signature `check` (a dependency that raises Forbidden) accepts."""
    check.checks_signature = True  # type: ignore[attr-defined]  # a mark that `door_of` looks for
    return Depends(check)


def door_of(route: APIRoute) -> Allowed | Public | Signed | None:
    """The door that a route names; none where it forgot to."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    for call in calls:
        if isinstance(call, Allowed | Public):
            return call
        if call is not None and getattr(call, "checks_signature", False):
            return Signed(call)
    return None


def all_routes(app: FastAPI) -> list[tuple[str, APIRoute]]:
    """Every route of the app with its whole path, those of included routers too."""
    return list(_walk(app.routes, ""))


def _walk(routes: Any, prefix: str) -> Iterator[tuple[str, APIRoute]]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield prefix + route.path, route
        elif included := getattr(route, "original_router", None):
            yield from _walk(included.routes, prefix + route.include_context.prefix)


def cookie_name(request: Request, what: str) -> str:
    """A cookie's name, different for each installation: two on one host (ports do not separate cookies) leave each other alone."""
    return f"cc_{request.app.state.instance}_{what}"


def instance_of(settings: Settings) -> str:
    """A short name of this installation, told by its secret but not telling it."""
    return hashlib.sha256(b"instance:" + settings.secret_key.get_secret_value().encode()).hexdigest()[:8]


def cookie_options(settings: Settings) -> dict[str, Any]:
    """What every cookie of ours has."""
    return {"httponly": True, "samesite": "lax", "secure": settings.public_url.startswith("https:"), "path": "/"}


async def recognised(request: Request) -> Person | None:
    """Whoever holds the session of this request's cookie; their language is spoken from here on."""
    token = request.cookies.get(cookie_name(request, "session"))
    person = await run_in_threadpool(_holder, token) if token else None
    request.state.person = person
    if person:
        translations.speak(person.language)
    return person


def _holder(token: str) -> Person | None:
    found = queries.holder(sessions.token_hash(token))
    now = clock.wall_clock()
    if found is None or sessions.is_over(found.last_seen_at, found.expires_at, now):
        return None
    if sessions.is_stale(found.last_seen_at, now):
        actions.touch(found.log_in_id)
    return Person(
        id=found.id,
        username=found.username,
        name=found.name,
        role=found.role,
        unit=found.unit,
        language=found.language,
        converts_refusals=found.converts_refusals,
        csrf_token=found.csrf_token,
        log_in_id=found.log_in_id,
        must_change_password=found.must_change_password,
    )


def visitor_token(request: Request) -> str:
    """The CSRF token of somebody who is not logged in: bound to a random cookie of theirs."""
    visit = request.cookies.get(cookie_name(request, "visit")) or getattr(request.state, "visit", None)
    if not visit:
        visit = request.state.visit = secrets.token_urlsafe(18)
    return signature(request.app.state.settings, f"visit:{visit}")


def signature(settings: Settings, text: str) -> str:
    """A signature under the installation's secret."""
    return hmac.new(settings.secret_key.get_secret_value().encode(), text.encode(), hashlib.sha256).hexdigest()


async def _check_csrf(request: Request, expected: str) -> None:
    if request.method not in UNSAFE:
        return
    given = request.headers.get("x-csrf-token")
    if given is None and "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get("csrf_token")
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden("csrf", "这个页面已经过期，刚才的操作没有执行：请回到上一页，刷新后再做一次。")


def safe_next(path: str | None) -> str | None:
    """A path of this site to go on to after the log-in; none where it leads anywhere else."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return None
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.isprintable() or "\\" in path or parts.path.startswith(("/log-", "/static")):
        return None
    return path
