"""Reads of what cases are worth: codes, verdicts and the states of cases, for rates, boards and exports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, text

from callcenter.errors import NotFound
from callcenter.interviews.tables import Interview
from callcenter.responses.rechecks import CLOSING, CLOSING_CODES, COMPLETE, DENIED, FABRICATED, Done, Share, wilson
from callcenter.responses.tables import Disposition, Recheck, ValidityVerdict
from callcenter.studies.phases import field_day


@dataclass(frozen=True)
class CaseState:
    """A released case as it stands: its code, and whether it gave a valid sample."""

    case_id: int
    stratum_id: int
    release_id: int
    state: str
    attempts: int
    code: str
    category: str
    final: bool
    valid: bool


_STATES = """
SELECT c.id AS case_id, c.stratum_id, c.release_id, c.state, c.attempts,
       coalesce(d.code, '3.11') AS code, coalesce(d.category, 'UH') AS category, coalesce(d.final, false) AS final,
       coalesce(v.valid, false) AS valid
FROM cases c
JOIN releases r ON r.id = c.release_id
LEFT JOIN LATERAL (SELECT code, category, final FROM dispositions WHERE case_id = c.id ORDER BY id DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT valid FROM validity_verdicts WHERE case_id = c.id ORDER BY id DESC LIMIT 1) v ON true
WHERE r.draw_id = :draw
ORDER BY c.id
"""


def case_states(session: Session, draw_id: int) -> list[CaseState]:
    """Every released case of a draw with its latest code and verdict; one without a code was never dialled (3.11)."""
    rows = session.connection().execute(text(_STATES), {"draw": draw_id}).mappings()
    return [CaseState(**row) for row in rows]


def latest_disposition(session: Session, case_id: int) -> Disposition | None:
    """The code that counts for a case."""
    of_case = select(Disposition).where(Disposition.case_id == case_id)
    return session.exec(of_case.order_by(col(Disposition.id).desc()).limit(1)).first()


def latest_verdict(session: Session, case_id: int) -> ValidityVerdict | None:
    """The verdict that counts for a case."""
    of_case = select(ValidityVerdict).where(ValidityVerdict.case_id == case_id)
    return session.exec(of_case.order_by(col(ValidityVerdict.id).desc()).limit(1)).first()


def dispositions(session: Session, case_id: int) -> list[Disposition]:
    """All that was ever derived or corrected for a case, oldest first."""
    return list(session.exec(select(Disposition).where(Disposition.case_id == case_id).order_by(col(Disposition.id))))


_DAY = """
SELECT coalesce(outcome, '') AS outcome, count(*) AS calls,
       coalesce(sum(extract(epoch FROM ended_at - answered_at)), 0) AS seconds
FROM attempts
WHERE operator_id = :operator AND case_id IS NOT NULL AND placed_at >= :start AND placed_at < :until
    AND outcome IS DISTINCT FROM 'carrier_failure'
GROUP BY outcome ORDER BY count(*) DESC, outcome
"""


_DAYS = """
SELECT operator_id, count(*) AS calls, count(*) FILTER (WHERE outcome = 'complete') AS complete FROM attempts
WHERE case_id IS NOT NULL AND placed_at >= :start AND placed_at < :until AND outcome IS DISTINCT FROM 'carrier_failure' GROUP BY operator_id
"""


def calls_of_operators(session: Session, start: datetime, until: datetime) -> dict[int, tuple[int, int]]:
    """Every operator's calls between two moments, and how many of them were complete interviews."""
    rows = session.connection().execute(text(_DAYS), {"start": start, "until": until})
    return {row.operator_id: (row.calls, row.complete) for row in rows}


def outcomes_of_operator(session: Session, operator_id: int, start: datetime, until: datetime) -> list[tuple[str, int, int]]:
    """An operator's calls between two moments: outcome (empty where not told yet), how many, seconds of talk."""
    rows = session.connection().execute(text(_DAY), {"operator": operator_id, "start": start, "until": until})
    return [(row.outcome, row.calls, round(row.seconds)) for row in rows]


_ENDED = """
SELECT c.id AS case_id, a.operator_id, a.outcome_at, d.code, d.category, coalesce(v.valid, false) AS valid
FROM cases c
JOIN LATERAL (SELECT code, category, source FROM dispositions WHERE case_id = c.id ORDER BY id DESC LIMIT 1) d ON true
JOIN LATERAL (SELECT operator_id, outcome_at FROM case_attempts WHERE case_id = c.id AND outcome IS NOT NULL
    AND carrier_failure IS NULL AND operator_id IS NOT NULL ORDER BY id DESC LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT valid FROM validity_verdicts WHERE case_id = c.id ORDER BY id DESC LIMIT 1) v ON true
WHERE c.study_id = :study AND c.state IN ('closed', 'tracing') AND d.source = 'derived'
    AND (d.code = '1.1' OR d.category = 'NE' OR d.code = ANY(:closing))
"""


def ended(session: Session, study_id: int) -> list[Done]:
    """Cases that ended in a way that may be re-checked; whoever made the last call is answerable."""
    rows = session.connection().execute(text(_ENDED), {"study": study_id, "closing": sorted(CLOSING_CODES)})
    kinds = {"I": COMPLETE, "NE": DENIED}
    return [
        Done(row.case_id, row.operator_id, field_day(row.outcome_at), kinds.get(row.category, CLOSING))
        for row in rows
        if row.category != "I" or row.valid
    ]


def rechecked(session: Session) -> set[int]:
    """Cases that were chosen for a re-check."""
    return set(session.exec(select(Recheck.case_id)))


def suspects(session: Session) -> set[int]:
    """Operators one of whose interviews turned out never to have been held: all of theirs are re-checked."""
    by_recheck = session.exec(select(Recheck.operator_id).where(Recheck.reason == FABRICATED))
    by_two_persons = session.exec(select(Interview.operator_id).where(Interview.state == "void"))
    return {*by_recheck, *by_two_persons}


def is_confirmed(session: Session, case_id: int) -> bool:
    """Whether somebody else was told the same."""
    return session.exec(select(Recheck.id).where(Recheck.case_id == case_id, Recheck.state == "passed").limit(1)).first() is not None


def recheck(session: Session, recheck_id: int) -> Recheck:
    """One re-check."""
    found = session.get(Recheck, recheck_id)
    if found is None:
        raise NotFound("no_recheck", "没有这条复核：请刷新页面。")
    return found


_WAITING = """
SELECT r.id, r.case_id, r.kind, r.chosen_at, r.tries, c.enterprise_name, c.respondents, c.district, p.code || ' ' || p.title AS population,
    EXISTS (SELECT FROM case_attempts a WHERE a.case_id = r.case_id AND a.operator_id = :user) AS own
FROM rechecks r JOIN cases c ON c.id = r.case_id JOIN populations p ON p.id = c.population_id
WHERE r.state = 'waiting' ORDER BY r.tries, r.id LIMIT 200
"""


def waiting_rechecks(session: Session, user_id: int) -> list[dict[str, Any]]:
    """Re-checks that wait (`own`: that person made one of its calls and may not do it). Neither code nor operator is told."""
    return [dict(row) for row in session.connection().execute(text(_WAITING), {"user": user_id}).mappings()]


_QUALITY = """
SELECT u.id, u.name, r.kind, count(*) FILTER (WHERE r.state IN ('passed', 'failed')) AS done,
    count(*) FILTER (WHERE r.state = 'failed') AS failed,
    count(*) FILTER (WHERE r.state = 'waiting') AS waiting, count(*) FILTER (WHERE r.state = 'unreached') AS unreached,
    coalesce(sum(r.compared), 0)::int AS compared, coalesce(sum(cardinality(r.differing)), 0)::int AS differing
FROM rechecks r JOIN users u ON u.id = r.operator_id GROUP BY u.id, u.name, r.kind ORDER BY u.name, r.kind
"""


@dataclass(frozen=True)
class OperatorQuality:
    """What re-checks said of one operator's cases of one kind."""

    operator_id: int
    name: str
    kind: str
    failed: Share
    answers: Share
    waiting: int
    unreached: int


def quality_by_operator(session: Session) -> list[OperatorQuality]:
    """Failed re-checks and differing answers by operator and kind, with intervals."""
    return [
        OperatorQuality(
            row.id, row.name, row.kind, wilson(row.failed, row.done), wilson(row.differing, row.compared), row.waiting, row.unreached
        )
        for row in session.connection().execute(text(_QUALITY))
    ]


def waiting_words(session: Session) -> tuple[int, int]:
    """How many re-checks wait to be called, and how many proposed invalidations wait for the second person."""
    rechecks = session.execute(text("SELECT count(*) FROM rechecks WHERE state = 'waiting'")).scalar_one()
    proposed = session.execute(text("SELECT count(*) FROM invalidations WHERE decided_at IS NULL")).scalar_one()
    return int(rechecks), int(proposed)


_INVALIDATIONS = """
SELECT i.id, i.case_id, i.reason, i.note, i.proposed_at, i.proposed_by, p.name AS proposer, i.decided_at, d.name AS decider, i.agreed,
    n.operator, n.seconds
FROM invalidations i JOIN users p ON p.id = i.proposed_by LEFT JOIN users d ON d.id = i.decided_by
LEFT JOIN LATERAL (SELECT u.name AS operator, extract(epoch FROM v.ended_at - v.started_at) AS seconds
    FROM interviews v JOIN users u ON u.id = v.operator_id WHERE v.case_id = i.case_id ORDER BY v.id DESC LIMIT 1) n ON true
ORDER BY i.decided_at IS NOT NULL, i.id DESC LIMIT 100
"""


def invalidations(session: Session) -> list[dict[str, Any]]:
    """Proposals to take a valid sample out, the undecided first; no answers with them."""
    return [dict(row) for row in session.connection().execute(text(_INVALIDATIONS)).mappings()]
