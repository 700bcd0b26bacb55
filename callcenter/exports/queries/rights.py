"""Who may take identities out, and until when."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from callcenter.exports.tables import IdentityGrant


def right_until(session: Session, study_id: int, user_id: int, now: datetime) -> datetime | None:
    """Until when a person may take identities of a study out of the house; none: not now."""
    held = (IdentityGrant.study_id == study_id, IdentityGrant.user_id == user_id, col(IdentityGrant.until) > now)
    return session.exec(select(func.max(IdentityGrant.until)).where(*held)).one()
