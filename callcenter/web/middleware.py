"""Around every request: reference number, language, size limit, security headers, one log line, and no traceback ever."""

import secrets
import time
from typing import Any

import structlog
from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.operations.logs import told
from callcenter.web import translations
from callcenter.web.errors import answer_failure
from callcenter.web.rendering import send_notices
from callcenter.web.security import cookie_name

LARGEST_UPLOAD = 300 * 1024 * 1024
"""A list of a million rows has some 100 MB."""
LARGEST_FROM_STRANGERS = 1024 * 1024
"""Of a request without a session's cookie."""
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

log = structlog.get_logger("web")


class Guard:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens inside."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.reference = reference()
        translations.speak(request.cookies.get(cookie_name(request, "language"), "zh"))
        reply = _Reply(request, send)
        began = time.monotonic()
        try:
            await self.app(scope, _limited(request, receive), reply)
        except Exception as failure:
            log.error("failed", reference=request.state.reference, **told(failure))
            log.debug("failed_because", because=repr(failure))  # may hold personal data: DEBUG is for developers
            if reply.status is None:
                await answer_failure(request)(scope, receive, reply)
        finally:
            _note(request, reply.status, time.monotonic() - began)


def reference() -> str:
    """A short number that ties what a person sees to the log: read over the telephone."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(2))


class _Reply:
    """Sends the response on, with our headers and waiting notices."""

    def __init__(self, request: Request, send: Send) -> None:
        self.request = request
        self.send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers["X-Reference"] = self.request.state.reference
            self._add_notices(headers)
        await self.send(message)

    def _add_notices(self, headers: MutableHeaders) -> None:
        carrier = Response()
        send_notices(self.request, carrier)
        for cookie in carrier.headers.getlist("set-cookie"):
            headers.append("set-cookie", cookie)


def _limited(request: Request, receive: Receive) -> Receive:
    known = cookie_name(request, "session") in request.cookies
    limit = LARGEST_UPLOAD if known else LARGEST_FROM_STRANGERS
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return counted


def _note(request: Request, status: int | None, seconds: float) -> None:
    route: Any = request.scope.get("route")
    person = getattr(request.state, "person", None)
    log.info(
        "request",
        reference=request.state.reference,
        method=request.method,
        route=getattr(route, "path", None),  # the pattern, never the address: that may name somebody
        status=status,
        ms=round(1000 * seconds),
        user=person.id if person else None,
    )
