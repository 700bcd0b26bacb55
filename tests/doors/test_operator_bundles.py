"""A bundle on the operator's way: one call, one opening, two matters, each case with its own end."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.calls import actions as incoming
from callcenter.calls.phone_line import LineEvent
from callcenter.calls.tables import IncomingCall
from callcenter.db.engine import statement, transaction
from callcenter.follow_up import actions as follow_up
from callcenter.follow_up.queries import open_appointments
from callcenter.interviews import queries as interviews
from callcenter.people import actions as people
from callcenter.response_rates.cuts import Scope
from callcenter.response_rates.queries import attempts_by, study_counts
from callcenter.response_rates.queries.recount import differences
from callcenter.scheduler.sweep import settle_calls
from tests.conftest import FieldTime
from tests.doors.test_operator_api import STATE, person, post, told
from tests.factories.calls import PretendedLine
from tests.factories.cases import MadeCases, make_cases, make_twins
from tests.factories.interviews import FULL, shipped
from tests.factories.people import Browser

ASKED_ONCE = {"notice", "right_enterprise", "awareness", "approval", "thanks"}


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        made = make_cases(session, 2, operators=2)
        make_twins(session, made)
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(shipped())})
    return made


@pytest.fixture
def operator(client_for: Callable[..., Browser], made: MadeCases, app: FastAPI) -> Browser:
    app.state.phone_line = PretendedLine()
    return client_for(person(made.operators[0]))


def talking(operator: Browser) -> dict[str, Any]:
    post(operator, "next")
    told(post(operator, "dial", phone=None), "ringing", "in-progress")
    state: dict[str, Any] = operator.get(STATE).json()
    return state


def answer_until(operator: Browser, state: dict[str, Any], stop: str | None = None, **answers: Any) -> tuple[dict[str, Any], list[str]]:
    """Answer up to the question `stop` (or to the end): the state there, and the questions asked."""
    asked: list[str] = []
    while (question := state["interview"]["question"]) is not None and question["name"] != stop:
        asked.append(question["name"])
        value = {**FULL, **answers}[question["name"]]
        state = post(operator, "answer", question=question["name"], instance=question["instance"], value=value)
        assert len(asked) < 60
        if stop == "block" and state["lease"]["bundle"][0]["state"] == "done":
            break
    return state, asked


def standings(state: dict[str, Any]) -> list[str]:
    return [one["state"] for one in state["lease"]["bundle"]]


def codes() -> dict[int, str]:
    rows = statement("SELECT DISTINCT ON (case_id) case_id, code FROM dispositions ORDER BY case_id, id DESC")
    return {row["case_id"]: row["code"] for row in rows}


def test_two_matters_in_one_call_and_a_different_end_for_each(operator: Browser, made: MadeCases) -> None:
    state = talking(operator)
    first, second = (one["case_id"] for one in state["lease"]["bundle"])
    assert {first, second} > {made.case_ids[0]} and standings(state) == ["asking", "waiting"]
    assert len({one["matter"] for one in state["lease"]["bundle"]}) == 2, "matters of the same words are told apart"
    state, in_first = answer_until(operator, state, "block")
    assert standings(state) == ["done", "asking"]
    assert (in_first[0], "thanks" in in_first, state["interview"]["question"]["name"]) == ("notice", False, "handled")
    state = post(operator, "back")  # over the edge of the block, and on again
    assert (standings(state), state["interview"]["question"]["name"]) == (["asking", "waiting"], in_first[-1])
    state = post(operator, "answer", question=in_first[-1], value="多一些网上办理")
    assert standings(state) == ["done", "asking"]
    state, in_second = answer_until(operator, state, handled="no")
    assert (in_second, state["outcomes"][0]) == (["handled"], "matter_denied")
    state = post(operator, "outcome", outcome="matter_denied")
    finished = state["finished"]
    assert [(one["case_id"], one["code"]) for one in (finished, *finished["others"])] == [(second, "3.30"), (first, "1.1")]
    assert codes() == {first: "1.1", second: "3.30"}
    assert statement("SELECT case_id, valid FROM validity_verdicts") == [{"case_id": first, "valid": True}]
    assert statement("SELECT count(*) AS calls, (SELECT count(*) FROM shared_attempts) AS shared FROM attempts") == [
        {"calls": 1, "shared": 1}
    ]
    with transaction() as session:
        assert sum(one.total.dialled for one in study_counts(session, made.study_id)) == 1
        assert sum(one.total.called for one in study_counts(session, made.study_id)) == 2
    assert differences(statement) == []


def test_what_is_asked_once_stands_whole_in_every_case_and_says_where_it_was_asked(operator: Browser, made: MadeCases) -> None:
    state, _ = answer_until(operator, talking(operator), "block")
    state, in_second = answer_until(operator, state)
    assert ASKED_ONCE & {*in_second} == {"thanks"} and not {"notice", "awareness"} & {*in_second}
    first, second = (one["case_id"] for one in state["lease"]["bundle"])
    assert standings(state) == ["done", "done"]
    rows = statement(
        "SELECT i.case_id, i.block, a.question, o.case_id AS asked_in FROM answers a JOIN interviews i ON i.id = a.interview_id "
        "LEFT JOIN interviews o ON o.id = a.asked_in WHERE NOT a.set_aside"
    )
    copied = {(row["case_id"], row["question"], row["asked_in"]) for row in rows if row["asked_in"]}
    assert copied == {(second, name, first) for name in ASKED_ONCE - {"thanks"}} | {(first, "thanks", second)}
    assert {(row["case_id"], row["block"]) for row in rows} == {(first, 1), (second, 2)}
    finished = post(operator, "outcome", outcome="complete")["finished"]
    assert [one["code"] for one in (finished, *finished["others"])] == ["1.1", "1.1"]
    with transaction() as session:
        asked = [interviews.route(session, each.id or 0) for case in (first, second) for each in interviews.of_case(session, case)]
        assert [(route.complete, route.completeness) for route in asked] == [(True, 1.0)] * 2
        [consent] = interviews.consents(session, interviews.of_case(session, second)[0].id or 0)
    assert (consent.interview, consent.recording, consent.answer) == (True, True, "yes")
    assert "您好" in consent.notice and len(consent.version) == 12


def test_a_call_that_ends_after_the_first_block_leaves_the_second_for_the_time_agreed(operator: Browser, made: MadeCases) -> None:
    state, _ = answer_until(operator, talking(operator), "block", notice="no_recording")
    first, second = (one["case_id"] for one in state["lease"]["bundle"])
    asked = {"at": "2022-06-02T16:00", "with_whom": "李经理"}
    finished = post(operator, "outcome", outcome="appointment_hard", detail={"appointment": asked})["finished"]
    assert (finished["case_id"], finished["outcome"], finished["others"][0]["outcome"]) == (second, "appointment_hard", "complete")
    assert codes() == {first: "1.1", second: "2.36"}
    assert statement("SELECT case_id FROM appointments") == [{"case_id": second}]
    assert statement("SELECT recording FROM consents") == [{"recording": False}]


def test_answers_of_both_survive_a_lease_that_runs_out(operator: Browser, made: MadeCases, field_time: FieldTime) -> None:
    state, _ = answer_until(operator, talking(operator), "block")
    state, _ = answer_until(operator, state, "satisfaction")
    first, second = (one["case_id"] for one in state["lease"]["bundle"])
    with transaction() as session:
        lease = queue_lease(session, made)
        field_time.set(lease.expires_at)
        queue.expire_leases(session)
        session.execute(text("UPDATE attempts SET state = 'completed', ended_at = :now"), {"now": field_time.moment})
    assert [settle_calls(), settle_calls()] == [{"settled": 2}, {"settled": 0}]
    assert codes() == {first: "1.1", second: "3.20"}  # the second was cut off, nobody confirmed it as broken off
    rows = statement("SELECT case_id, state, through_at IS NOT NULL AS through FROM interviews ORDER BY block")
    assert [(row["case_id"], row["state"], row["through"]) for row in rows] == [(first, "ended", True), (second, "broken_off", False)]
    with transaction() as session:
        again = interviews.current(session, second)
        assert again is not None and again.id is not None
        step = interviews.step(session, again.id)
    assert step.question is not None and step.question["name"] == "satisfaction"


def queue_lease(session: Any, made: MadeCases) -> Any:
    from callcenter import clock
    from callcenter.call_queue import queries

    lease = queries.lease_of(session, made.operators[0], clock.now())
    assert lease is not None
    return lease


def test_a_gatekeeper_names_the_right_person_who_is_called_next(operator: Browser, made: MadeCases) -> None:
    state = talking(operator)
    before = statement("SELECT id, contact, phones FROM cases WHERE lease_id IS NOT NULL ORDER BY id")
    named = {"name": " 李 会计 ", "role": "财务", "number": "022-2345 6789转801", "at_once": True}
    for wrong, why in (
        ({"number": "12345"}, "number_unread"),
        ({"extension": "8a"}, "extension_unread"),
        ({"name": "", "role": ""}, "contact_unnamed"),
    ):
        assert operator.post("/operator/api/contact", json={**named, **wrong}).json()["why"] == why
    with transaction() as session:
        session.execute(text("INSERT INTO do_not_call (scope, value, reason, at) VALUES ('number', '+8613920000001', 'x', now())"))
    assert operator.post("/operator/api/contact", json={**named, "number": "13920000001"}).json()["why"] == "number_barred"
    assert operator.post("/operator/api/contact", json={**named, "lease_id": "gone"}).status_code == 409
    assert statement("SELECT id, contact, phones FROM cases WHERE lease_id IS NOT NULL ORDER BY id") == before

    state = post(operator, "contact", **named, lease_id=state["lease"]["id"])
    person_ = {"name": "李 会计", "role": "财务", "number": "+862223456789", "extension": "801"}
    assert (state["lease"]["person"], state["lease"]["phones"][0]["number"]) == (person_, "+862223456789")
    after = statement("SELECT id, contact, phones FROM cases WHERE lease_id IS NOT NULL ORDER BY id")
    assert [row["contact"] for row in after] == [row["contact"] for row in before]
    assert [row["phones"][1:] for row in after] == [row["phones"] for row in before] and len(after) == 2
    trail = statement("SELECT subject_id, detail FROM audit_trail WHERE action = 'contact_named' ORDER BY subject_id")
    assert [row["detail"] for row in trail] == [{"number": "told"}] * 2

    bundle = {one["case_id"] for one in state["lease"]["bundle"]}
    state = post(operator, "outcome", outcome="gatekeeper")
    assert (state["finished"]["why"], {one["case_id"] for one in state["lease"]["bundle"]}) == ("right_person", bundle)
    assert (state["operator"]["state"], state["attempt"]) == ("preview", None)
    state = post(operator, "dial", phone=None)
    assert state["attempt"]["phone"] == "+862223456789"
    told(state, "ringing", "in-progress")
    state = post(operator, "outcome", outcome="gatekeeper")  # once called, the person has no hurry any more
    assert (state["lease"], state["finished"]["why"]) == (None, "same_daypart")


def test_an_enterprise_that_calls_is_promised_a_time_for_all_its_matters_or_worked_in_one_call_and_never_counted_as_dialled(
    operator: Browser, client_for: Callable[..., Browser], made: MadeCases
) -> None:
    case_id, phone, unit = statement("SELECT id, phones->0->>'number' AS phone, unit_key FROM cases ORDER BY id LIMIT 1")[0].values()
    cases = {row["id"] for row in statement("SELECT id FROM cases WHERE unit_key = %(unit)s", {"unit": unit})}
    line = statement("SELECT number FROM lines ORDER BY number LIMIT 1")[0]["number"]
    with transaction() as session:
        incoming.arrive(session, sid="CA-menu", to=line, number=phone)
        call = session.exec(select(IncomingCall.id)).one()
        for _ in range(2):
            assert "一小时以后给您打电话" in str(follow_up.choose_time(session, call, "CA-menu", "1").steps[0])
        incoming.end_incoming(session, "CA-menu")
        assert {waits.case_id for waits, _ in promised(session)} == cases
        assert {(waits.kind, waits.at) for waits, _ in promised(session)} == {("soft", clock.now() + timedelta(hours=1))}
    kept = statement("SELECT DISTINCT outcome, direction, operator_id, shared FROM case_attempts ORDER BY shared")
    assert kept == [{"outcome": "appointment_soft", "direction": "incoming", "operator_id": None, "shared": so} for so in (False, True)]
    assert codes() == dict.fromkeys(cases, "3.20")
    supervisor = client_for("supervisor")
    page = supervisor.get(f"/cases/{case_id}").text
    assert "来电：改日再打" in page and "语音菜单" in page
    assert "任何人（来电时自选）" in supervisor.get("/supervisor/appointments").text

    with transaction() as session:
        people.enter(session, made.operators[0], "ready")
        incoming.arrive(session, sid="CA-talk", to=line, number=phone)
        call = session.exec(select(IncomingCall.id).where(IncomingCall.call_sid == "CA-talk")).one()
        incoming.choose(session, call, "CA-talk", "1")
    state = operator.post(f"/operator/api/incoming/{call}/take", json={"case_id": case_id}).json()
    assert {one["case_id"] for one in state["lease"]["bundle"]} == cases
    assert [one["label"] for one in state["lease"]["history"]] == ["来电：改日再打"]
    with transaction() as session:
        incoming.record_event(session, LineEvent("CA-talk", 4, "completed", clock.now(), None))
    state = post(operator, "outcome", outcome="appointment_soft", detail={"appointment": {"at": "2022-06-06T10:00:00+08:00"}})
    assert {one["case_id"] for one in (state["finished"], *state["finished"]["others"])} == cases
    assert statement("SELECT state, count(*) FROM appointments GROUP BY 1 ORDER BY 1") == [
        {"state": "kept", "count": 2},
        {"state": "open", "count": 2},
    ]
    assert statement("SELECT DISTINCT attempts, attempts_on_day FROM cases WHERE unit_key = %(unit)s", {"unit": unit}) == [
        {"attempts": 0, "attempts_on_day": 0}
    ]
    with transaction() as session:
        counted = study_counts(session, made.study_id)
        assert (sum(one.total.dialled for one in counted), sum(one.total.called for one in counted)) == (0, 0)
        assert sum(one.total.reached for one in counted) == 2
        assert [(one.dialled, one.answered, one.reached) for one in attempts_by(session, Scope(made.study_id), "operator")] == [(0, 0, 1)]
    assert differences(statement) == []


def promised(session: Any) -> list[Any]:
    return [(one.appointment, one.operator) for one in open_appointments(session, clock.now())]
