"""What the house did: background jobs, the timetable, the audit trail."""

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from callcenter import clock
from callcenter.operations import queries
from callcenter.operations.liveness import silent_for
from callcenter.people import queries as people
from callcenter.studies.phases import FIELD_ZONE
from callcenter.web import labels
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/administrator")
Administrator = Annotated[Person, allow("administrator")]
SIZE = 50


@router.get("/jobs")
def jobs(request: Request, person: Administrator, session: Work, offset: Offset = 0) -> Response:
    """Background jobs and the latest run of each line of the timetable."""
    shown, count = queries.jobs(session, offset=offset, limit=SIZE)
    values: dict[str, Any] = {"shown": shown, "count": count, "offset": offset, "size": SIZE}
    return page(
        request,
        person,
        "administrator/jobs.html",
        **values,
        runs=queries.latest_runs(session),
        silent=silent_for(queries.latest_start(session), clock.now()),
        names=people.names(session),
    )


@router.get("/audit")
def audit_trail(request: Request, person: Administrator, session: Work) -> Response:
    """The newest entries."""
    return _audit(request, person, session)


@router.post("/audit")
def find_in_audit_trail(
    request: Request,
    person: Administrator,
    session: Work,
    actor: Annotated[str, Form(max_length=100)] = "",
    action: Annotated[str, Form()] = "",
    subject: Annotated[str, Form(max_length=200)] = "",
    first_day: Annotated[str, Form()] = "",
    last_day: Annotated[str, Form()] = "",
    offset: Annotated[int, Form(ge=0, le=2_000_000)] = 0,
) -> Response:
    """Entries by person, action, subject (`case 12`) and days."""
    given = {"actor": actor, "action": action, "subject": subject, "first_day": first_day, "last_day": last_day}
    return _audit(request, person, session, given, offset)


def _audit(request: Request, person: Person, session: Work, given: dict[str, str] | None = None, offset: Offset = 0) -> Response:
    given = given or {"actor": "", "action": "", "subject": "", "first_day": "", "last_day": ""}
    user = people.user_by_name(session, given["actor"]) if given["actor"].strip() else None
    actor_id = (user.id if user else 0) if given["actor"].strip() else None
    kind, _space, subject_id = given["subject"].strip().partition(" ")
    shown, count = queries.audit_trail(
        session,
        actor_id=actor_id,
        action=given["action"],
        subject_kind=labels.subject_kind(kind),
        subject_id=subject_id.strip(),
        since=_moment(given["first_day"], time.min),
        until=_moment(given["last_day"], time.max),
        offset=offset,
        limit=SIZE,
    )
    values: dict[str, Any] = {
        "shown": shown,
        "count": count,
        "offset": offset,
        "size": SIZE,
        "given": given,
        "filtered": any(given.values()),
    }
    return page(
        request,
        person,
        "administrator/audit.html",
        **values,
        names=people.names(session),
        known_actions=[("", _("全部")), *((name, labels.action(name)) for name in queries.audit_actions(session))],
    )


def _moment(day: str, at: time) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), at, FIELD_ZONE)
    except ValueError:
        return None
