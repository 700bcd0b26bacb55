"""A running call goes over to somebody who is ready: at once, after talking together, or to a supervisor who joins only."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import select

from callcenter.call_queue import actions as queue
from callcenter.calls.phone_line import LineAway
from callcenter.calls.tables import Attempt
from callcenter.calls.voice_scripts import answered, joining, room_of_operator, seated
from callcenter.db.engine import statement, transaction
from callcenter.people import actions as people
from callcenter.scheduler.sweep import sweep_calls
from tests.conftest import FieldTime
from tests.doors.test_operator_api import STATE, person, post, told
from tests.doors.test_operator_bundles import talking
from tests.factories.at_once import beside
from tests.factories.calls import PretendedLine
from tests.factories.cases import MadeCases, make_cases, make_twins
from tests.factories.interviews import shipped
from tests.factories.people import Browser, make_user


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        made = make_cases(session, 3, operators=2)
        make_twins(session, made)
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(shipped())})
    return made


@pytest.fixture
def line(app: FastAPI) -> PretendedLine:
    app.state.phone_line = PretendedLine()
    return app.state.phone_line


@pytest.fixture
def both(client_for: Callable[..., Browser], made: MadeCases, line: PretendedLine) -> tuple[Browser, Browser]:
    return client_for(person(made.operators[0])), client_for(person(made.operators[1]))


def ready(user: int) -> None:
    with transaction() as session:
        people.enter(session, user, "ready")


def sit(user: int, sid: str) -> None:
    """Somebody's telephone waits in its room."""
    statement(
        """INSERT INTO legs (user_id, purpose, room, call_sid, state, asked_at, heard_at)
        VALUES (%(u)s, 'operator', %(r)s, %(s)s, 'seated', now(), now())""",
        {"u": user, "r": room_of_operator(user), "s": sid},
    )
    statement("INSERT INTO audio_places (user_id, kind, address) VALUES (%(u)s, 'browser', 'client:x')", {"u": user})


def refused(browser: Browser, path: str, **body: Any) -> str:
    answer = browser.post(f"/operator/api/{path}", json=body)
    assert answer.status_code in {403, 409, 422, 503}, answer.text
    return str(answer.json()["why"])


def test_an_offer_and_an_outcome_at_once_do_not_wait_for_each_other(both: tuple[Browser, Browser], made: MadeCases) -> None:
    state = talking(both[0])
    ready(made.operators[1])
    with transaction() as session:  # an outcome holds the cases, then their call; a block of the second matter is not open yet
        queue.locked_bundle(session, state["lease"]["id"])
        offered = beside(lambda: post(both[0], "transfer", to=made.operators[1]))
        session.exec(select(Attempt).with_for_update(key_share=True)).one()
    assert offered.result()["transfer"]["state"] == "offered"


def test_a_call_handed_over_takes_its_cases_interviews_and_outcome_along(
    both: tuple[Browser, Browser], made: MadeCases, line: PretendedLine, field_time: FieldTime
) -> None:
    first, second = both
    assert refused(first, "transfer", to=made.operators[1]) == "lease_gone"
    state = talking(first)
    assert (first.get("/operator/api/transfer").json(), refused(first, "transfer", to=made.operators[1])) == (
        {"ready": []},
        "transfer_nobody",
    )
    ready(made.operators[1])
    assert [one["id"] for one in first.get("/operator/api/transfer").json()["ready"]] == [made.operators[1]]
    assert refused(first, "transfer", to=999) == "transfer_not_ready"
    state = post(first, "answer", question="notice", value="yes")
    asked = state["interview"]["question"]["name"]
    for _ in range(2):  # pressed twice it is one offer
        assert post(first, "transfer", to=made.operators[1], warm=False)["transfer"]["state"] == "offered"
    offer = second.get(STATE).json()["offer"]
    assert (offer["state"], offer["warm"], offer["enterprise"]) == ("offered", False, state["lease"]["enterprise"])
    field_time.set(field_time.moment + timedelta(seconds=50))
    assert (second.get(STATE).json()["offer"], refused(second, f"transfer/{offer['id']}/accept")) == (None, "transfer_gone")
    post(first, "transfer", to=made.operators[1], warm=False)
    taken = post(second, f"transfer/{offer['id'] + 1}/accept")
    assert (taken["lease"]["id"], taken["interview"]["question"]["name"]) == (state["lease"]["id"], asked)
    assert len(taken["lease"]["bundle"]) == 2 and line.led == []  # nobody has a telephone here: the informant stays in the call's own room
    left = first.get(STATE).json()
    assert (left["lease"], left["operator"]["state"]) == (None, "wrap_up")
    assert refused(first, "answer", question=asked, value="yes") == "lease_gone"
    post(second, "back")
    told(taken, "completed")
    done = post(second, "outcome", outcome="informant_absent")["finished"]
    assert (done["state"], len(done["others"])) == ("done", 1)
    assert statement("SELECT operator_id, outcome FROM attempts") == [{"operator_id": made.operators[1], "outcome": "informant_absent"}]
    assert [row["state"] for row in statement("SELECT state FROM transfers ORDER BY id")] == ["ended", "done"]


def test_talking_together_first_moves_the_legs_through_the_port_and_a_supervisor_only_joins(
    both: tuple[Browser, Browser], client_for: Callable[..., Browser], made: MadeCases, line: PretendedLine, field_time: FieldTime
) -> None:
    (first, second), (one, other) = both, made.operators
    sit(one, "CA-one")
    sit(other, "CA-other")
    state = talking(first)
    ready(other)
    post(first, "transfer", to=other)
    number = second.get(STATE).json()["offer"]["id"]
    assert post(second, f"transfer/{number}/accept")["offer"]["state"] == "joined"
    assert line.led == [("CA-other", joining(room_of_operator(one), f"room?leg={leg_of(other)}"))]
    assert refused(second, "next") == "transfer_joined"
    assert post(first, "transfer/end")["transfer"] is None
    assert line.led[1:] == [("CA-other", seated(room_of_operator(other), f"room?leg={leg_of(other)}"))]
    assert second.get(STATE).json()["operator"]["state"] == "ready"

    post(first, "transfer", to=other)
    post(second, f"transfer/{number + 1}/accept")
    line.led.clear()
    line.lead = lambda *_: (_ for _ in ()).throw(LineAway("refused"))  # type: ignore[method-assign]
    assert refused(first, "transfer/complete") == "line_away"
    assert first.get(STATE).json()["lease"]["id"] == state["lease"]["id"]  # nothing has changed hands
    del line.lead
    assert post(first, "transfer/complete")["lease"] is None
    assert [sid for sid, _ in line.led] == ["CA-other", "CA1"] and line.led[1][1] == answered(room_of_operator(other))
    assert second.get(STATE).json()["lease"]["id"] == state["lease"]["id"]

    boss = make_user("supervisor")
    supervisor = client_for(boss)
    sit(boss.id or 0, "CA-boss")
    assert post(second, "transfer", to=boss.id, warm=False)["transfer"]["may_take_over"] is False
    page = supervisor.get("/supervisor/calls").text
    assert "请您加入通话" in page
    at = f"/supervisor/calls/transfers/{number + 2}"
    assert supervisor.post(f"{at}/accept").status_code == 303
    assert "退出通话" in supervisor.get("/supervisor/calls").text
    assert refused(second, "transfer/complete") == "transfer_stays"
    assert supervisor.post(f"{at}/leave").status_code == 303
    assert second.get(STATE).json()["transfer"] is None
    assert statement("SELECT count(*) FROM operator_states WHERE user_id = %(u)s", {"u": boss.id}) == [{"count": 0}]


def test_who_joined_a_talk_that_ended_unheard_is_brought_home_by_the_sweep_or_connects_anew(
    both: tuple[Browser, Browser], made: MadeCases, line: PretendedLine
) -> None:
    (first, second), (one, other) = both, made.operators
    sit(one, "CA-one")
    sit(other, "CA-other")
    talking(first)
    for brought in (True, False):
        ready(other)
        post(first, "transfer", to=other)
        post(second, f"transfer/{second.get(STATE).json()['offer']['id']}/accept")
        line.led.clear()
        statement("UPDATE attempts SET ended_at = placed_at, state = 'completed'")
        if not brought:
            line.lead = lambda *_: (_ for _ in ()).throw(LineAway("refused"))  # type: ignore[method-assign]
        sweep_calls(line)
        rooms = statement("SELECT room, state FROM legs WHERE user_id = %(u)s", {"u": other})
        assert rooms == [{"room": room_of_operator(other), "state": "seated" if brought else "gone"}]
        assert [sid for sid, _ in line.led] == (["CA-other"] if brought else [])
        assert second.get(STATE).json()["operator"]["state"] == "ready"
        statement("UPDATE attempts SET ended_at = NULL, state = 'answered'")


def leg_of(user: int) -> int:
    return int(statement("SELECT id FROM legs WHERE user_id = %(u)s", {"u": user})[0]["id"])
