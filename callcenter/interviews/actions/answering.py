"""One interview: open or resume it, save each answer when given, go back, end."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue.tables import Case
from callcenter.errors import Conflict, NotFound
from callcenter.interviews import queries
from callcenter.interviews.actions.carrying import mark_set_aside, note_through, share
from callcenter.interviews.answers import judge
from callcenter.interviews.consent import NOTICE, notice_version, read_consent
from callcenter.interviews.session import Reading, Step, previous, step_on
from callcenter.interviews.tables import Answer, Consent, Interview
from callcenter.questionnaire import queries as questionnaires
from callcenter.questionnaire.routing import Course, Given, find_route, key_of
from callcenter.questionnaire.texts import render

END_STATES = frozenset({"ended", "broken_off", "void"})


def open_interview(session: Session, *, case_id: int, operator_id: int, attempt_id: int | None) -> Interview:
    """The case's interview: a new one, or the open or broken-off one, which goes on at its last question.

    A new one takes the version of the questionnaire that was released last, also where the case was queued before; one that
    goes on keeps the version it began with.
    """
    case = session.exec(select(Case).where(Case.id == case_id).with_for_update(key_share=True)).first()
    if case is None:
        raise NotFound("no_case", "没有这个个案，请重新取一个。")
    found = queries.current(session, case_id)
    if found is None:
        case.questionnaire_id = questionnaires.newest_of(session, case.questionnaire_id)
        session.add(case)
        seed = hashlib.sha256(f"{case.unit_key}|{case.questionnaire_id}".encode()).hexdigest()[:16]
        found = Interview(
            case_id=case_id,
            questionnaire_id=case.questionnaire_id,
            operator_id=operator_id,
            seed=seed,
            started_at=clock.now(),
        )
    found.operator_id, found.attempt_id = operator_id, attempt_id
    found.state, found.ended_at, found.position, found.through_at = "open", None, None, None
    session.add(found)
    session.flush()
    return found


def give_answer(
    session: Session,
    *,
    interview_id: int,
    question: str,
    instance: str = "",
    value: Any,
    nonanswer: str | None = None,
    shown_at: datetime | None = None,
    operator_id: int,
    attempt_id: int | None = None,
    language: str = "zh",
    bundle: Sequence[int] = (),
) -> Step:
    """Save the answer as a new version and say where the interview stands now; `bundle` are the cases worked in the same call.

    The same answer twice is saved once. InvalidInput where it cannot stand, Refused where its question is not on
    the route, Conflict where somebody else has the interview by now.
    """
    found = _mine(session, interview_id, operator_id, attempt_id)
    reading, rows = queries.reading(session, found, language), queries.latest_answers(session, interview_id)
    course = Course(reading.definition, queries.given(rows), reading.moment, reading.seed, asking=True, telling=reading.telling)
    given = judge(course, key_of(question, instance), value, nonanswer)
    row = next((each for each in rows if each.question == question and each.instance == instance), None)
    if row is None or Given(row.value, row.nonanswer) != given:
        now = clock.now()
        fresh = Answer(
            interview_id=interview_id,
            question=question,
            instance=instance,
            version=row.version + 1 if row else 1,
            value=given.value,
            nonanswer=given.nonanswer,
            shown_at=min(shown_at, now) if shown_at else None,
            answered_at=now,
            mode=found.mode,
            language=language,
            operator_id=operator_id,
            attempt_id=attempt_id or found.attempt_id,
        )
        session.add(fresh)
        if question == NOTICE:
            session.add(_consent(found, reading, given, fresh))
        rows = [*(each for each in rows if each is not row), fresh]
    found.position = None
    session.add(found)
    route = course.route()
    mark_set_aside(session, route, rows)
    is_last = len(bundle) < 2 or queries.block_order(session, bundle)[-1] == found.case_id
    note_through(found, route, is_last=is_last)
    session.flush()
    if len(bundle) > 1 and reading.definition.by_name[question].once:
        share(session, found, bundle)
    return replace(step_on(reading, route), saved_at=queries.last_saved(rows))


def go_back(
    session: Session, *, interview_id: int, operator_id: int, attempt_id: int | None = None, bundle: Sequence[int] = ()
) -> Interview:
    """Show the question before; at the first one it stays there. The interview that stands there now: of a `bundle` an earlier one."""
    found = _mine(session, interview_id, operator_id, attempt_id)
    earlier = _before(session, found, found.position)
    for case_id in reversed(_blocks_before(session, found, bundle) if earlier is None else []):
        before = queries.current(session, case_id)
        if before is not None and before.attempt_id == found.attempt_id and (earlier := _before(session, before, None)):
            found = before
            break
    if earlier is not None:
        found.position = earlier
        session.add(found)
        session.flush()
    return found


def _before(session: Session, found: Interview, position: str | None) -> str | None:
    """The question before `position` that was asked in this interview; what was copied into it was not."""
    assert found.id is not None  # noqa: S101  # stored rows are numbered
    reading, rows = queries.reading(session, found), queries.latest_answers(session, found.id)
    copied = {key_of(row.question, row.instance) for row in rows if row.asked_in is not None}
    route = find_route(reading.definition, queries.given(rows), reading.moment, reading.seed, asking=True)
    earlier = previous(route, position)
    while earlier in copied:
        earlier = previous(route, earlier)
    return earlier


def _blocks_before(session: Session, found: Interview, bundle: Sequence[int]) -> list[int]:
    order = queries.block_order(session, bundle) if len(bundle) > 1 else []
    return order[: order.index(found.case_id)] if found.case_id in order else []


def _consent(found: Interview, reading: Reading, given: Given, answer: Answer) -> Consent:
    question = reading.definition.by_name[NOTICE]
    words = question.text("say", reading.language) or question.text("label", reading.language)
    agreed = read_consent(given)
    return Consent(
        interview_id=answer.interview_id,
        attempt_id=answer.attempt_id,
        at=answer.answered_at,
        operator_id=found.operator_id,
        version=notice_version(words),
        notice=render(words, reading.case, {}),
        answer=str(given.value if given.nonanswer is None else given.nonanswer),
        interview=agreed.interview,
        recording=agreed.recording,
    )


def end(session: Session, interview_id: int, state: str) -> Interview:
    """End an interview: `ended`, `broken_off` (can be resumed) or `void`; ending twice changes nothing."""
    if state not in END_STATES:
        raise ValueError(state)
    found = _locked(session, interview_id)
    if found.state == "open" or (found.state == "broken_off" and state != "broken_off"):
        found.state, found.ended_at, found.position = state, clock.now(), None
        found.seconds = queries.seconds_spent(session, interview_id)
        session.add(found)
        session.flush()
    return found


def reopen(session: Session, interview_id: int, position: str | None) -> None:
    """Open an interview again whose end was told by mistake."""
    found = _locked(session, interview_id)
    found.state, found.ended_at, found.position = "open", None, position
    session.add(found)
    session.flush()


def _locked(session: Session, interview_id: int) -> Interview:
    locked = select(Interview).where(Interview.id == interview_id).with_for_update(key_share=True)
    found = session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("no_interview", "没有这次访问，请从个案重新打开。")
    return found


def pass_on(session: Session, attempt_id: int, operator_id: int) -> None:
    """Another operator goes on with the interviews of a call; each answer keeps whose it was."""
    of_call = select(Interview).where(Interview.attempt_id == attempt_id, Interview.state == "open")
    for found in session.exec(of_call.with_for_update(key_share=True)):
        found.operator_id = operator_id
        session.add(found)
    session.flush()


def _mine(session: Session, interview_id: int, operator_id: int, attempt_id: int | None) -> Interview:
    found = _locked(session, interview_id)
    if found.operator_id != operator_id or (attempt_id is not None and found.attempt_id not in (None, attempt_id)):
        raise Conflict("interview_elsewhere", "这次访问已在别处继续，您刚才的回答没有保存，请刷新页面。")
    if found.state != "open":
        raise Conflict("interview_ended", "这次访问已经结束，您刚才的回答没有保存。")
    return found


def void(session: Session, interview_id: int) -> Interview:
    """The interview was never held as it is written down: it and its attempt count no more; its rows stay."""
    found = _locked(session, interview_id)
    if found.state != "void":
        found.state, found.ended_at, found.position = "void", found.ended_at or clock.now(), None
        session.add(found)
        session.flush()
    return found
