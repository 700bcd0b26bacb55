"""Practice, kept apart from everything that counts."""

from datetime import datetime
from typing import Any

from sqlmodel import SQLModel

from callcenter.db.columns import document, key, link, moment


class Practice(SQLModel, table=True):
    """One person's practice with one version of a questionnaire: invented cases, never counted anywhere."""

    __tablename__ = "practices"
    id: int | None = key()
    user_id: int = link("users.id")
    questionnaire_id: int = link("questionnaires.id", index=False)
    began_at: datetime = moment()
    last_at: datetime = moment()
    cases_done: int = 0
    """Invented cases whose outcome was told."""
    turn: dict[str, Any] = document()
    """Where the present case stands, see turn.Turn."""
