"""People and browsers for tests of doors."""

import itertools
from functools import cache

from fastapi import FastAPI
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.people import passwords
from callcenter.people.actions import begin_session
from callcenter.people.tables import User

PASSWORD = "correct horse 电池"
_numbers = itertools.count(1)


@cache
def hashed_password() -> str:
    """Hashed once a process: a hash takes its time on purpose."""
    return passwords.hashed(PASSWORD)


def make_user(role: str = "operator", **values: object) -> User:
    """A person with a log-in, committed; the password is PASSWORD."""
    number = next(_numbers)
    given = {
        "username": f"{role}_{number}",  # never that of the operators of made cases, whoever came before in this process
        "name": f"测试{number}",
        "role": role,
        "unit": "市政务服务办" if role == "submitter" else None,
        "password_hash": hashed_password(),
        "created_at": clock.now(),
        **values,
    }
    with transaction() as session:
        user = User(**given)
        session.add(user)
    return user


class Browser(TestClient):
    """A client that sends its CSRF token with everything, as the pages do. `user` is who is logged in."""

    user: User | None = None

    def token(self, path: str = "/account") -> str:
        """The CSRF token out of a page."""
        return self.get(path).text.split('name="csrf-token" content="')[1].split('"')[0]


def browser(app: FastAPI, user: User | None = None) -> Browser:
    """A browser; with `user`, logged in (no password is hashed). It follows no redirect unless told."""
    made = Browser(app, follow_redirects=False)
    if user is not None:
        with transaction() as session:
            begun = begin_session(session, user.id)
        made.cookies.set(f"cc_{app.state.instance}_session", begun.token)
        made.headers["X-CSRF-Token"] = begun.csrf_token
        made.user = user
    return made
