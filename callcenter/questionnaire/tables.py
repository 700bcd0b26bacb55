"""Questionnaires as released: frozen by their hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from callcenter.db.columns import document, key, link, moment


class Questionnaire(SQLModel, table=True):
    """One version of a questionnaire. `definition` is the YAML document: survey, choices, settings."""

    __tablename__ = "questionnaires"
    __table_args__ = (UniqueConstraint("study_id", "name", "version"), UniqueConstraint("study_id", "name", "sha256"))
    id: int | None = key()
    study_id: int = link("studies.id")
    name: str
    version: int
    title: str
    sha256: str
    definition: dict[str, Any] = document()
    loaded_at: datetime = moment()
    released_at: datetime | None = moment(nullable=True)
    released_by: int | None = link("users.id", nullable=True, index=False)
