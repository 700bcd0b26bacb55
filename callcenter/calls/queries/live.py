"""Reads of the calls that are under way, for those who watch over them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, text

LIVE = """
SELECT a.id, a.line, a.state, a.phone, a.direction, a.answered_by, a.placed_at, a.ringing_at, a.answered_at, a.operator_id,
       u.name AS operator, c.enterprise_name AS enterprise,
       EXISTS (SELECT FROM legs l WHERE l.attempt_id = a.id AND l.purpose = 'listener' AND l.state <> 'gone') AS is_heard
FROM attempts a JOIN users u ON u.id = a.operator_id JOIN cases c ON c.id = coalesce(a.case_id, a.rechecked_case_id)
WHERE a.ended_at IS NULL ORDER BY a.line, a.placed_at LIMIT 500
"""


@dataclass(frozen=True)
class LiveCall:
    """One call that has not ended."""

    id: int
    line: str
    state: str
    phone: str
    direction: str
    answered_by: str | None
    placed_at: datetime
    ringing_at: datetime | None
    answered_at: datetime | None
    operator_id: int
    operator: str
    enterprise: str
    is_heard: bool
    """Whether somebody listens in."""


def live_calls(session: Session) -> list[LiveCall]:
    """All of them, by line."""
    return [LiveCall(**row) for row in session.connection().execute(text(LIVE)).mappings()]
