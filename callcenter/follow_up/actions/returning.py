"""What a crash left open: calls that ended without a word from their operator."""

from datetime import timedelta

from sqlmodel import Session, col, or_, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.calls.outcomes import suggested
from callcenter.calls.tables import Attempt
from callcenter.follow_up.actions import judging
from callcenter.follow_up.actions.judging import Heard
from callcenter.interviews import queries as interview_queries
from callcenter.operations.actions import record
from callcenter.responses.completeness import limits

GIVEN_UP_AFTER = timedelta(hours=2)
"""A call without an end this long after it was placed is over, whatever the carrier did not say."""


def settle_abandoned(session: Session) -> int:
    """Give an outcome to calls whose lease is gone and whose operator told none; the recall rules go on from there. How many."""
    over = or_(col(Attempt.ended_at).is_not(None), col(Attempt.placed_at) < clock.now() - GIVEN_UP_AFTER)
    left = select(Attempt).where(col(Attempt.outcome).is_(None), over).order_by(col(Attempt.id)).limit(200)
    return sum(_settle(session, attempt) for attempt in session.exec(left).all())


def _settle(session: Session, attempt: Attempt) -> bool:
    case = queue.locked(session, attempt.case_id)
    if case.state == "leased":
        return False  # its operator may still tell, or somebody else has the case now: what they tell comes first
    outcome = _outcome(session, attempt)
    attempt.outcome, attempt.outcome_at = outcome, clock.now()
    attempt.outcome_detail = {"abandoned": True, "confirmed": False} if outcome == "broken_off" else {"abandoned": True}
    session.add(attempt)
    session.flush()
    record(session, None, "outcome_settled", "case", case.id, detail={"attempt": attempt.id, "outcome": outcome})
    if case.state == "ready":
        judging.apply(session, case, attempt, Heard(outcome, attempt.outcome_detail, attempt.operator_id))
    return True


def _outcome(session: Session, attempt: Attempt) -> str:
    if attempt.carrier_failure is not None:
        return "carrier_failure"
    if attempt.answered_at is None:
        return suggested(attempt.state, attempt.sip_code) or "no_answer"
    interview = interview_queries.current(session, attempt.case_id)
    if interview is None or interview.id is None:
        return "broken_off"
    case = queue_queries.case(session, attempt.case_id)
    bounds = limits(queue_queries.study_settings(session, case.study_id))
    return "complete" if interview_queries.completeness(session, interview.id) >= bounds.complete else "broken_off"
