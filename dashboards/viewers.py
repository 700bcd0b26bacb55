"""Who may look at boards: people logged in to the pages, by the same cookie; nothing is written, so looking keeps no session alive."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from callcenter import clock
from callcenter.errors import Forbidden
from callcenter.people import queries, sessions
from callcenter.web import translations
from callcenter.web.security import LogInNeeded, PasswordChangeNeeded, Person, cookie_name

ROLES = ("supervisor", "commissioner", "evaluator", "administrator")


async def viewer(request: Request) -> Person:
    """The person who looks, in whose language all is said from here on: what a thread of its own would set, the request would not see."""
    person = await run_in_threadpool(_viewer, request.cookies.get(cookie_name(request, "session")))
    request.state.person = person
    translations.speak(person.language)
    return person


def _viewer(token: str | None) -> Person:
    """Boards hang on walls, so a session counts until its end and idleness does not end it."""
    found = queries.holder(sessions.token_hash(token)) if token else None
    if found is None or clock.wall_clock() >= found.expires_at:
        raise LogInNeeded(expired=token is not None)
    if found.must_change_password:
        raise PasswordChangeNeeded
    if found.role not in ROLES:
        raise Forbidden("role_not_allowed", "您的角色不能使用这个页面。如果需要，请联系管理员。")
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
    )


Viewer = Annotated[Person, Depends(viewer)]
