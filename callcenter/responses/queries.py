"""Reads of what cases are worth: codes, verdicts and the states of cases, for rates, boards and exports."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select, text

from callcenter.responses.tables import Disposition, ValidityVerdict


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
WHERE operator_id = :operator AND placed_at >= :start AND placed_at < :until AND outcome IS DISTINCT FROM 'carrier_failure'
GROUP BY outcome ORDER BY count(*) DESC, outcome
"""


_DAYS = """
SELECT operator_id, count(*) AS calls, count(*) FILTER (WHERE outcome = 'complete') AS complete FROM attempts
WHERE placed_at >= :start AND placed_at < :until AND outcome IS DISTINCT FROM 'carrier_failure' GROUP BY operator_id
"""


def calls_of_operators(session: Session, start: datetime, until: datetime) -> dict[int, tuple[int, int]]:
    """Every operator's calls between two moments, and how many of them were complete interviews."""
    rows = session.connection().execute(text(_DAYS), {"start": start, "until": until})
    return {row.operator_id: (row.calls, row.complete) for row in rows}


def outcomes_of_operator(session: Session, operator_id: int, start: datetime, until: datetime) -> list[tuple[str, int, int]]:
    """An operator's calls between two moments: outcome (empty where not told yet), how many, seconds of talk."""
    rows = session.connection().execute(text(_DAY), {"operator": operator_id, "start": start, "until": until})
    return [(row.outcome, row.calls, round(row.seconds)) for row in rows]
