"""Re-checks blind and by another person, samples taken out by two who saw no answers, and what follows."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import FastAPI

from callcenter.calls import actions as calls
from callcenter.calls.actions import load_lines
from callcenter.calls.phone_line import LineEvent
from callcenter.db.engine import statement, transaction
from callcenter.follow_up.actions import choose_rechecks
from callcenter.response_rates.actions import prove_codes, prove_counters
from callcenter.responses.queries import suspects
from callcenter.scheduler.sweep import settle_calls
from tests.conftest import FieldTime
from tests.factories.calls import LINES, PretendedLine
from tests.factories.field_work import make_worked_sample
from tests.factories.people import Browser, make_user
from tests.factories.sampling import MOMENT

CODES = {"和平区": ["1.1", "1.1", "1.1", "1.1", "4.80", "2.112"]}


def rows(sql: str, **values: object) -> list[dict[str, object]]:
    return statement(sql, values)


def goes_through_the_door_of_every_call(
    dial: Callable[..., str], another: Browser, line: PretendedLine, field_time: FieldTime, *, case: int, next_case: int
) -> None:
    """Hours, do-not-call, one call at a time, one caller; and the case knows nothing of it."""
    counted = "SELECT sum(dialled) AS n FROM rate_counters"
    before = rows("SELECT * FROM cases ORDER BY id"), rows(counted)
    field_time.set(MOMENT + timedelta(hours=10))
    assert "不是拨打时段" in dial(case)
    field_time.set(MOMENT)
    statement("INSERT INTO do_not_call (scope, value, reason, at) SELECT 'enterprise', unit_key, '', now() FROM cases")
    assert "免打扰" in dial(case)
    statement("DELETE FROM do_not_call")
    assert "正在拨出" in dial(case) and "正在拨出" in dial(case)
    assert len(line.placed) == 1 and "您的上一个电话还没有结束" in dial(next_case)
    assert "另一位督导" in dial(case, another)
    attempt = line.placed[0].attempt_id
    with transaction() as session:
        for place, word in enumerate(("in-progress", "completed")):
            calls.record_event(session, LineEvent("CA1", place, word, MOMENT, attempt))
    assert settle_calls() == {"settled": 0}
    assert before == (rows("SELECT * FROM cases ORDER BY id"), rows(counted))
    assert rows("SELECT 1 FROM case_attempts WHERE case_id IS NOT NULL AND id = %(id)s", id=attempt) == []


def was_never_held(client: Browser, case: int, code: object) -> None:
    """The invented interview left I; somebody had answered, and nobody was asked: the case is called again, its call stays counted."""
    assert code == ("3.20", False)
    assert rows("SELECT state, attempts > 0 AS dialled FROM cases WHERE id = %(id)s", id=case) == [{"state": "ready", "dialled": True}]
    page = client.get(f"/cases/{case}").text
    assert "访问作废：没有进行过" in page and "在电话调查期内再次拨打" in page


def test_a_failed_re_check_takes_the_sample_out_and_a_confirmed_denial_is_final(
    client_for: Callable[..., Browser], app: FastAPI, field_time: FieldTime
) -> None:
    with transaction() as session:
        made = make_worked_sample(session, CODES)
        session.connection().exec_driver_sql('UPDATE studies SET settings = \'{"recheck": {"share": 1, "of_closing_outcomes": 1}}\'')
    with transaction() as session:
        assert choose_rechecks(session) == 6
        assert choose_rechecks(session) == 0
        load_lines(session, made.drawn.frame.study_id, LINES)
        opens = "INSERT INTO phases (stage_id, kind, title, description, first_day, last_day, scheduled_last_day) "
        session.connection().exec_driver_sql(opens + "SELECT id, 'calling', '', '', '2022-06-01', '2022-06-14', '2022-06-14' FROM stages")
        session.connection().exec_driver_sql("UPDATE attempts SET call_sid = 'earlier-' || call_sid")
    line = app.state.phone_line = PretendedLine()
    client, cases = client_for("supervisor"), made.cases["和平区"]
    listed = client.get("/supervisor/rechecks").text
    assert listed.count('href="/supervisor/rechecks/') >= 6 and "4.80" not in listed
    number = {row["case_id"]: row["id"] for row in rows("SELECT id, case_id FROM rechecks")}
    form = client.get(f"/supervisor/rechecks/{number[cases[0]]}").text
    assert "是否接受过我们的电话访问" in form and "+86" in form

    def told(case: int, who: Browser = client, **answers: str) -> int:
        return who.post(f"/supervisor/rechecks/{number[case]}", data={f"told_{name}": value for name, value in answers.items()}).status_code

    def dial(case: int, who: Browser = client, **more: str) -> str:
        return who.post(f"/supervisor/rechecks/{number[case]}/call", data=more, headers={"HX-Request": "true"}).text

    assert told(cases[0], interviewed="yes", right_enterprise="yes", handled="yes") == 409, "nothing is told without a call"
    goes_through_the_door_of_every_call(dial, client_for("supervisor"), line, field_time, case=cases[0], next_case=cases[1])
    another = client_for("supervisor")
    assert told(cases[0], another, interviewed="yes", right_enterprise="yes", handled="yes") == 409, "a call of one's own"
    for case in (cases[1], cases[4], cases[5], cases[2]):
        assert "请用话机拨打" in dial(case, by_hand="1")
        assert client.post(f"/supervisor/rechecks/{number[case]}/hang-up").status_code == 303
    assert told(cases[0]) == 422
    assert told(cases[0], interviewed="yes", right_enterprise="yes", handled="yes") in (200, 303)
    assert told(cases[0], interviewed="yes", right_enterprise="yes", handled="yes") == 409
    assert told(cases[1], interviewed="no", right_enterprise="yes", handled="yes") in (200, 303)
    assert told(cases[4], handled="no") in (200, 303)
    assert told(cases[5], as_told="no") in (200, 303)
    assert client.post(f"/supervisor/rechecks/{number[cases[2]]}", data={"unreached": "1"}).status_code in (200, 303)

    latest = "SELECT DISTINCT ON (case_id) case_id, code, final FROM dispositions ORDER BY case_id, id DESC"
    codes = {row["case_id"]: (row["code"], row["final"]) for row in rows(latest)}
    was_never_held(client, cases[1], codes[cases[1]])
    assert codes[cases[5]] == ("3.20", False)
    assert rows("SELECT state FROM cases WHERE id = %(id)s", id=cases[5]) == [{"state": "ready"}]
    valid = "SELECT DISTINCT ON (case_id) case_id, valid, reasons FROM validity_verdicts ORDER BY case_id, id DESC"
    verdicts = {row["case_id"]: row for row in rows(valid)}
    assert verdicts[cases[1]]["reasons"] == ["failed_recheck", "not_interviewed"]
    assert verdicts[cases[0]]["valid"] is True
    assert "interview_invented" in {row["kind"] for row in rows("SELECT kind FROM alerts")}
    assert "50.0 %，1/2" in client.get("/supervisor/rechecks").text
    assert "访问质量" in client.get("/supervisor/quality").text
    assert all(told in client.get(f"/cases/{cases[0]}").text for told in ("拨打复核电话", "复核通过"))
    assert "各调查自己的时段与例外" in client.get("/calendar").text
    statement("UPDATE cases SET state = 'tracing' WHERE id = %(id)s", {"id": cases[5]})
    assert "未拨" in client.get("/supervisor/tracing").text  # numbers of the frame come without a state
    with transaction() as session:
        assert prove_counters(session) == 0


def test_two_persons_who_saw_no_answers_take_a_sample_out(client_for: Callable[..., Browser], field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_worked_sample(session, CODES)
    first, second, reader = (client_for(make_user("supervisor", username=name)) for name in ("first", "second", "reader"))
    case = made.cases["和平区"][0]
    of_case = "SELECT u.frame_unit_id AS id FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id WHERE c.id = %(id)s"
    unit = rows(of_case, id=case)[0]["id"]
    assert "还没有回答" not in first.get(f"/cases/{case}").text
    assert "还没有回答" in reader.post(f"/cases/units/{unit}/answers").text

    def propose(who: Browser, **more: object) -> int:
        return who.post("/supervisor/invalidations", data={"case": case, "reason": "outside_window", "note": "", **more}).status_code

    assert propose(reader) == 409
    assert propose(first, reason="too_satisfied") == propose(first, case="x") == 422
    assert propose(first, case=made.cases["和平区"][5]) == 409  # no valid sample there
    assert propose(first) in (200, 303)
    assert propose(second) == 409
    address = f"/supervisor/invalidations/{rows('SELECT id FROM invalidations')[0]['id']}"
    assert first.post(address, data={"agree": "yes"}).status_code == 409
    assert reader.post(address, data={"agree": "yes"}).status_code == 409
    assert second.post(address, data={"agree": "maybe"}).status_code == 422
    valid = "SELECT valid FROM validity_verdicts WHERE case_id = %(id)s ORDER BY id"
    assert [row["valid"] for row in rows(valid, id=case)] == [True]
    assert second.post(address, data={"agree": "yes"}).status_code in (200, 303)
    assert [row["valid"] for row in rows(valid, id=case)] == [True, False]  # the earlier verdict stays
    assert second.post(address, data={"agree": "no"}).status_code == 409
    assert "判为无效" in first.get("/supervisor/invalidations").text
    assert "这个个案不再拨打" in first.get(f"/cases/{case}").text
    never = made.cases["和平区"][1]
    assert propose(first, case=never, reason="not_interviewed") in (200, 303)
    (latest,) = rows("SELECT id FROM invalidations WHERE decided_at IS NULL")
    assert second.post(f"/supervisor/invalidations/{latest['id']}", data={"agree": "yes"}).status_code in (200, 303)
    states = rows("SELECT id, state FROM cases WHERE id IN (%(a)s, %(b)s) ORDER BY id", a=case, b=never)
    assert [row["state"] for row in states] == ["closed", "ready"]
    with transaction() as session:
        assert suspects(session) == {made.operator_id}, "all of theirs are re-checked"
        assert (prove_counters(session), prove_codes(session)) == (0, 0)
