"""The operator's way through the JSON API: next, dial, answer, outcome."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlmodel import select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue.tables import Case
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineAway, LineEvent, LineState
from callcenter.db.engine import engine, statement, transaction
from callcenter.interviews.tables import Interview
from callcenter.people.tables import User
from callcenter.scheduler.sweep import sweep_calls
from callcenter.studies.actions import stop_dialling
from tests.conftest import FieldTime
from tests.factories.at_once import beside
from tests.factories.calls import PretendedLine
from tests.factories.cases import MadeCases, make_cases
from tests.factories.interviews import FULL, shipped
from tests.factories.people import Browser

NEXT, DIAL, STATE = "/operator/api/next", "/operator/api/dial", "/operator/api/state"


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        made = make_cases(session, 4, operators=2)
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(shipped())})
    return made


@pytest.fixture
def line(app: FastAPI) -> PretendedLine:
    app.state.phone_line = PretendedLine()
    return app.state.phone_line


@pytest.fixture
def operator(client_for: Callable[..., Browser], made: MadeCases, line: PretendedLine) -> Browser:
    return client_for(person(made.operators[0]))


def person(user_id: int) -> User:
    with transaction() as session:
        return session.get_one(User, user_id)


def post(browser: Browser, path: str, **body: Any) -> dict[str, Any]:
    answer = browser.post(f"/operator/api/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(state: dict[str, Any], *words: str) -> None:
    """The carrier's callbacks of the state's call."""
    attempt = state["attempt"]
    for place, word in enumerate(words):
        with transaction() as session:
            calls.record_event(session, LineEvent("CA1", place, word, clock.now(), attempt["id"]))


def answer_all(browser: Browser, state: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """Answer every question, from `answers` or as a complete interview would."""
    for _ in range(60):
        question = state["interview"]["question"]
        if question is None:
            return state
        value = {**FULL, **answers}[question["name"]]
        state = post(browser, "answer", question=question["name"], instance=question["instance"], value=value)
    raise AssertionError("the interview does not end")


def test_an_interview_from_next_to_complete(operator: Browser, made: MadeCases, line: PretendedLine) -> None:
    state = post(operator, "next")
    assert (state["lease"]["case_id"], state["attempt"], state["outcomes"]) == (made.case_ids[0], None, [])
    state = post(operator, "dial", phone=None)
    assert (state["attempt"]["state"], len(line.placed), state["interview"]) == ("queued", 1, None)
    told(state, "ringing", "in-progress")
    state = operator.get(STATE).json()
    assert state["attempt"]["state"] == "answered"
    assert state["interview"]["question"]["name"] == "notice"
    assert ("complete" in state["outcomes"], state["suggested"]) == (False, None)
    heard = {"outcome": "dead_number", "detail": {"heard": "ringing"}}  # told as an announcement, but somebody has answered since
    assert operator.post("/operator/api/outcome", json=heard).json()["why"] == "answered_meanwhile"
    silent = operator.post("/operator/api/outcome", json={"outcome": "unreachable"}).json()
    assert (silent["why"], "接通" in silent["about"]) == ("outcome_unsure", True)
    assert operator.post("/operator/api/outcome", json={"outcome": "no_answer"}).json()["why"] == "outcome_answered"
    left = operator.post("/log-out")
    assert (left.status_code, left.headers["location"], operator.get(STATE).status_code) == (303, "/operator", 200)
    assert "请先登记，再下班或休息" in operator.get("/operator").text
    state = answer_all(operator, state)
    assert state["interview"]["complete"]
    announced = {"outcome": "dead_number", "detail": {"heard": "announcement"}}
    assert operator.post("/operator/api/outcome", json=announced).json()["why"] == "outcome_talked"
    assert state["outcomes"][0] == state["suggested"] == "complete"
    assert state["saved_at"] is not None
    state = post(operator, "outcome", outcome="complete")
    assert (state["lease"], state["finished"]["code"]) == (None, "1.1")
    assert line.ended == ["CA1"]
    assert statement("SELECT valid, reasons FROM validity_verdicts") == [{"valid": True, "reasons": []}]
    assert statement("SELECT state FROM interviews") == [{"state": "ended"}]


def test_a_denied_matter_is_offered_first(operator: Browser) -> None:
    post(operator, "next")
    told(post(operator, "dial", phone=None), "in-progress")
    state = answer_all(operator, operator.get(STATE).json(), handled="no")
    assert state["outcomes"][0] == "matter_denied"
    assert "complete" not in state["outcomes"]
    assert operator.post("/operator/api/outcome", json={"outcome": "complete"}).status_code == 409
    assert post(operator, "outcome", outcome="matter_denied")["finished"]["code"] == "3.30"


def test_a_double_click_on_dial_places_one_call(operator: Browser, line: PretendedLine) -> None:
    post(operator, "next")
    first, second = post(operator, "dial", phone=None), post(operator, "dial", phone=None)
    assert first["attempt"]["id"] == second["attempt"]["id"]
    assert len(line.placed) == 1


def test_a_machine_is_a_hint_and_a_stop_leaves_the_running_call_to_its_operator(operator: Browser, line: PretendedLine) -> None:
    post(operator, "next")
    state = post(operator, "dial", phone=None)
    told(state, "ringing", "in-progress")
    with transaction() as session:
        assert calls.record_machine(session, state["attempt"]["id"], "CA1", "machine")
        stop_dialling(session, session.exec(select(Case.study_id)).first() or 0, "有投诉", None)
    state = operator.get(STATE).json()
    assert (state["attempt"]["answered_by"], state["stop"], state["suggested"]) == ("machine", "有投诉", None)
    assert post(operator, "answer", question=state["interview"]["question"]["name"], value="yes")["saved_at"]
    told(state, "completed")
    assert post(operator, "outcome", outcome="informant_absent")["finished"]["state"] == "done"
    assert len(line.placed) == 1


def test_what_was_not_allowed_or_came_too_late_is_seen_by_supervisors_with_the_case(
    operator: Browser, client_for: Callable[..., Browser], line: PretendedLine, field_time: FieldTime
) -> None:
    state = post(operator, "next")
    lease, case, phone = state["lease"]["id"], state["lease"]["case_id"], state["lease"]["phones"][0]["number"]
    elsewhere = operator.post(DIAL, json={"phone": "+8613911112222"})
    barred = {"number": phone, "now": clock.now()}
    statement("INSERT INTO do_not_call (scope, value, reason, at) VALUES ('number', %(number)s, 'opt_out', %(now)s)", barred)
    wished = [operator.post(DIAL, json={}) for _ in range(2)]
    statement("DELETE FROM do_not_call")
    statement("UPDATE cases SET lease_expires_at = lease_expires_at + interval '1 day' WHERE lease_id = %(lease)s", {"lease": lease})
    now = field_time.moment
    field_time.set(now + timedelta(hours=11))
    late = operator.post(DIAL, json={})
    assert [one.json()["why"] for one in (elsewhere, *wished, late)] == [
        "number_not_of_case", "do_not_call", "do_not_call", "outside_calling_hours",
    ]  # fmt: skip
    assert line.placed == []
    field_time.set(now)
    told(post(operator, "dial", phone=None), "no-answer")
    field_time.set(now + timedelta(days=2))
    attempt = statement("SELECT id FROM attempts")[0]["id"]
    done = post(operator, "outcome", outcome="no_answer", lease_id=lease, attempt_id=attempt)
    assert done["finished"]["state"] == "late"
    page = client_for("supervisor").get(f"/cases/{case}").text
    assert page.count("没有允许拨打") == 3
    for words in ("不是该企业名单上的号码", "在免打扰名单中", "不在拨打时段内", "迟到的结果，只留作记录"):
        assert words in page, words


def test_a_lost_carrier_loses_no_case(operator: Browser, line: PretendedLine) -> None:
    state = post(operator, "next")
    line.fails = True
    refused = operator.post(DIAL, json={})
    assert (refused.status_code, refused.json()["why"]) == (503, "line_away")
    now = operator.get(STATE).json()
    assert now["lease"]["id"] == state["lease"]["id"]
    assert now["outcomes"] == ["carrier_failure"]
    line.fails = False
    again = operator.post(DIAL, json={})
    assert (again.status_code, len(line.placed)) == (200, 1), again.text


def test_an_outcome_is_kept_though_the_carrier_does_not_end_the_call_which_the_sweep_ends_later(
    operator: Browser, line: PretendedLine, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(operator, "next")
    told(post(operator, "dial", phone=None), "in-progress")

    def away(_: str) -> None:
        raise LineAway("500")

    with monkeypatch.context() as while_away:
        while_away.setattr(line, "hang_up", away)
        assert post(operator, "outcome", outcome="informant_absent")["finished"]["state"] == "done"
    assert (line.ended, sweep_calls(line)["asked"]) == ([], 0)
    field_time.set(field_time.moment + timedelta(seconds=20))
    line.states["CA1"] = LineState("CA1", "completed")
    assert (sweep_calls(line), line.ended) == ({"asked": 1, "moved": 1, "away": 0}, ["CA1"])


def test_the_same_outcome_posted_twice_never_hits_the_next_case(operator: Browser, made: MadeCases) -> None:
    state = post(operator, "next")
    state = post(operator, "dial", phone=None)
    told(state, "no-answer")
    body = {"outcome": "no_answer", "lease_id": state["lease"]["id"], "attempt_id": state["attempt"]["id"]}
    assert post(operator, "outcome", **body)["finished"]["state"] == "done"
    following = post(operator, "next")
    repeated = post(operator, "outcome", **body)
    assert repeated["finished"]["state"] == "again"
    assert repeated["lease"]["id"] == following["lease"]["id"]


def test_after_the_last_case_it_says_why_and_when(operator: Browser, made: MadeCases, field_time: FieldTime) -> None:
    for _ in made.case_ids:
        post(operator, "next")
        told(post(operator, "dial", phone=None), "busy")
        statement("UPDATE attempts SET call_sid = 'done' || id WHERE call_sid LIKE 'CA%%'")
        statement("DELETE FROM call_events")
        post(operator, "outcome", outcome="busy")
    none = post(operator, "next")["none"]
    assert none == {"why": "nothing_due", "next_due_at": "2022-06-02T02:20:00+00:00", "reason": ""}


def test_leases_of_others_and_calls_of_nobody_are_refused(operator: Browser, client_for: Callable[..., Browser], made: MadeCases) -> None:
    assert operator.post(DIAL, json={}).json()["why"] == "lease_gone"
    post(operator, "next")
    answered = operator.post("/operator/api/answer", json={"question": "notice", "value": "yes"})
    assert answered.json()["why"] == "nobody_answered"
    assert operator.post(DIAL, json={"phone": "+8610086"}).json()["why"] == "number_not_of_case"
    other = client_for(person(made.operators[1]))
    assert post(other, "next")["lease"]["case_id"] != operator.get(STATE).json()["lease"]["case_id"]


def test_a_case_is_given_back_only_before_it_was_called(operator: Browser) -> None:
    post(operator, "next")
    assert post(operator, "give-back", why="认识对方")["lease"] is None
    post(operator, "next")
    told(post(operator, "dial", phone=None), "busy")
    assert operator.post("/operator/api/give-back", json={}).json()["why"] == "outcome_first_then_back"
    assert operator.post(DIAL, json={}).json()["why"] == "outcome_first"


def test_of_two_clicks_at_once_the_second_sees_what_the_first_has_done(operator: Browser, made: MadeCases, field_time: FieldTime) -> None:
    def pressed(what: str, **body: Any) -> Callable[[], Any]:
        return lambda: operator.post(f"/operator/api/{what}", json=body).json()

    state = post(operator, "next")
    lease, own = state["lease"]["id"], made.operators[0]
    with transaction() as session:
        queue.locked_bundle(session, lease)
        back = beside(pressed("give-back"))
        attempt = calls.begin_attempt(session, lease_id=lease, operator_id=own)
    assert back.result()["why"] == "outcome_first_then_back", "a call is never left without its case"
    with transaction() as session:
        queue.locked_bundle(session, lease)
        again = beside(pressed("dial"))
        calls.record_placed(session, attempt.id or 0, "CA1")
        calls.record_event(session, LineEvent("CA1", 1, "busy", clock.now(), attempt.id))
    assert again.result()["why"] == "outcome_first"
    statement("UPDATE attempts SET state = 'answered', answered_at = placed_at, ended_at = NULL")
    assert operator.get(STATE).json()["interview"]["question"]["name"] == "notice"
    field_time.set(clock.now() + timedelta(seconds=100))  # the answer keeps the lease, too
    with transaction() as session:
        queue.locked_bundle(session, lease)  # an outcome holds the case, then ends its interview
        answered = beside(pressed("answer", question="notice", value="yes"))
        session.exec(select(Interview).with_for_update(key_share=True)).one()
    assert answered.result()["interview"]["question"]["name"] != "notice"
    statement("DELETE FROM answers")
    statement("UPDATE interviews SET state = 'void', ended_at = now()")
    with transaction() as session:
        queue.locked_bundle(session, lease)
        seen = beside(lambda: operator.get(STATE).json())
        queue.close(session, made.case_ids[0], "refused")
    assert (seen.result()["lease"], statement("SELECT state FROM interviews")) == (None, [{"state": "void"}]), (
        "none is opened behind an outcome"
    )


def test_back_shows_the_question_before_with_its_answer(operator: Browser) -> None:
    post(operator, "next")
    told(post(operator, "dial", phone=None), "in-progress")
    state = operator.get(STATE).json()
    asked: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *about: asked.append(about[2]))
    state = post(operator, "answer", question="notice", value="yes")
    assert len(asked) <= 13, "an answer stays cheap: what the request has read once it does not read again"
    assert state["interview"]["question"]["name"] == "right_enterprise"
    state = post(operator, "back")
    assert (state["interview"]["question"]["name"], state["interview"]["question"]["value"]) == ("notice", "yes")
    assert state["interview"]["question"]["number"] == 1  # the place shown, not that of the question left


def test_an_answer_that_cannot_stand_says_what_to_do_and_saves_nothing(operator: Browser) -> None:
    post(operator, "next")
    told(post(operator, "dial", phone=None), "in-progress")
    operator.get(STATE)
    refused = operator.post("/operator/api/answer", json={"question": "notice", "value": "perhaps"})
    assert refused.status_code == 422
    assert refused.json()["about"]
    assert statement("SELECT count(*) AS n FROM answers") == [{"n": 0}]


def test_a_heartbeat_keeps_the_case(operator: Browser, field_time: FieldTime) -> None:
    from datetime import timedelta

    first = post(operator, "next")["lease"]["expires_at"]
    field_time.set(field_time.moment + timedelta(minutes=4))
    assert post(operator, "heartbeat")["lease"]["expires_at"] > first


def test_the_pages_around_the_console(operator: Browser) -> None:
    post(operator, "next")
    told(post(operator, "dial", phone=None), "in-progress", "completed")
    operator.get(STATE)
    asked = {"at": "2022-06-02T16:00", "with_whom": "李经理"}
    post(operator, "outcome", outcome="appointment_hard", detail={"appointment": asked})
    assert "李经理" in operator.get("/operator/appointments").text
    day = operator.get("/operator/day").text
    assert "已约定时间" in day
    console = operator.get("/operator").text
    assert 'id="console"' in console
    assert "天津第" not in console  # names come by the API only, to whom the case is leased
