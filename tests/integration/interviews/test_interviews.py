import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from callcenter.call_queue.tables import Case
from callcenter.db.engine import transaction
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.interviews import actions, queries
from callcenter.interviews.tables import Answer
from callcenter.questionnaire.tables import Questionnaire
from tests.conftest import FieldTime
from tests.factories.cases import make_operator
from tests.factories.interviews import FULL, answer_all, make_interview


def opened() -> tuple[int, int, int]:
    """Ids of an interview, its case and its operator."""
    with transaction() as session:
        interview, made = make_interview(session)
        assert interview.id is not None
        return interview.id, made.case_ids[0], made.operators[0]


def test_a_complete_interview_is_saved_answer_by_answer(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    for question, value in FULL.items():
        with transaction() as session:  # one transaction an answer, as the page does it
            assert queries.step(session, interview).question["name"] == question  # type: ignore[index]
            actions.give_answer(session, interview_id=interview, question=question, value=value, operator_id=operator)
    with transaction() as session:
        step = queries.step(session, interview)
        assert step.complete and queries.completeness(session, interview) == 1.0
        assert queries.values(session, interview)["days_working"] == 2 and queries.may_record(session, interview)
        assert len(queries.latest_answers(session, interview)) == len(FULL)


def test_the_same_answer_twice_is_saved_once_and_a_change_is_a_new_version(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    with transaction() as session:
        for value in ("yes", "yes", "no_recording"):
            actions.give_answer(session, interview_id=interview, question="notice", value=value, operator_id=operator)
        rows = session.exec(select(Answer).order_by(Answer.version)).all()
        assert [(row.version, row.value) for row in rows] == [(1, "yes"), (2, "no_recording")]


def test_a_change_sets_answers_aside_and_loses_none(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    with transaction() as session:
        found = queries.interview(session, interview)
        answer_all(session, found)
        step = actions.give_answer(session, interview_id=interview, question="handled", value="no", operator_id=operator)
        assert step.complete and step.completeness == 0
    with transaction() as session:
        aside = {row.question for row in queries.latest_answers(session, interview) if row.set_aside}
        assert "satisfaction" in aside and "handled" not in aside and len(aside) == len(FULL) - 3
        step = actions.give_answer(session, interview_id=interview, question="handled", value="yes", operator_id=operator)
        assert step.complete and step.completeness == 1
    with transaction() as session:
        assert not any(row.set_aside for row in queries.latest_answers(session, interview))


def test_a_broken_off_interview_resumes_at_its_last_question(database_url: str, field_time: FieldTime) -> None:
    interview, case, operator = opened()
    with transaction() as session:
        actions.give_answer(session, interview_id=interview, question="notice", value="yes", operator_id=operator)
        actions.end(session, interview, "broken_off")
        with pytest.raises(Conflict):
            actions.give_answer(session, interview_id=interview, question="right_enterprise", value="yes", operator_id=operator)
        colleague = make_operator(session, "colleague")
        again = actions.open_interview(session, case_id=case, operator_id=colleague, attempt_id=None)
        assert again.id == interview
        step = queries.step(session, interview)
        assert step.question is not None and step.question["name"] == "right_enterprise"
        actions.end(session, interview, "ended")
        fresh = actions.open_interview(session, case_id=case, operator_id=colleague, attempt_id=None)
        assert fresh.id != interview and fresh.seed == again.seed


def test_an_interview_keeps_its_version_and_queued_cases_begin_with_the_one_released_last(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        begun, made = make_interview(session)
        first = session.exec(select(Questionnaire)).one()
        field_time.set(field_time() + timedelta(minutes=5))
        changed = json.loads(json.dumps(first.definition, ensure_ascii=False).replace("请问您这里是", "请问贵单位是"))
        about = first.model_dump(exclude={"id", "version", "sha256", "definition", "released_at"})
        second = Questionnaire(**about, version=2, sha256="2" * 64, definition=changed, released_at=field_time())
        session.add(second)
        session.flush()
        operator = made.operators[0]
        step = actions.give_answer(session, interview_id=begun.id or 0, question="notice", value="yes", operator_id=operator)
        assert step.question is not None and "请问您这里是" in step.question["say"]
        actions.end(session, begun.id or 0, "broken_off")
        again = actions.open_interview(session, case_id=made.case_ids[0], operator_id=operator, attempt_id=None)
        assert (again.id, again.questionnaire_id) == (begun.id, first.id)
        step = queries.step(session, again.id or 0)
        assert step.question is not None and "请问您这里是" in step.question["say"]
        assert session.get_one(Case, made.case_ids[0]).questionnaire_id == first.id
        queued = actions.open_interview(session, case_id=made.case_ids[1], operator_id=operator, attempt_id=None)
        assert queued.questionnaire_id == session.get_one(Case, made.case_ids[1]).questionnaire_id == second.id
        step = actions.give_answer(session, interview_id=queued.id or 0, question="notice", value="yes", operator_id=operator)
        assert step.question is not None and "请问贵单位是" in step.question["say"]
        first.released_at = field_time() + timedelta(minutes=5)  # the older one again
        later = actions.open_interview(session, case_id=made.case_ids[2], operator_id=operator, attempt_id=None)
        assert later.questionnaire_id == first.id


def test_two_operators_cannot_answer_one_interview(database_url: str, field_time: FieldTime) -> None:
    interview, case, operator = opened()
    with transaction() as session:
        colleague = make_operator(session, "colleague")
        with pytest.raises(Conflict):
            actions.give_answer(session, interview_id=interview, question="notice", value="yes", operator_id=colleague)
        actions.open_interview(session, case_id=case, operator_id=colleague, attempt_id=None)
        with pytest.raises(Conflict):
            actions.give_answer(session, interview_id=interview, question="notice", value="yes", operator_id=operator)
        assert queries.answers(session, interview) == {}


def test_a_wrong_answer_is_refused_and_leaves_nothing_behind(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    with transaction() as session:
        with pytest.raises(InvalidInput):
            actions.give_answer(session, interview_id=interview, question="notice", value="maybe", operator_id=operator)
        with pytest.raises(Refused):
            actions.give_answer(session, interview_id=interview, question="cost", value=3, operator_id=operator)
        with pytest.raises(NotFound):
            actions.give_answer(session, interview_id=10**9, question="cost", value=3, operator_id=operator)
        assert queries.latest_answers(session, interview) == []


def test_going_back_is_remembered_by_the_server(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    with transaction() as session:
        for question in ("notice", "right_enterprise", "handled"):
            actions.give_answer(session, interview_id=interview, question=question, value="yes", operator_id=operator)
        for expected in ("handled", "right_enterprise", "notice", "notice"):
            actions.go_back(session, interview_id=interview, operator_id=operator)
            step = queries.step(session, interview)
            assert step.question is not None and step.question["name"] == expected and step.question["value"] == "yes"
        step = actions.give_answer(session, interview_id=interview, question="notice", value="no_recording", operator_id=operator)
        assert step.question is not None and step.question["name"] == "informant_role"


def test_times_are_kept_and_a_clock_that_runs_ahead_is_not_believed(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    now = datetime(2022, 6, 2, 2, 0, tzinfo=UTC)
    with transaction() as session:
        for question, shown in (("notice", now - timedelta(seconds=9)), ("right_enterprise", now + timedelta(hours=1))):
            actions.give_answer(session, interview_id=interview, question=question, value="yes", shown_at=shown, operator_id=operator)
        rows = queries.latest_answers(session, interview)
        assert [(row.shown_at, row.answered_at) for row in rows] == [(now - timedelta(seconds=9), now), (now, now)]
        assert rows[0].value == "yes" and rows[0].nonanswer is None
        assert (rows[0].mode, rows[0].language) == ("telephone", "zh")


def test_answers_sent_at_the_same_moment_become_versions_and_none_fails(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()

    def send(value: str) -> None:
        with transaction() as session:
            actions.give_answer(session, interview_id=interview, question="notice", value=value, operator_id=operator)

    with ThreadPoolExecutor(4) as senders:
        list(senders.map(send, ["yes", "no_recording", "yes", "no_recording", "later", "yes"]))
    with transaction() as session:
        versions = sorted(row.version for row in session.exec(select(Answer)))
        assert versions == list(range(1, len(versions) + 1)) and len(queries.latest_answers(session, interview)) == 1


def test_one_case_opened_twice_at_the_same_moment_has_one_interview(database_url: str, field_time: FieldTime) -> None:
    interview, case, operator = opened()
    with transaction() as session:
        actions.end(session, interview, "void")

    def open_it(_turn: int) -> int | None:
        with transaction() as session:
            return actions.open_interview(session, case_id=case, operator_id=operator, attempt_id=None).id

    with ThreadPoolExecutor(4) as openers:
        assert len(set(openers.map(open_it, range(4)))) == 1


def test_a_question_inside_a_repeat_is_refused(database_url: str, field_time: FieldTime) -> None:
    interview, _case, operator = opened()
    with transaction() as session, pytest.raises(Refused):
        actions.give_answer(session, interview_id=interview, question="notice", instance="2", value="yes", operator_id=operator)
