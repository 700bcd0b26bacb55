"""Reads of what can still be taken back."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from callcenter.follow_up.tables import LastTurn
from callcenter.people import queries as people


def undoable(session: Session, user_id: int, now: datetime) -> dict[str, Any] | None:
    """The call and outcome that an operator may still take back; none where wrap-up is over."""
    spell = people.present(session, user_id)
    if spell is None or spell.state != "wrap_up" or (spell.ends_at is not None and spell.ends_at <= now):
        return None
    turn = session.exec(select(LastTurn).where(LastTurn.user_id == user_id)).first()
    return {"attempt_id": turn.attempt_id, "outcome": turn.outcome} if turn else None
