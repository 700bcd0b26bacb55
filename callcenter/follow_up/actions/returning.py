"""What a crash left open: calls that ended without a word from their operator."""

from datetime import timedelta

from sqlmodel import Session, text

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.tables import Case
from callcenter.calls import actions as calls
from callcenter.calls import queries as call_queries
from callcenter.calls.outcomes import suggested
from callcenter.calls.tables import Attempt
from callcenter.follow_up.actions import judging
from callcenter.follow_up.actions.judging import Heard
from callcenter.interviews import queries as interview_queries
from callcenter.interviews.queries import Progress
from callcenter.operations.actions import record
from callcenter.responses.completeness import limits

GIVEN_UP_AFTER = timedelta(hours=2)
"""A call without an end this long after it was placed is over, whatever the carrier did not say."""


def abandoned(session: Session) -> list[int]:
    """Calls that are over, or should be, of which no outcome was told for one of their cases."""
    return list(session.connection().execute(text(_UNTOLD), {"long_ago": clock.now() - GIVEN_UP_AFTER}).scalars())


def settle_abandoned(session: Session, attempt_id: int) -> int:
    """Give a call whose lease is gone and whose operator told none an outcome, case by case; the recall rules go on. How many cases.

    One call a transaction: several would hold cases, calls and counts in an order of their own.
    """
    held = queue.locked_cases(session, call_queries.cases_of(session, attempt_id))
    attempt = session.get_one(Attempt, attempt_id, with_for_update={"key_share": True})
    return sum(_settle(session, attempt, case) for case in held)


_UNTOLD = """
SELECT id FROM attempts WHERE case_id IS NOT NULL AND outcome IS NULL AND (ended_at IS NOT NULL OR placed_at < :long_ago)
UNION
SELECT s.attempt_id FROM shared_attempts s JOIN attempts a ON a.id = s.attempt_id
WHERE s.outcome IS NULL AND (a.ended_at IS NOT NULL OR a.placed_at < :long_ago)
ORDER BY 1 LIMIT 200
"""


def _settle(session: Session, attempt: Attempt, case: Case) -> bool:
    case_id, attempt_id = case.id or 0, attempt.id or 0
    told = any(made.id == attempt_id and made.outcome for made in call_queries.attempts_of(session, case_id))
    if told or attempt.operator_id is None or case.state == "leased":
        return False  # its operator may still tell, or somebody else has the case now: what they tell comes first
    progress = interview_queries.progress_of_cases(session, [case_id]).get(case_id)
    outcome = _outcome(session, case_id, attempt, progress)
    detail = {"abandoned": True, "confirmed": False} if outcome == "broken_off" else {"abandoned": True}
    calls.keep_outcome(session, attempt, case_id, outcome, detail=detail)
    record(session, None, "outcome_settled", "case", case_id, detail={"attempt": attempt_id, "outcome": outcome})
    if case.state == "ready":
        judging.apply(session, case, attempt, Heard(outcome, detail, attempt.operator_id), progress)
    else:
        judging.recount(session, case_id)  # what became of it stands; the call is counted
    return True


def _outcome(session: Session, case_id: int, attempt: Attempt, progress: Progress | None) -> str:
    if attempt.carrier_failure is not None:
        return "carrier_failure"
    if attempt.answered_at is None:
        return suggested(attempt.state, attempt.sip_code) or "no_answer"
    if progress is None:
        return "broken_off"
    case = queue_queries.case(session, case_id)
    bounds = limits(queue_queries.study_settings(session, case.study_id))
    return "complete" if progress.share >= bounds.complete else "broken_off"
