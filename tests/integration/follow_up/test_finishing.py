"""The end of a turn: once, and only by whom the case belongs to."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.tables import Case
from callcenter.calls import actions as calls
from callcenter.calls.tables import Attempt
from callcenter.db.engine import engine, statement, transaction
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.response_rates.actions import prove_codes
from callcenter.scheduler.sweep import settle_calls
from callcenter.studies.phases import FIELD_ZONE
from tests.conftest import FieldTime
from tests.factories.cases import LINES, MadeCases, make_cases
from tests.factories.turns import dial, take, tell, turn


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> Iterator[MadeCases]:
    """Cases whose codes must follow from their histories, whatever a test did with them."""
    with transaction() as session:
        made = make_cases(session, 4, operators=2)
    yield made
    with transaction() as session:
        assert prove_codes(session) == 0


def case(case_id: int) -> Case:
    with transaction() as session:
        return queue_queries.case(session, case_id)


def codes(case_id: int) -> list[str]:
    return [row["code"] for row in statement("SELECT code FROM dispositions WHERE case_id = %(id)s ORDER BY id", {"id": case_id})]


def test_no_answer_comes_again_in_another_daypart(made: MadeCases) -> None:
    finished = turn(made.operators[0], "no_answer")
    held = case(finished.case_id)
    assert (finished.state, finished.action, held.state, held.rank, held.attempts) == ("done", "call", "ready", 30, 1)
    assert held.due_at == datetime(2022, 6, 2, 13, 30, tzinfo=FIELD_ZONE)
    assert (held.lease_id, codes(finished.case_id)) == (None, ["3.13"])
    assert held.line in {line["number"] for line in LINES}


def test_a_turn_asks_the_database_a_bounded_number_of_times(made: MadeCases) -> None:
    asked: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *about: asked.append(about[2]))
    lease = take(made.operators[0])
    attempt_id = dial(lease, "ringing", "no-answer")
    assert len(asked) <= 22, "begin, place, two callbacks: what was read once is not read again, notices go together"
    asked.clear()
    tell(lease, attempt_id, "no_answer")
    assert len(asked) <= 17


def test_a_code_that_does_not_follow_from_its_history_is_told_and_not_mended(made: MadeCases) -> None:
    case_id = turn(made.operators[0], "gatekeeper").case_id
    forge = "UPDATE dispositions SET code = %(code)s, category = %(category)s WHERE case_id = %(case)s"
    statement(forge, {"code": "1.1", "category": "I", "case": case_id})
    with transaction() as session:
        assert prove_codes(session) == 1
    alert = statement("SELECT kind, detail FROM alerts WHERE closed_at IS NULL AND kind = 'codes_differ'")[0]
    assert alert["detail"]["differences"] == [{"counter": "dispositions.code", "of": case_id, "stored": "1.1", "counted": "2.21"}]
    assert codes(case_id) == ["1.1"]
    statement(forge, {"code": "2.21", "category": "I", "case": case_id})
    with transaction() as session:
        assert prove_codes(session) == 1, "a category that is not its code's"
    statement(forge, {"code": "2.21", "category": "NC", "case": case_id})


def test_the_same_outcome_twice_is_one_outcome(made: MadeCases) -> None:
    lease = take(made.operators[0])
    attempt_id = dial(lease, "ringing", "no-answer")
    assert tell(lease, attempt_id, "no_answer").state == "done"
    due = case(lease.case_id).due_at
    assert tell(lease, attempt_id, "no_answer").state == "again"
    assert (case(lease.case_id).due_at, case(lease.case_id).attempts, codes(lease.case_id)) == (due, 1, ["3.13"])


def test_a_second_thought_after_the_end_changes_nothing(made: MadeCases) -> None:
    lease = take(made.operators[0])
    attempt_id = dial(lease, "ringing", "in-progress", "completed")
    tell(lease, attempt_id, "gatekeeper")
    assert tell(lease, attempt_id, "hard_refusal").state == "late"
    assert (case(lease.case_id).state, codes(lease.case_id)) == ("ready", ["2.21"])


def test_a_late_result_is_evidence_and_changes_nothing(made: MadeCases, field_time: FieldTime) -> None:
    me, other = made.operators
    lease = take(me)
    attempt_id = dial(lease, "ringing", "in-progress", "completed")
    field_time.set(lease.expires_at)
    with transaction() as session:
        queue.expire_leases(session)
    taken = take(other)
    assert taken.case_id == lease.case_id
    assert tell(lease, attempt_id, "hard_refusal").state == "late"
    held = case(lease.case_id)
    assert (held.state, held.leased_by, codes(lease.case_id)) == ("leased", other, [])
    evidence = statement("SELECT actor_id, detail FROM audit_trail WHERE action = 'late_result'")
    assert evidence == [{"actor_id": me, "detail": {"lease": lease.id, "attempt": attempt_id, "outcome": "hard_refusal"}}]


def test_nobody_ends_another_ones_turn(made: MadeCases) -> None:
    lease = take(made.operators[0])
    attempt_id = dial(lease, "ringing", "in-progress", "completed")
    from callcenter.call_queue.leases import Lease

    foreign = Lease(lease.id, lease.case_id, made.operators[1], lease.expires_at)
    assert tell(foreign, attempt_id, "hard_refusal").state == "late"
    assert case(lease.case_id).leased_by == made.operators[0]
    with pytest.raises(NotFound):
        tell(take(made.operators[1]), attempt_id, "hard_refusal")


def test_a_hard_refusal_that_asks_for_it_bars_the_enterprise(made: MadeCases) -> None:
    finished = turn(made.operators[0], "hard_refusal", do_not_call=True)
    held = case(finished.case_id)
    assert (held.state, held.closed_why, codes(finished.case_id)) == ("closed", "refused", ["2.112"])
    assert statement("SELECT scope, value FROM do_not_call") == [{"scope": "enterprise", "value": held.unit_key}]


def test_an_appointment_comes_back_to_its_own_operator_at_its_time(made: MadeCases, field_time: FieldTime) -> None:
    me, other = made.operators
    asked = {"at": "2022-06-02T16:00", "with_whom": "李经理"}
    finished = turn(me, "appointment_hard", appointment=asked)
    at = datetime(2022, 6, 2, 16, 0, tzinfo=FIELD_ZONE)
    assert finished.due_at == at
    field_time.set(at)
    for _ in range(3):
        turn(other, "no_answer")
    assert queue.claim(other) is None
    lease = take(me)
    assert lease.case_id == finished.case_id
    tell(lease, dial(lease, "ringing", "in-progress", "completed"), "soft_refusal")
    rows = statement("SELECT state, with_whom FROM appointments WHERE case_id = %(id)s", {"id": lease.case_id})
    assert rows == [{"state": "kept", "with_whom": "李经理"}]
    assert codes(lease.case_id) == ["2.36", "2.112"]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2022-06-01T10:00", "appointment_in_the_past"),
        ("2022-06-02T21:00", "appointment_out_of_hours"),
        ("2022-06-20T10:00", "appointment_too_late"),
        ("tomorrow", "appointment_time_unread"),
        (None, "appointment_missing"),
    ],
)
def test_appointments_that_cannot_be_kept_are_refused(made: MadeCases, at: str | None, code: str) -> None:
    lease = take(made.operators[0])
    attempt_id = dial(lease, "ringing", "in-progress")
    with pytest.raises(InvalidInput) as refused:
        tell(lease, attempt_id, "appointment_hard", **({"appointment": {"at": at}} if at else {}))
    assert refused.value.code == code
    assert case(lease.case_id).state == "leased"


def test_what_cannot_have_happened_is_refused(made: MadeCases) -> None:
    lease = take(made.operators[0])
    with pytest.raises(InvalidInput, match="还没有拨打"):
        tell(lease, None, "no_answer")
    attempt_id = dial(lease, "ringing", "busy")
    with pytest.raises(Refused, match="没有人接听"):
        tell(lease, attempt_id, "soft_refusal")
    with pytest.raises(InvalidInput, match="没有结果代码"):
        tell(lease, attempt_id, "gone_fishing")


def test_an_interview_that_was_not_held_cannot_be_complete(made: MadeCases) -> None:
    lease = take(made.operators[0])
    with pytest.raises(Refused, match="核心问题只回答了 0 %"):
        tell(lease, dial(lease, "ringing", "in-progress"), "complete")


def test_a_carrier_failure_is_no_attempt(made: MadeCases) -> None:
    lease = take(made.operators[0])
    with transaction() as session:
        attempt = calls.begin_attempt(session, lease_id=lease.id, operator_id=lease.operator_id, phone=None)
        assert attempt.id is not None
        calls.record_carrier_failure(session, attempt.id, "away")
    finished = tell(lease, attempt.id, "carrier_failure")
    held = case(lease.case_id)
    assert (finished.state, finished.action, held.attempts, held.rank, codes(lease.case_id)) == ("done", "call", 0, 40, ["3.16"])


def test_a_dead_last_number_goes_to_tracing(made: MadeCases) -> None:
    finished = turn(made.operators[0], "dead_number")
    held = case(finished.case_id)
    assert (held.state, held.phones[0]["state"], codes(finished.case_id)) == ("tracing", "dead", ["3.90"])
    with transaction() as session:
        queue.add_number(session, finished.case_id, "+862260000000", made.drawn.frame.supervisor_id)
    assert case(finished.case_id).state == "ready"


def test_a_crash_in_a_call_is_settled_as_the_carrier_told_it(made: MadeCases, field_time: FieldTime) -> None:
    lease = take(made.operators[0])
    attempt_id = dial(lease, "ringing", "no-answer")
    assert settle_calls() == {"settled": 0}  # its operator may still tell
    field_time.set(lease.expires_at)
    with transaction() as session:
        queue.expire_leases(session)
    assert [settle_calls(), settle_calls()] == [{"settled": 1}, {"settled": 0}]
    with transaction() as session:
        attempt = session.get_one(Attempt, attempt_id)
        assert (attempt.outcome, attempt.outcome_detail) == ("no_answer", {"abandoned": True})
    assert (case(lease.case_id).attempts, codes(lease.case_id)) == (1, ["3.13"])


def test_explain_tells_what_was_decided(made: MadeCases, field_time: FieldTime) -> None:
    finished = turn(made.operators[0], "soft_refusal")
    with transaction() as session:
        explained = queue_queries.explain(session, finished.case_id, field_time.moment, made.operators[0])
    assert [reason.code for reason in explained.reasons] == ["not_due", "conversion_only"]
    assert field_time.moment + timedelta(days=3) < case(finished.case_id).due_at
