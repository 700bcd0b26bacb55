"""Operator states over a shift: through the JSON API, the timetable, the pages of operator and supervisor."""

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


def test_a_call_dialled_by_hand_is_told_by_its_operator_and_no_carrier(operator: Browser, app: FastAPI, made: MadeCases) -> None:
    statement('UPDATE studies SET settings = settings || \'{"dialling": {"mode": "preview", "allowed": ["manual"]}}\'::jsonb')
    assert post(operator, "mode", mode="manual")["operator"]["modes"] == ["preview", "manual"]
    post(operator, "next")
    state = post(operator, "dial")
    assert (state["attempt"]["state"], state["attempt"]["by_hand"], app.state.phone_line.placed) == ("ringing", True, [])
    assert post(operator, "desk", word="in-progress")["attempt"]["state"] == "answered"
    assert post(operator, "hang-up")["attempt"]["state"] == "completed"
    assert app.state.phone_line.ended == []
    with transaction() as session:
        assert calls.silent_calls(session) == []
    assert post(operator, "outcome", outcome="soft_refusal", detail={"who": "informant"})["lease"] is None


def test_never_two_calls_for_one_operator_nor_a_word_for_another_case(operator: Browser, app: FastAPI, made: MadeCases) -> None:
    lease = post(operator, "next")["lease"]["id"]
    attempt = post(operator, "dial")["attempt"]["id"]
    with transaction() as session:
        calls.record_event(session, LineEvent("CA1", 0, "in-progress", clock.now(), attempt))
    statement("UPDATE cases SET state = 'ready', lease_id = NULL, leased_by = NULL, leased_at = NULL, lease_expires_at = NULL")
    post(operator, "next")
    assert operator.post("/operator/api/dial", json={}).json()["why"] == "another_call_open"
    late = operator.post("/operator/api/answer", json={"question": "notice", "value": "yes", "lease_id": lease, "attempt_id": attempt})
    assert late.json()["why"] == "lease_gone", "an answer that was on its way belongs to its own case"
    assert len(app.state.phone_line.placed) == 1


def test_the_last_outcome_is_taken_back_within_wrap_up_and_leaves_the_case_as_it_was(
    operator: Browser, made: MadeCases, field_time: FieldTime, client_for: Callable[..., Browser]
) -> None:
    post(operator, "next")
    attempt = post(operator, "dial")["attempt"]["id"]
    with transaction() as session:
        calls.record_event(session, LineEvent("CA1", 0, "in-progress", clock.now(), attempt))
        calls.record_event(session, LineEvent("CA1", 1, "completed", clock.now(), attempt))
    operator.get("/operator/api/state")
    fields = "id, rank, due_at, phones, attempts, last_attempt_day, line, for_operator_id, anyone_from, needs_conversion, closed_why"
    before = statement(f"SELECT {fields} FROM cases ORDER BY id")
    told = post(operator, "outcome", outcome="opt_out", detail={"do_not_call": True})
    assert (told["undo"]["attempt_id"], told["finished"]["action"]) == (attempt, "close")
    back = post(operator, "undo", attempt_id=attempt)
    assert (back["attempt"]["id"], back["attempt"]["outcome"], back["operator"]["state"]) == (attempt, None, "wrap_up")
    assert "soft_refusal" in back["outcomes"]
    assert statement(f"SELECT {fields} FROM cases ORDER BY id") == before
    assert statement("SELECT count(*) AS n FROM do_not_call") == [{"n": 0}]
    assert statement("SELECT state FROM interviews") == [{"state": "open"}]
    assert statement("SELECT detail FROM audit_trail WHERE action = 'outcome_undone'") == [
        {"detail": {"attempt": attempt, "outcome": "opt_out"}}
    ]
    wish = {"appointment": {"at": "2022-06-02T16:00"}}
    post(operator, "outcome", outcome="appointment_hard", detail=wish)
    post(operator, "undo", attempt_id=attempt)
    assert [row["state"] for row in statement("SELECT state FROM appointments")] == ["cancelled"]
    assert statement("SELECT code, final FROM dispositions ORDER BY id DESC LIMIT 1") == [{"code": "3.11", "final": False}]
    (case,) = statement("SELECT case_id FROM attempts")
    way = client_for("supervisor").get(f"/cases/{case['case_id']}").text
    assert way.count("撤销了结果：") == 2 and "3.11 撤销结果后恢复，尚无结果</span>" in way
    post(operator, "outcome", outcome="appointment_hard", detail=wish)
    field_time.set(clock.now() + timedelta(seconds=61))
    assert operator.post("/operator/api/undo", json={"attempt_id": attempt}).json()["why"] == "undo_too_late"
    assert statement("SELECT state FROM appointments ORDER BY id") == [{"state": "cancelled"}, {"state": "open"}]
