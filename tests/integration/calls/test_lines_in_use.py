"""Lines over all processes: limits, drain and rest, marks, publications, and the button that stops a study's dialling."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import Session

from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.calls import actions, queries
from callcenter.calls.actions.lines import rest_by_itself
from callcenter.db.engine import driver_url, statement, transaction
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.operations.queries import audit_trail, open_alerts
from callcenter.studies import actions as studies
from tests.factories.cases import MadeCases, make_cases
from tests.factories.sampling import make_user
from tests.factories.turns import take

pytestmark = pytest.mark.usefixtures("database_url", "field_time")
NOW = datetime(2022, 6, 2, 2, tzinfo=UTC)


@pytest.fixture
def made() -> MadeCases:
    with transaction() as session:
        return make_cases(session, 12, operators=8)


def begin(operator: int) -> str | None:
    """The line of a call that this operator begins on the next case; none where no line is free."""
    lease = queue.claim(operator)
    assert lease is not None
    try:
        with transaction() as session:
            return actions.begin_attempt(session, lease_id=lease.id, operator_id=operator).line
    except Refused as refusal:
        assert refusal.code == "no_line_free"
        return None


def set_lines(made: MadeCases, **columns: object) -> None:
    assigned = ", ".join(f"{name} = :{name}" for name in columns)
    with transaction() as session:
        session.execute(text(f"UPDATE lines SET {assigned}"), columns)


@pytest.mark.parametrize(("limit", "most"), [({"max_concurrent": 1}, 3), ({"per_second": 2}, 6), ({"per_hour": 1}, 3), ({"a_day": 2}, 6)])
def test_limits_hold_over_all_who_dial_at_once(made, limit, most):
    set_lines(made, **limit)
    start = threading.Barrier(8)

    def press(operator: int) -> str | None:
        start.wait()
        return begin(operator)

    with ThreadPoolExecutor(8) as threads:
        lines = [line for line in threads.map(press, made.operators) if line]
    assert len(lines) == most
    assert {lines.count(line) for line in lines} == {most // 3}, "evenly"


def test_a_limit_of_time_passes_with_time_and_a_clock_set_back_locks_nobody_out(made, field_time):
    set_lines(made, per_second=1, per_hour=2)
    assert [begin(operator) is not None for operator in made.operators[:4]] == [True, True, True, False]
    field_time.set(field_time.moment + timedelta(seconds=1))
    assert [begin(operator) is not None for operator in made.operators[3:7]] == [True, True, True, False]
    field_time.set(field_time.moment + timedelta(seconds=30))
    assert begin(made.operators[6]) is None, "two an hour"
    take(made.operators[7])
    field_time.set(field_time.moment - timedelta(minutes=20))
    assert begin(made.operators[7]) is not None


def test_one_button_stops_a_study_s_dialling_for_every_process_and_says_who_and_why(made, database_url):
    """The stop is committed on a connection of its own, as another process would."""
    waiting, dialling, idle = made.operators[:3]
    held, begun = take(waiting), take(dialling)
    with transaction() as session:
        attempt = actions.begin_attempt(session, lease_id=begun.id, operator_id=dialling)
        supervisor = make_user(session, "supervisor", "chief")
    elsewhere = create_engine(driver_url(database_url))
    with Session(elsewhere) as other, other.begin():
        studies.stop_dialling(other, made.study_id, "运营商投诉", supervisor)
    with pytest.raises(Refused, match="运营商投诉"), transaction() as session:
        actions.placement(session, attempt.id)
    with pytest.raises(Refused) as refusal, transaction() as session:
        actions.begin_attempt(session, lease_id=held.id, operator_id=waiting)
    assert refusal.value.code == "dialling_stopped"
    assert queue.claim(idle) is None
    with transaction() as session:
        explained = queue_queries.explain(session, made.case_ids[-1], held.expires_at)
        assert "本调查已停止拨打（运营商投诉）" in [str(reason) for reason in explained.reasons]
        assert explained.next_at is None
        with pytest.raises(Conflict):
            studies.stop_dialling(session, made.study_id, "再停一次", supervisor)
    with Session(elsewhere) as other, other.begin():
        studies.resume_dialling(other, made.study_id, "已处理", supervisor)
    elsewhere.dispose()
    with transaction() as session:
        assert actions.placement(session, attempt.id) is not None
        actions.begin_attempt(session, lease_id=held.id, operator_id=waiting)
        with pytest.raises(Conflict):
            studies.resume_dialling(session, made.study_id, "再恢复一次", supervisor)
        trail = {entry.action: (entry.actor_id, entry.reason) for entry in audit_trail(session, subject_kind="study")[0]}
    assert trail == {"dialling_stopped": (supervisor, "运营商投诉"), "dialling_resumed": (supervisor, "已处理")}
    assert queue.claim(idle) is not None


def test_a_drained_line_takes_no_new_calls_and_its_running_ones_end_until_it_is_taken_back(made):
    used = begin(made.operators[0])
    with transaction() as session:
        chief = make_user(session, "supervisor", "chief")
        (drained,) = (one.id for one in queries.stored_lines(session, made.study_id) if one.number == used)
        with pytest.raises(InvalidInput):
            actions.drain_line(session, drained, " ", chief)
        actions.drain_line(session, drained, "换线路", chief)
        with pytest.raises(Conflict):
            actions.drain_line(session, drained, "换线路", chief)
    assert statement("SELECT count(*) AS open FROM attempts WHERE ended_at IS NULL") == [{"open": 1}], "nobody is cut off"
    assert used not in {begin(operator) for operator in made.operators[1:6]}
    with transaction() as session:
        for line in queries.stored_lines(session, made.study_id):
            if line.number != used:
                actions.rest_line(session, line.id, 2, "运营商检修", chief)
        why = queries.explain(session, made.case_ids[-1], NOW)
        assert "外呼线路都已停止新呼叫或在暂停中" in [str(reason) for reason in why.reasons]
        assert why.next_at == NOW + timedelta(hours=2)
    lease = take(made.operators[6])
    with pytest.raises(Refused, match="外呼线路都已停止新呼叫或在暂停中"), transaction() as session:
        actions.begin_attempt(session, lease_id=lease.id, operator_id=lease.operator_id)
    with transaction() as session:
        actions.take_back_line(session, drained, "修好了", chief)
        with pytest.raises(Conflict):
            actions.take_back_line(session, drained, "修好了", chief)
    assert begin(made.operators[6]) == used
    with transaction() as session:
        done = [(entry.action, entry.reason) for entry in audit_trail(session, subject_kind="line")[0]]
    assert done == [("line_taken_back", "修好了"), ("line_rested", "运营商检修"), ("line_rested", "运营商检修"), ("line_drained", "换线路")]


def test_the_line_of_the_first_contact_stays_with_the_enterprise_and_a_blocked_case_leaves_its_line(made):
    case = made.case_ids[0]
    add_attempts(case, made.operators[0], ["96599988:no_answer", "96599977:gatekeeper", "96599966:no_answer"])
    with transaction() as session:
        queue.locked(session, case).line = "96599966"
    with transaction() as session:
        seen = queries.case_on_lines(session, case)
    assert (seen.line, seen.ever_reached, seen.leaves) == ("96599977", True, frozenset())
    add_attempts(case, made.operators[0], ["96599977:blocked"])
    with transaction() as session:
        queue.locked(session, case).line = None
    with transaction() as session:
        assert queries.case_on_lines(session, case).leaves == {"96599977"}


def test_three_marks_on_handsets_rest_a_line_and_the_last_one_is_left_to_the_supervisor(made, field_time):
    used, pressed = [], 0
    for operator in made.operators[:4]:
        lease = take(operator)
        with transaction() as session:
            session.execute(text("UPDATE lines SET max_concurrent = 0 WHERE number <> '96599977'"))
            attempt = actions.begin_attempt(session, lease_id=lease.id, operator_id=operator)
            used.append(attempt.line)
            for _ in range(2):  # pressed twice it is one mark
                actions.report_label(session, user_id=operator, attempt_id=attempt.id, app="某安全管家", text_shown="骚扰电话")
            with pytest.raises(NotFound):
                actions.report_label(session, user_id=operator + 1000, attempt_id=attempt.id, app="x", text_shown="y")
            pressed += 1
            states = {one.number: one.resting_why for one in queries.stored_lines(session, made.study_id)}
            assert states["96599977"] == ("labels" if pressed >= 3 else None)
            session.execute(text("UPDATE lines SET max_concurrent = 30"))
        if pressed == 3:
            break
    with transaction() as session:
        assert len(queries.labels_of_lines(session, made.study_id)) == 3
        assert [(alert.kind, alert.severity) for alert in open_alerts(session)] == [("line_rest", "warning")]
        label = queries.labels_of_lines(session, made.study_id)[0][0]
        today = field_time.moment.date()
        actions.record_appeal(session, label.id, on=today, text="已向应用方申诉", removed_on=today, user_id=made.operators[0])
        with pytest.raises(InvalidInput):
            actions.record_appeal(session, label.id, on=today, text="x", removed_on=today - timedelta(days=1), user_id=made.operators[0])
        others = [one for one in queries.stored_lines(session, made.study_id) if one.number != "96599977"]
        actions.drain_line(session, others[0].id, "试", made.operators[0])
        assert not rest_by_itself(session, others[1], "labels", 24)
        assert others[1].resting_until is None
        assert {alert.severity for alert in open_alerts(session)} == {"warning", "stop"}


def test_a_line_whose_answer_rate_leaves_its_limits_rests_and_its_chart_begins_anew(made, field_time):
    """600 calls a line, 4 in 10 answered, of the marked one only 2 in 10 of late; every call another case in the chart's eyes."""
    with transaction() as session:
        session.execute(text(MANY_CALLS), {"operator": made.operators[0], "now": field_time.moment, "study": made.study_id})
        session.execute(text('UPDATE studies SET settings = settings || \'{"line_rest": {"block": 12, "hours": 8}}\''))
    with transaction() as session:
        assert actions.watch_lines(session) == 1
        rested = {one.number: one.resting_until for one in queries.stored_lines(session, made.study_id) if one.resting_until}
        assert rested == {"96599988": field_time.moment + timedelta(hours=8)}
        assert {alert.kind for alert in open_alerts(session)} == {"line_rest"}, "a trial warns of no district"
        assert actions.watch_lines(session) == 0
        assert {call.line for call in queries.calls_for_chart(session, made.study_id, field_time.moment - timedelta(days=9))} == {
            "96599966",
            "96599977",
        }
        session.execute(text("UPDATE lines SET state = 'draining'"))
        actions.watch_lines(session)
        assert "lines_out" in {alert.kind for alert in open_alerts(session)}, "in calling hours no line can call"
        session.execute(text("UPDATE lines SET state = 'open'"))
        actions.watch_lines(session)
        assert "lines_out" not in {alert.kind for alert in open_alerts(session)}


def test_calls_into_a_district_without_a_publication_warn_the_supervisor_until_there_is_one(made, field_time):
    line = begin(made.operators[0])
    statement("UPDATE studies SET is_demo = false")
    with transaction() as session:
        actions.watch_lines(session)
        (pair,) = queries.without_publication(session, made.study_id, field_time.moment)
        (alert,) = open_alerts(session)
        assert (pair.line, alert.detail) == (line, {"pairs": [f"{pair.district}（{line}）"]})
        with pytest.raises(InvalidInput):
            publish(session, made, pair.district, ["13800000000"], field_time)
        publish(session, made, pair.district, [f"022{line}"], field_time)
        assert open_alerts(session) == []
        assert queries.publications(session, made.study_id)[0].lines == [line]


def publish(session, made, district, numbers, field_time):
    where = {"place": "区政府网站", "on": field_time.moment.date(), "evidence": "https://example.invalid/notice"}
    actions.record_publication(session, made.study_id, district=district, numbers=numbers, user_id=made.operators[0], **where)


MANY_CALLS = """
INSERT INTO attempts (case_id, lease_id, number_in_lease, operator_id, line, phone, placed_at, ended_at, state, outcome,
                      outcome_detail, note)
SELECT c.id, 'old-' || c.id || '-' || n, 1, :operator, (ARRAY['96599966', '96599977', '96599988'])[1 + n % 3], '+862260000001',
       cast(:now AS timestamptz) - interval '1 hour' + n * interval '10 seconds' + c.id * interval '0.1 seconds',
       :now, 'completed', CASE WHEN n % 3 = 2 AND n > 50 THEN 'no_answer' WHEN (n + c.id) % 2 = 0 THEN 'complete' ELSE 'no_answer' END,
       '{}', ''
FROM cases c, generate_series(1, 60) n WHERE c.study_id = :study
"""


def add_attempts(case_id, operator, told):
    """Attempts of earlier turns, each `line:outcome`."""
    with transaction() as session:
        for place, (line, outcome) in enumerate(one.split(":") for one in told):
            session.execute(
                text(
                    "INSERT INTO attempts (case_id, lease_id, number_in_lease, operator_id, line, phone, placed_at, ended_at, state,"
                    " outcome, outcome_detail, note) VALUES (:c, :l, 1, :o, :line, '+86226000', :at, :at, 'completed', :outcome, '{}', '')"
                ),
                {
                    "c": case_id,
                    "l": f"{told}{place}",
                    "o": operator,
                    "line": line,
                    "at": NOW + timedelta(minutes=place),
                    "outcome": outcome,
                },
            )
