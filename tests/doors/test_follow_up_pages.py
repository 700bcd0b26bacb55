"""Supervisors repair numbers, see appointments against the room for them, and correct codes; every step leaves its record."""

from collections.abc import Callable
from datetime import datetime, timedelta

from callcenter.db.engine import statement, transaction
from callcenter.follow_up.actions import watch_appointments
from callcenter.follow_up.queries import slot_at
from callcenter.responses.actions import derive_disposition
from callcenter.studies.phases import FIELD_ZONE
from tests.conftest import FieldTime
from tests.factories.cases import make_cases
from tests.factories.people import Browser
from tests.factories.turns import turn


def one(sql: str, **values: object) -> dict[str, object]:
    return statement(sql, values)[0]


def test_numbers_are_traced_and_codes_corrected(client_for: Callable[..., Browser], field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 2)
    client = client_for("supervisor")
    assert "没有等待查找号码的个案" in client.get("/supervisor/tracing").text
    cases = [turn(made.operators[0], "dead_number").case_id for _ in range(2)]
    shown = client.get("/supervisor/tracing").text
    assert shown.count("空号") >= 2 and "+86138" not in shown
    first, second = cases
    old = str(one("SELECT phones -> 0 ->> 'number' AS n FROM cases WHERE id = %(id)s", id=first)["n"])

    def add(case: int, number: str, source: str) -> int:
        return client.post(f"/supervisor/tracing/{case}/number", data={"number": number, "source": source}).status_code

    assert add(first, "12", "网站") == 422
    assert add(first, "13900000001", " ") == 422
    assert add(first, old.removeprefix("+86"), "网站") == 409  # that one is known to be dead
    assert add(first, "022-2330 1111", "企业网站") in (200, 303)
    mended = one("SELECT state, phones -> 0 AS phone FROM cases WHERE id = %(id)s", id=first)
    assert (mended["state"], mended["phone"]) == ("ready", {"number": "+862223301111", "kind": "landline", "state": "untried"})

    assert client.post(f"/supervisor/tracing/{second}/give-up", data={"reason": ""}).status_code == 422
    assert client.post(f"/supervisor/tracing/{second}/give-up", data={"reason": "公示系统、网站、报送单位"}).status_code in (200, 303)
    latest = "SELECT code, final, source, reason FROM dispositions WHERE case_id = %(id)s ORDER BY id DESC LIMIT 1"
    assert one(latest, id=second) == {"code": "3.90", "final": True, "source": "derived", "reason": None}

    assert "公示系统、网站、报送单位" in client.get(f"/cases/{second}").text, "why it was given up, by whom and when"

    assert client.post(f"/cases/{second}/code", data={"code": "9.9", "reason": "x"}).status_code == 422
    assert client.post(f"/cases/{second}/code", data={"code": "1.1", "reason": "x"}).status_code == 422
    assert client.post(f"/cases/{second}/code", data={"code": "4.10", "reason": "与另一家合并"}).status_code in (200, 303)
    assert one(latest, id=second) == {"code": "4.10", "final": True, "source": "correction", "reason": "与另一家合并"}
    with transaction() as session:  # nothing new was heard: deriving again leaves the correction
        assert derive_disposition(session, second, closed=True, numbers_left=False, settings={}).code == "4.10"
    assert "由" in client.get(f"/cases/{second}").text and "与另一家合并" in client.get(f"/cases/{second}").text
    done = {row["action"] for row in statement("SELECT action FROM audit_trail")}
    assert {"number_traced", "tracing_given_up", "disposition_corrected"} <= done


def test_appointments_stand_against_the_room_there_is_and_are_handed_over(
    client_for: Callable[..., Browser], field_time: FieldTime
) -> None:
    with transaction() as session:
        made = make_cases(session, 8, operators=2)
    client, me = client_for("supervisor"), made.operators[0]
    assert "没有等待中的预约" in client.get("/supervisor/appointments").text
    at = datetime(2022, 6, 2, 15, 10, tzinfo=FIELD_ZONE)
    for minute in range(7):
        turn(me, "appointment_hard", appointment={"at": (at + timedelta(minutes=minute)).isoformat(), "with_whom": "王经理"})
    with transaction() as session:  # two operators, three interviews of 8 minutes each in half an hour
        slot = slot_at(session, made.study_id, at)
        assert (slot.hard, slot.capacity, slot.crowded) == (7, 6, True)
        assert watch_appointments(session) == 7
    text = client.get("/supervisor/appointments").text
    assert "安排不下" in text and "王**" in text
    first = one("SELECT min(id) AS id FROM appointments")["id"]
    address = f"/supervisor/appointments/{first}/hand-over"
    assert client.post(address, data={"operator": made.operators[1], "reason": ""}).status_code == 422
    assert client.post(address, data={"operator": "x", "reason": "休假"}).status_code == 422
    assert client.post(address, data={"operator": made.operators[1], "reason": "休假"}).status_code in (200, 303)
    held = one("SELECT c.for_operator_id, a.operator_id FROM cases c JOIN appointments a ON a.case_id = c.id WHERE a.id = %(id)s", id=first)
    assert set(held.values()) == {made.operators[1]}

    field_time.set(at + timedelta(hours=2))
    assert "我方错过" in client.get("/supervisor/appointments").text
    with transaction() as session:
        watch_appointments(session)
    assert {row["kind"] for row in statement("SELECT kind FROM alerts WHERE closed_at IS NULL")} == {
        "appointments_missed",
        "appointments_crowded",
    }
