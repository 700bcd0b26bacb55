"""Operator states over a shift: through the JSON API, the timetable, the pages of operator and supervisor."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from callcenter import clock
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineEvent
from callcenter.db.engine import statement, transaction
from callcenter.people import actions as people
from callcenter.people.tables import User
from callcenter.response_rates.queries.boards import operators_at_work
from tests.conftest import FieldTime
from tests.factories.calls import PretendedLine
from tests.factories.cases import MadeCases, make_cases
from tests.factories.people import Browser


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        return make_cases(session, 4, operators=2)


@pytest.fixture
def operator(client_for: Callable[..., Browser], app: FastAPI, made: MadeCases) -> Browser:
    app.state.phone_line = PretendedLine()
    with transaction() as session:
        return client_for(session.get_one(User, made.operators[0]))


def post(browser: Browser, path: str, **body: Any) -> dict[str, Any]:
    answer = browser.post(f"/operator/api/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def doing(browser: Browser) -> str:
    return str(browser.get("/operator/api/state").json()["operator"]["state"])


def test_a_shift_in_states(operator: Browser, made: MadeCases, field_time: FieldTime, client_for: Callable[..., Browser]) -> None:
    assert doing(operator) == "off"
    state = post(operator, "next")
    assert state["operator"]["state"] == "preview"
    field_time.set(clock.now() + timedelta(seconds=20))
    attempt = post(operator, "dial")["attempt"]["id"]
    assert doing(operator) == "call"
    assert operator.post("/operator/api/pause", json={"code": "rest"}).json()["why"] == "outcome_before_leaving"
    post(operator, "spam", attempt_id=attempt, text="骚扰电话", app="某品牌")
    assert statement("SELECT text_shown, attempt_id FROM line_labels") == [{"text_shown": "骚扰电话", "attempt_id": attempt}]
    field_time.set(clock.now() + timedelta(seconds=100))
    with transaction() as session:
        calls.record_event(session, LineEvent("CA1", 0, "no-answer", clock.now(), attempt))
    assert doing(operator) == "wrap_up"
    field_time.set(clock.now() + timedelta(seconds=5))
    told = post(operator, "outcome", outcome="no_answer")["operator"]
    assert told["ends_at"] == (clock.now() + timedelta(seconds=60)).isoformat()
    assert post(operator, "extend")["operator"]["ends_at"] == (clock.now() + timedelta(seconds=120)).isoformat()
    field_time.set(clock.now() + timedelta(seconds=150))
    assert doing(operator) == "ready", "a wrap-up that is over counts as ready before the timetable has written it down"
    with transaction() as session:
        assert people.end_wrap_ups(session) == 1
    post(operator, "next")
    assert post(operator, "pause", code="meal")["lease"] is None
    rows = statement("SELECT state, code, extract(epoch FROM until - since)::int AS s FROM operator_states ORDER BY since, id")
    assert [(row["state"], row["s"]) for row in rows] == [
        ("preview", 20), ("call", 100), ("wrap_up", 125), ("ready", 30), ("preview", 0), ("break", None),
    ]  # fmt: skip
    page = client_for("supervisor").get("/supervisor/people").text
    assert "休息 · 用餐" in page
    assert "1分40秒" in page
    assert "1分40秒" in operator.get("/operator/day").text


def test_the_end_of_a_shift_hands_appointments_over(operator: Browser, made: MadeCases) -> None:
    post(operator, "next")
    attempt = post(operator, "dial")["attempt"]["id"]
    with transaction() as session:
        calls.record_event(session, LineEvent("CA1", 0, "in-progress", clock.now(), attempt))
        calls.record_event(session, LineEvent("CA1", 1, "completed", clock.now(), attempt))
    post(operator, "outcome", outcome="appointment_hard", detail={"appointment": {"at": "2022-06-02T16:00"}})
    post(operator, "next")
    assert "operator2" in operator.get("/operator/shift").text
    unknown = operator.post("/operator/shift/end", data={"appointments": "successor", "successor": "999"})
    assert unknown.status_code == 422
    assert operator.post("/operator/shift/end", data={"appointments": "successor", "successor": str(made.operators[1])}).status_code == 303
    assert doing(operator) == "off"
    assert statement("SELECT operator_id FROM appointments") == [{"operator_id": made.operators[1]}]
    assert statement("SELECT for_operator_id FROM cases WHERE rank = 0") == [{"for_operator_id": made.operators[1]}]
    assert statement("SELECT count(*) AS n FROM cases WHERE state = 'leased'") == [{"n": 0}]
    post(operator, "next")
    assert operator.post("/log-out").headers["location"] == "/log-in"  # the case that was not called goes back with them
    assert statement("SELECT count(*) AS n FROM cases WHERE state = 'leased'") == [{"n": 0}]
    assert statement("SELECT state FROM operator_states WHERE until IS NULL") == [{"state": "off"}]


def test_who_leaves_without_a_word_is_off(operator: Browser, made: MadeCases) -> None:
    post(operator, "pause", state="training")
    with transaction() as session:
        assert people.leave_the_absent(session) == 0
    six_minutes_ago = "UPDATE log_ins SET last_seen_at = last_seen_at - interval '6 minutes'"
    statement(six_minutes_ago)
    with transaction() as session:
        assert people.leave_the_absent(session) == 0, "in training nobody need touch the console"
    post(operator, "ready")
    statement(six_minutes_ago)
    with transaction() as session:
        assert people.leave_the_absent(session) == 1, "a console that is open gives a sign of life every minute"
    assert statement("SELECT state FROM operator_states WHERE until IS NULL") == [{"state": "off"}]
    post(operator, "pause", state="training")
    statement("UPDATE log_ins SET ended_at = now()")
    with transaction() as session:
        assert people.leave_the_absent(session) == 1
        enter = "UPDATE operator_states SET state = 'ready', since = :since WHERE until IS NULL"
        for hours, at_work in ((1, 1), (25, 0)):
            session.execute(text(enter), {"since": clock.now() - timedelta(hours=hours)})
            assert operators_at_work(session, clock.now()) == at_work, "what a stopped house left open is nobody's presence"


def test_a_state_that_a_demo_left_open_is_no_work_of_the_day_on_which_the_house_goes_on(
    operator: Browser, client_for: Callable[..., Browser], made: MadeCases, field_time: FieldTime
) -> None:
    post(operator, "ready")  # in field time, years before the session was opened by the wall's clock
    begun = clock.now()
    field_time.set(clock.wall_clock())
    statement("UPDATE log_ins SET last_seen_at = last_seen_at - interval '10 minutes' WHERE user_id = %(user)s", {"user": operator.user.id})
    with transaction() as session:
        assert people.leave_the_absent(session) == 1
    assert statement("SELECT since, until FROM operator_states WHERE state = 'ready'") == [{"since": begun, "until": begun}]
    page = client_for("supervisor").get("/supervisor/people").text
    row = re.search(rf"{operator.user.username}.*?</tr>", page, re.DOTALL)
    assert row and "小时" not in row[0] and "分" not in row[0], row
    seen = clock.wall_clock() - timedelta(hours=2)  # where the house was run by the wall's clock and crashed, the session says until when
    times = {"user": operator.user.id, "seen": seen, "since": seen - timedelta(minutes=5), "in": seen - timedelta(minutes=9)}
    statement("UPDATE log_ins SET created_at = %(in)s, last_seen_at = %(seen)s WHERE user_id = %(user)s", times)
    statement("UPDATE operator_states SET state = 'ready', since = %(since)s WHERE user_id = %(user)s AND until IS NULL", times)
    with transaction() as session:
        assert people.leave_the_absent(session) == 1
    assert statement("SELECT until FROM operator_states WHERE since = %(since)s", times) == [{"until": seen}]
