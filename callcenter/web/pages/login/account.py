"""My account: what the house knows of me, and my password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from callcenter.errors import InvalidInput
from callcenter.people import actions
from callcenter.people.roles import ROLES
from callcenter.web.deps import Work
from callcenter.web.navigation import home
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/account")
Somebody = Annotated[Person, allow(*ROLES)]


@router.get("")
def account(request: Request, person: Somebody) -> Response:
    """What is known of the person."""
    return page(request, person, "login/account.html")


@router.get("/password")
def ask_password(request: Request, person: Somebody) -> Response:
    """The form for a new password."""
    return page(request, person, "login/password.html", problem=None)


@router.post("/password")
def change_password(
    request: Request,
    person: Somebody,
    session: Work,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change it; other sessions of the person end."""
    try:
        if new != again:
            raise InvalidInput("passwords_differ", "两次输入的新密码不一样：请再输入一次。")
        with session.begin_nested():
            actions.change_password(session, person.id, old, new, keep_log_in=person.log_in_id)
    except InvalidInput as refusal:
        return page(request, person, "login/password.html", status=422, problem=_(refusal.text))
    flash(request, "密码已保存。其他地方的登录已全部退出。")
    return see_other(home(person.role))
