"""Who may take identities out, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from callcenter.exports.tables import IdentityGrant


def right_until(session: Session, study_id: int, user_id: int, now: datetime) -> datetime | None:
    """Until when a person may take identities of a study out of the house; none: not now."""
    held = (IdentityGrant.study_id == study_id, IdentityGrant.user_id == user_id, col(IdentityGrant.until) > now)
    return session.exec(select(func.max(IdentityGrant.until)).where(*held)).one()


@dataclass(frozen=True)
class Right:
    """A right that was given: whose, by whom, for which study, why, until when (sooner where it was taken back), and how it was used."""

    id: int
    study_id: int
    study: str
    username: str
    user_id: int
    granted_by: int
    granted_at: datetime
    until: datetime
    reason: str
    holds: bool
    used: int
    """Packages taken out with it."""


def rights(session: Session, now: datetime) -> Sequence[Right]:
    """All rights that were ever given, those that hold first, then the newest."""
    found = session.execute(text(_RIGHTS), {"now": now})
    return [Right(**row) for row in found.mappings()]


_RIGHTS = """
SELECT g.id, g.study_id, s.title AS study, u.username, g.user_id, g.granted_by, g.granted_at, g.until, g.reason,
       g.until > :now AND u.active AND u.role = 'evaluator' AND d.id IS NULL AS holds,
       (SELECT count(*) FROM audit_trail a
        WHERE a.action = 'identities_exported' AND a.actor_id = g.user_id AND a.detail->>'grant' = g.id::text) AS used
FROM identity_grants g JOIN studies s ON s.id = g.study_id JOIN users u ON u.id = g.user_id
     LEFT JOIN detachments d ON d.study_id = g.study_id
ORDER BY holds DESC, g.granted_at DESC, g.id DESC
"""
