"""Re-checks blind and by another person, samples taken out by two who saw no answers, and what follows."""

from collections.abc import Callable

from callcenter.db.engine import statement, transaction
from callcenter.follow_up.actions import choose_rechecks
from callcenter.response_rates.actions import prove_counters
from tests.conftest import FieldTime
from tests.factories.field_work import make_worked_sample
from tests.factories.people import Browser, make_user

CODES = {"和平区": ["1.1", "1.1", "1.1", "1.1", "4.80", "2.112"]}


def rows(sql: str, **values: object) -> list[dict[str, object]]:
    return statement(sql, values)


def test_a_failed_re_check_takes_the_sample_out_and_a_confirmed_denial_is_final(
    client_for: Callable[..., Browser], field_time: FieldTime
) -> None:
    with transaction() as session:
        made = make_worked_sample(session, CODES)
        session.connection().exec_driver_sql('UPDATE studies SET settings = \'{"recheck": {"share": 1, "of_closing_outcomes": 1}}\'')
    with transaction() as session:
        assert choose_rechecks(session) == 6
        assert choose_rechecks(session) == 0
    client, cases = client_for("supervisor"), made.cases["和平区"]
    listed = client.get("/supervisor/rechecks").text
    assert listed.count('href="/supervisor/rechecks/') >= 6 and "4.80" not in listed
    number = {row["case_id"]: row["id"] for row in rows("SELECT id, case_id FROM rechecks")}
    form = client.get(f"/supervisor/rechecks/{number[cases[0]]}").text
    assert "是否接受过我们的电话访问" in form and "+86" in form

    def told(case: int, **answers: str) -> int:
        return client.post(
            f"/supervisor/rechecks/{number[case]}", data={f"told_{name}": value for name, value in answers.items()}
        ).status_code

    assert told(cases[0]) == 422
    assert told(cases[0], interviewed="yes", right_enterprise="yes", handled="yes") in (200, 303)
    assert told(cases[0], interviewed="yes", right_enterprise="yes", handled="yes") == 409
    assert told(cases[1], interviewed="no", right_enterprise="yes", handled="yes") in (200, 303)
    assert told(cases[4], handled="no") in (200, 303)
    assert told(cases[5], as_told="no") in (200, 303)
    assert client.post(f"/supervisor/rechecks/{number[cases[2]]}", data={"unreached": "1"}).status_code in (200, 303)

    latest = "SELECT DISTINCT ON (case_id) case_id, code, final FROM dispositions ORDER BY case_id, id DESC"
    codes = {row["case_id"]: (row["code"], row["final"]) for row in rows(latest)}
    assert codes[cases[1]] == ("3.11", True)  # the invented interview left I
    assert codes[cases[5]] == ("3.20", False)
    assert rows("SELECT state FROM cases WHERE id = %(id)s", id=cases[5]) == [{"state": "ready"}]
    valid = "SELECT DISTINCT ON (case_id) case_id, valid, reasons FROM validity_verdicts ORDER BY case_id, id DESC"
    verdicts = {row["case_id"]: row for row in rows(valid)}
    assert verdicts[cases[1]]["reasons"] == ["failed_recheck", "not_interviewed"]
    assert verdicts[cases[0]]["valid"] is True
    assert "interview_invented" in {row["kind"] for row in rows("SELECT kind FROM alerts")}
    assert "50.0 %，1/2" in client.get("/supervisor/rechecks").text
    assert "访问质量" in client.get("/supervisor/quality").text
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
