"""What an outcome does to its case: interview ended, recall rules applied, code derived, verdict given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.callable import Plan
from callcenter.call_queue.tables import Case
from callcenter.calls import queries as calls
from callcenter.calls.dispositions import Derived, Word
from callcenter.calls.queries import CallOfCase
from callcenter.calls.tables import Attempt
from callcenter.follow_up import recall_rules
from callcenter.follow_up.appointments import Wish, state_after
from callcenter.follow_up.recall_rules import Decision, Past
from callcenter.follow_up.tables import Appointment
from callcenter.frame.tables import DoNotCall
from callcenter.interviews import actions as interviews
from callcenter.interviews.queries import Progress, seconds_spent
from callcenter.responses import actions as responses
from callcenter.responses import screening
from callcenter.responses.completeness import limits
from callcenter.responses.validity import InterviewFacts
from callcenter.studies.phases import field_day

ENDS = frozenset({"complete", "partial", "matter_denied", "hard_refusal", "opt_out", "not_eligible", "wrong_number", "closed_business"})
"""Outcomes after which an open interview is over; after all others it can be resumed."""


@dataclass(frozen=True)
class Heard:
    """An outcome of an attempt, or (without one) what was heard of the case in another way."""

    outcome: str
    detail: Mapping[str, Any]
    user_id: int
    wish: Wish | None = None


@dataclass(frozen=True)
class _Turn:
    """One turn of a case, with what its study says."""

    case: Case
    attempt: Attempt | None
    heard: Heard
    plan: Plan
    settings: dict[str, Any]
    case_id: int
    """Known apart from the row: that is read anew once the case has left its lease."""


@dataclass(frozen=True)
class Judged:
    """What became of the case."""

    decision: Decision
    derived: Derived


def apply(session: Session, case: Case, attempt: Attempt | None, heard: Heard, progress: Progress | None) -> Judged:
    """Carry out what the outcome means for its case. The case is locked and leaves its lease. `progress`: of its unended interview."""
    settings = queue_queries.study_settings(session, case.study_id)
    assert case.id is not None  # noqa: S101  # a stored row
    turn = _Turn(case, attempt, heard, queue_queries.plan_of_case(session, case), settings, case.id)
    if progress is not None:
        _end_interview(session, turn, progress)
    made = calls.attempts_of(session, turn.case_id)
    history = _history(turn, made)
    decision = recall_rules.decide(_situation(turn, history))
    _keep_appointments(session, turn, decision)
    _move(session, turn, decision, history)
    if decision.do_not_call:
        _bar(session, case, attempt, heard)
    derived = responses.derive_disposition(
        session,
        turn.case_id,
        closed=decision.action == "close",
        numbers_left=recall_rules.usable(decision.phones),
        settings=settings,
        attempt_id=attempt.id if attempt else None,
        besides=() if attempt else (Word(heard.outcome, detail=heard.detail),),
        made=made,
    )
    return Judged(decision, derived)


def recount(session: Session, case_id: int) -> None:
    """Count a case's calls anew, without deciding anything: one of them was settled after the case had ended."""
    told = sorted((one for one in calls.attempts_of(session, case_id) if one.outcome is not None), key=lambda one: (one.placed_at, one.id))
    queue.recount(session, case_id, _tally(tuple(_past(one) for one in told)))


def _situation(turn: _Turn, history: tuple[Past, ...]) -> recall_rules.Situation:
    return recall_rules.Situation(
        history=history,
        now=clock.now(),
        hours=turn.plan.hours,
        rules=recall_rules.read_rules(turn.settings),
        phones=tuple(turn.case.phones),
        persons=turn.plan.persons,
        rank=turn.case.rank,
        wish=turn.heard.wish,
    )


def _end_interview(session: Session, turn: _Turn, progress: Progress) -> None:
    interview_id = progress.interview.id
    assert interview_id is not None  # noqa: S101  # a stored row
    if turn.heard.outcome == "complete":
        facts = _facts(progress, turn.plan, turn.settings, seconds_spent(session, interview_id))
        responses.judge_interview(session, interview_id, turn.case_id, facts)
    interviews.end(session, interview_id, "ended" if turn.heard.outcome in ENDS else "broken_off")


def _facts(progress: Progress, plan: Plan, settings: dict[str, Any], seconds: float | None) -> InterviewFacts:
    now, rules = clock.now(), screening.read(settings)
    answers, asked, wanted = progress.values, frozenset(progress.values), limits(settings).complete
    return InterviewFacts(
        complete=progress.share >= wanted,
        right_enterprise=screening.confirms(rules.right_enterprise, answers, asked),
        matter_confirmed=screening.confirms(rules.matter_confirmed, answers, asked),
        core_answered=progress.share,
        core_needed=wanted,
        inside_window=plan.window is not None and plan.window[0] <= field_day(now) <= plan.window[1],
        seconds=seconds,
        shortest_seconds=float((settings.get("validity") or {}).get("shortest_seconds", 120)),
    )


def _history(turn: _Turn, made: Sequence[CallOfCase]) -> tuple[Past, ...]:
    """The case's attempts, the one to be judged last."""
    last = turn.attempt.id if turn.attempt else None
    told = (one for one in made if one.outcome is not None)
    attempts = sorted(told, key=lambda one: (one.id == last, one.placed_at, one.id))
    past = [_past(one) for one in attempts]
    besides = [] if turn.attempt else [Past(clock.now(), turn.heard.outcome, detail=turn.heard.detail)]
    return (*past, *besides)


def _past(one: CallOfCase) -> Past:
    return Past(one.placed_at, one.outcome or "", one.phone, one.line, one.outcome_detail, one.direction == "incoming")


def _move(session: Session, turn: _Turn, decision: Decision, history: tuple[Past, ...]) -> None:
    tally, phones = _tally(history), [dict(phone) for phone in decision.phones]
    if decision.action == "close":
        queue.close(session, turn.case_id, decision.why, phones=phones, tally=tally)
    elif decision.action == "trace":
        queue.trace(session, turn.case_id, phones=phones, tally=tally)
    else:
        queue.reschedule(session, turn.case_id, _next(turn, decision, phones), tally)


def _next(turn: _Turn, decision: Decision, phones: list[dict[str, Any]]) -> queue.Next:
    assert decision.due_at is not None  # noqa: S101  # every call has its time
    went_out = turn.attempt is not None and turn.heard.outcome != "carrier_failure"
    line = turn.attempt.line if turn.attempt is not None and went_out else turn.case.line
    return queue.Next(
        due_at=decision.due_at,
        rank=decision.rank,
        phones=phones,
        for_operator_id=turn.heard.user_id if decision.own_operator else None,
        anyone_from=decision.anyone_from,
        needs_conversion=decision.needs_conversion,
        line=None if decision.change_line else line,
    )


def _tally(history: tuple[Past, ...]) -> queue.Tally:
    counted = [past for past in history if past.counts]
    if not counted:
        return queue.Tally()
    last: date = field_day(counted[-1].at)
    return queue.Tally(len(counted), sum(field_day(past.at) == last for past in counted), last)


def _keep_appointments(session: Session, turn: _Turn, decision: Decision) -> None:
    """The open appointment is kept or missed by this attempt; a new one takes its place."""
    standing = session.exec(select(Appointment).where(Appointment.case_id == turn.case_id, Appointment.state == "open")).first()
    if standing is not None and (decision.action != "call" or turn.heard.outcome != "carrier_failure"):
        standing.state = _became(standing, turn)
        session.add(standing)
        session.flush()
    if turn.heard.wish is not None and decision.action == "call":
        session.add(_appointment(turn, turn.heard.wish))
        session.flush()


def _became(standing: Appointment, turn: _Turn) -> str:
    if turn.attempt is None:
        return "cancelled"
    return state_after(standing.at, standing.kind, turn.attempt.placed_at, turn.heard.outcome, turn.plan.hours)


def _appointment(turn: _Turn, wish: Wish) -> Appointment:
    return Appointment(
        case_id=turn.case_id,
        attempt_id=turn.attempt.id if turn.attempt else None,
        at=wish.at,
        kind=wish.kind,
        operator_id=turn.heard.user_id,
        with_whom=wish.with_whom,
        note=wish.note,
        made_at=clock.now(),
    )


def _bar(session: Session, case: Case, attempt: Attempt | None, heard: Heard) -> None:
    """Keep the wish not to be called: of the enterprise, or of the number alone where that was said."""
    by_number = heard.detail.get("scope") == "number" and attempt is not None
    values = {
        "scope": "number" if by_number else "enterprise",
        "value": attempt.phone if by_number and attempt else case.unit_key,
        "reason": heard.outcome,
        "at": clock.now(),
        "by": heard.user_id,
    }
    session.execute(insert(DoNotCall).values(**values).on_conflict_do_nothing(index_elements=["scope", "value"]))
