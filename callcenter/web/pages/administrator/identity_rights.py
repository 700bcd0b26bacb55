"""Who may take identities out of the house: given for some days, with a reason, and taken back; each is in the audit trail."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import Forbidden, InvalidInput, NotFound, Refused
from callcenter.exports.actions.identities import LONGEST_GRANT, grant, revoke
from callcenter.exports.queries import detached
from callcenter.exports.queries.rights import rights
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE, field_day
from callcenter.web import formats
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/administrator/identity-rights")
Administrator = Annotated[Person, allow("administrator")]
Words = Annotated[str, Form(max_length=500)]
USUAL = timedelta(days=6)
"""A week, today included."""


@router.get("")
def overview(request: Request, person: Administrator, session: Work) -> Response:
    """The rights that hold and held, and the form for a further one."""
    return _page(request, session, person, {})


@router.post("")
def give(
    request: Request,
    person: Administrator,
    session: Work,
    study: Words = "",
    username: Words = "",
    last_day: Words = "",
    reason: Words = "",
) -> Response:
    """Give a right until the end of a day."""
    typed = {"study": study, "username": username, "last_day": last_day, "reason": reason}
    try:
        with session.begin_nested():
            given = grant(session, _study(session, study), username, person.username, until=_end(last_day), reason=reason)
    except (InvalidInput, NotFound, Refused, Forbidden) as refusal:
        return _page(request, session, person, typed, _(refusal.text, **refusal.about))
    flash(request, "{user} 在 {until} 之前可以导出身份信息。", user=username, until=formats.moment(given.until))
    return see_other("/administrator/identity-rights")


@router.post("/{grant_id}/revoke")
def take_back(request: Request, person: Administrator, session: Work, grant_id: int, reason: Words = "") -> Response:
    """Take a right back at once, with all that the person holds for the study."""
    found = next((each for each in rights(session, clock.now()) if each.id == grant_id), None)
    if found is None:
        raise NotFound("no_grant", "没有这项授权：请从列表重新选择。")
    try:
        with session.begin_nested():
            ended = revoke(session, found.study_id, found.username, person.username, reason=reason)
    except Forbidden as refusal:
        return _page(request, session, person, {}, _(refusal.text, **refusal.about))
    flash(request, "{user} 不能再导出身份信息（收回 {count} 项授权）。", user=found.username, count=ended)
    return see_other("/administrator/identity-rights")


def _page(request: Request, session: Session, person: Person, typed: dict[str, str], problem: str = "") -> Response:
    today = field_day(clock.now())
    evaluators, _count = people.users(session, role="evaluator", limit=1000)
    values: dict[str, Any] = {
        "typed": dict.fromkeys(("study", "username", "reason"), "") | {"last_day": (today + USUAL).isoformat()} | typed,
        "problem": problem,
        "rights": rights(session, clock.now()),
        "names": people.names(session),
        "studies": [(each.name, each.title) for each in studies.studies(session) if not detached(session, each.id or 0)],
        "evaluators": [(each.username, f"{each.name}（{each.username}）") for each in evaluators if each.active],
        "first": today,
        "last": today + timedelta(days=LONGEST_GRANT - 1),
        "most": LONGEST_GRANT,
    }
    return page(request, person, "administrator/identity_rights.html", status=422 if problem else 200, **values)


def _study(session: Session, name: str) -> int:
    return studies.study_by_name(session, name).id or 0


def _end(typed: str) -> datetime:
    """The end of the day, in field time."""
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("no_last_day", "请填写有效到哪一天，如 2022-06-30。") from None
    return datetime.combine(day + timedelta(days=1), time(), FIELD_ZONE)
