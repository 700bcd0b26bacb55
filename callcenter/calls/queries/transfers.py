"""Reads of transfers: who could take a running call, and what is offered to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, text

from callcenter.calls.tables import Transfer
from callcenter.db.engine import statement

OFFERED_FOR = timedelta(seconds=45)
"""So long somebody may think about it; then the offer has lapsed."""
OPEN = ("offered", "joined")
TransferRow = Transfer
"""For pages, which see rows but no tables."""

READY = """
WITH held AS (
    SELECT array_agg(DISTINCT q.name) AS trained, bool_or(c.needs_conversion) AS converts
    FROM cases c JOIN questionnaires q ON q.id = c.questionnaire_id WHERE c.lease_id = :lease
)
SELECT u.id, u.name, u.role, (u.role = 'operator') AS may_take_over
FROM users u, held
WHERE u.active AND u.id <> :own AND NOT EXISTS (
    SELECT FROM transfers t WHERE t.to_user = u.id AND (t.state = 'joined' OR t.state = 'offered' AND t.offered_at > :lapsed)
) AND (
    u.role = 'supervisor' AND EXISTS ({seated})
    OR u.role = 'operator' AND EXISTS (SELECT FROM operator_states s WHERE s.user_id = u.id AND s.until IS NULL AND s.state = 'ready')
    AND NOT EXISTS (SELECT FROM cases c WHERE c.leased_by = u.id AND c.state = 'leased')
    AND held.trained <@ ARRAY(SELECT t.questionnaire FROM trainings t WHERE t.user_id = u.id)
    AND (u.converts_refusals OR NOT held.converts)
    AND (EXISTS ({seated}) OR NOT :needs_seat AND NOT EXISTS (SELECT FROM audio_places p WHERE p.user_id = u.id))
) ORDER BY u.role, u.name, u.id
""".format(seated="SELECT FROM legs l WHERE l.user_id = u.id AND l.purpose = 'operator' AND l.state = 'seated'")
OFFERED = """
SELECT t.id, t.warm, t.state, t.offered_at, t.joined_at, u.name AS who, c.enterprise_name AS enterprise, a.phone
FROM transfers t JOIN users u ON u.id = t.from_user JOIN attempts a ON a.id = t.attempt_id JOIN cases c ON c.id = a.case_id
WHERE t.to_user = :user AND (t.state = 'joined' OR t.state = 'offered' AND t.offered_at > :lapsed) AND a.ended_at IS NULL
"""


JOINED = """
SELECT 1 FROM transfers t JOIN attempts a ON a.id = t.attempt_id WHERE t.to_user = %(user)s AND t.state = 'joined' AND a.ended_at IS NULL
"""


@dataclass(frozen=True)
class Ready:
    """Somebody who could join a talk; `may_take_over`: who can also go on with the cases."""

    id: int
    name: str
    role: str
    may_take_over: bool


def ready_for(session: Session, lease_id: str, own_id: int, now: datetime, *, needs_seat: bool) -> list[Ready]:
    """Who is ready for a call of these cases now: free, at their telephone, trained for them."""
    values = {"lease": lease_id, "own": own_id, "lapsed": now - OFFERED_FOR, "needs_seat": needs_seat}
    return [Ready(**row) for row in session.connection().execute(text(READY), values).mappings()]


def transfer_from(session: Session, user_id: int, now: datetime) -> Transfer | None:
    """Somebody's transfer that is offered or joined; one that lapsed is none."""
    found = session.exec(select(Transfer).where(Transfer.from_user == user_id, col(Transfer.state).in_(OPEN))).first()
    return found if found is not None and not has_lapsed(found, now) else None


def may_take_over(session: Session, user_id: int) -> bool:
    """Whether somebody can go on with cases themselves; supervisors join a talk only."""
    return session.execute(text("SELECT role = 'operator' FROM users WHERE id = :user"), {"user": user_id}).scalar_one() is True


def in_talk(user_id: int) -> bool:
    """Whether somebody has joined another's talk: one plain statement, asked before each next case."""
    return bool(statement(JOINED, {"user": user_id}))


def transfer_to(session: Session, user_id: int, now: datetime) -> dict[str, Any] | None:
    """What is offered to somebody, or the talk that they have joined."""
    row = session.connection().execute(text(OFFERED), {"user": user_id, "lapsed": now - OFFERED_FOR}).mappings().first()
    return dict(row) if row else None


def has_lapsed(one: Transfer, now: datetime) -> bool:
    """Whether nobody took it up in time."""
    return one.state == "offered" and one.offered_at <= now - OFFERED_FOR
