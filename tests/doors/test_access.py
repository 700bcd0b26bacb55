"""Every route, as every role and as nobody: only those it names get in."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from callcenter.people.roles import ROLES
from callcenter.web.app import create_app
from callcenter.web.navigation import NAVIGATION
from callcenter.web.security import Allowed, Public, Signed, all_routes, door_of
from tests.factories.people import Browser


def each_request(app: FastAPI) -> list[tuple[str, str, Allowed | Public | Signed | None]]:
    """Method, an address with numbers for its parameters, and the door."""
    return [
        (method, re.sub(r"\{[^}]*\}", "987654", path), door_of(route))
        for path, route in all_routes(app)
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


def test_every_route_names_its_door(app: FastAPI) -> None:
    requests = each_request(app)
    assert len(requests) > 12
    assert [(method, path) for method, path, door in requests if door is None] == []


def test_nobody_gets_past_the_doors(app: FastAPI, client_for: Callable[..., Browser]) -> None:
    nobody = client_for(None)
    for method, path, door in each_request(app):
        answer = nobody.request(method, path)
        if isinstance(door, Allowed):
            assert answer.status_code == 401 or answer.headers["location"].startswith("/log-in"), (method, path)
        elif isinstance(door, Signed):
            assert answer.status_code == 403, (method, path)
        else:
            assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_in_only_where_it_is_named(app: FastAPI, client_for: Callable[..., Browser], role: str) -> None:
    somebody = client_for(role)
    for method, path, door in each_request(app):
        if not isinstance(door, Allowed):
            continue
        if path.endswith(("/live", "/events")) and role in door.roles:
            continue  # streams do not end by themselves
        answer = somebody.request(method, path)
        if role in door.roles:
            assert answer.status_code not in (401, 403) and answer.status_code < 500, (method, path, answer.status_code)
        else:
            assert answer.status_code == 403, (method, path, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_what_the_head_of_the_page_offers_can_be_opened(client_for: Callable[..., Browser], role: str) -> None:
    somebody = client_for(role)
    for address in [url for group in NAVIGATION[role] for _, url in group.pages]:
        elsewhere = address == "/boards"  # a process of their own
        assert somebody.get(address).status_code == (303 if elsewhere else 200), address


def test_unsafe_requests_without_the_token_are_refused(app: FastAPI, client_for: Callable[..., Browser]) -> None:
    for role in ROLES:
        somebody = client_for(role)
        del somebody.headers["X-CSRF-Token"]
        for method, path, door in each_request(app):
            if method != "GET" and isinstance(door, Allowed) and role in door.roles:
                assert somebody.request(method, path).status_code == 403, (method, path)


def test_an_app_with_an_open_route_does_not_start(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    from callcenter.web import health

    @health.router.get("/open")
    def open_route() -> dict[str, str]:
        return {}

    try:
        with pytest.raises(RuntimeError, match="/open"):
            create_app(app.state.settings)
    finally:
        health.router.routes.pop()
