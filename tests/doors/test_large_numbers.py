"""Numbers that no table can hold, through every door."""

import re
from collections.abc import Callable

from fastapi import FastAPI

from callcenter.web.security import Allowed, all_routes, door_of
from tests.factories.people import Browser

HUGE = "99999999999999999999"
STREAMS = ("/live",)
PROGRAM = {"accept": "application/json"}
"""No page needs to be written of what is refused."""


def test_a_huge_number_in_any_address_or_form_is_nowhere_a_failure(client_for: Callable[..., Browser], app: FastAPI) -> None:
    clients: dict[str, Browser] = {}
    failed, tried = [], 0
    for path, route in all_routes(app):
        door, about = door_of(route), route.dependant
        names = [one.name for one in (*about.path_params, *about.query_params, *about.body_params)]
        if not isinstance(door, Allowed) or not names or path.startswith(STREAMS):
            continue
        role = door.roles[0]
        client = clients[role] if role in clients else clients.setdefault(role, client_for(role))
        address = re.sub(r"\{[^}]*\}", HUGE, path)
        asked = {one.name: HUGE for one in about.query_params}
        told = {one.name: HUGE for one in about.body_params}
        for method in route.methods & {"GET", "POST"}:
            tried += 1
            answer = client.request(method, address, params=asked, data=told if method == "POST" else None, headers=PROGRAM)
            if answer.status_code >= 500:
                failed.append(f"{method} {route.path}: {answer.status_code}")
    assert tried > 100 and not failed
