"""People: who has a log-in, and as what. Searches are posted: names stay out of addresses and logs."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.operations import queries as operations
from callcenter.people import actions, queries
from callcenter.people.roles import LABELS
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/administrator/people")
Administrator = Annotated[Person, allow("administrator")]
SIZE = 50


@router.get("")
def people(request: Request, person: Administrator, session: Work) -> Response:
    """Everybody, by user name."""
    return _list(request, person, session)


@router.post("/find")
def find(
    request: Request,
    person: Administrator,
    session: Work,
    search: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form()] = "",
    sort: Annotated[str, Form()] = "username",
    offset: Annotated[int, Form(ge=0, le=2_000_000)] = 0,
) -> Response:
    """Those of a role or with a text in their user name, name or unit; `-` before the column turns the order round."""
    return _list(request, person, session, search=search, role=role, sort=sort, offset=offset)


@router.get("/new")
def ask_new(request: Request, person: Administrator) -> Response:
    """The form for one more person."""
    return page(request, person, "administrator/person_new.html", problem=None, given={}, roles=_roles())


@router.post("")
def add(
    request: Request,
    person: Administrator,
    session: Work,
    username: Annotated[str, Form(max_length=100)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form()] = "",
    unit: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Add a person and show the password once."""
    try:
        with session.begin_nested():
            user, password = actions.add_user(session, username=username, name=name, role=role, unit=unit, by=person.id)
    except (InvalidInput, Conflict) as refusal:
        given = {"username": username, "name": name, "role": role, "unit": unit}
        problem = _(refusal.text, **refusal.about)
        return page(request, person, "administrator/person_new.html", status=422, problem=problem, given=given, roles=_roles())
    return page(request, person, "administrator/passwords.html", added=[(user, password)])


@router.get("/{user_id}")
def one(request: Request, person: Administrator, session: Work, user_id: int) -> Response:
    """One person, what was done to their account, and what can be done."""
    return _one(request, person, session, user_id)


@router.post("/{user_id}/role")
def change_role(
    request: Request,
    person: Administrator,
    session: Work,
    user_id: int,
    role: Annotated[str, Form()] = "",
    unit: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Another role; their open sessions end."""
    try:
        with session.begin_nested():
            user = actions.change_role(session, user_id, role, unit=unit, by=person.id)
    except (InvalidInput, Refused) as refusal:
        return _one(request, person, session, user_id, problem=_(refusal.text, **refusal.about))
    flash(request, "角色已改为{role}，打开的登录已全部结束。", role=_(LABELS[user.role]))
    return see_other(f"/administrator/people/{user_id}")


@router.post("/{user_id}/password")
def reset_password(request: Request, person: Administrator, session: Work, user_id: int) -> Response:
    """A new password, shown once."""
    return page(request, person, "administrator/passwords.html", added=[actions.reset_password(session, user_id, by=person.id)])


@router.post("/{user_id}/disable")
def disable(request: Request, person: Administrator, session: Work, user_id: int) -> Response:
    """End a person's access at once."""
    if user_id == person.id:
        raise Refused("disable_oneself", "不能停用自己：请让另一个管理员来做。")
    actions.disable(session, user_id, by=person.id)
    flash(request, "已停用，打开的登录已全部结束。")
    return see_other(f"/administrator/people/{user_id}")


@router.post("/{user_id}/enable")
def enable(request: Request, person: Administrator, session: Work, user_id: int) -> Response:
    """Give access back."""
    actions.enable(session, user_id, by=person.id)
    flash(request, "已恢复使用。")
    return see_other(f"/administrator/people/{user_id}")


def _list(
    request: Request, person: Person, session: Work, *, search: str = "", role: str = "", sort: str = "username", offset: int = 0
) -> Response:
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    shown, count = queries.users(session, search=search, role=role, sort=column, descending=descending, offset=offset, limit=SIZE)
    values: dict[str, Any] = {"shown": shown, "count": count, "search": search, "role": role, "sort": sort, "offset": offset, "size": SIZE}
    roles = [("", _("所有角色")), *_roles()]
    return page(request, person, "administrator/people.html", **values, roles=roles, by_role=queries.counts_by_role(session))


def _one(request: Request, person: Person, session: Work, user_id: int, problem: str | None = None) -> Response:
    user = queries.user(session, user_id)
    if user is None:
        raise NotFound("no_such_user", "没有这个用户，可能已被删除。")
    done = operations.history(session, "user", user_id)[-30:][::-1]
    values: dict[str, Any] = {"user": user, "roles": _roles(), "done": done, "names": queries.names(session), "problem": problem}
    return page(request, person, "administrator/person.html", status=422 if problem else 200, **values)


def _roles() -> list[tuple[str, str]]:
    return [(role, _(label)) for role, label in LABELS.items()]
