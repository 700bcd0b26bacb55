"""Appointments, top-up proposals, who carries them out, and the forecast kept for boards."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from callcenter.db.columns import document, documents, key, link, moment, one_of


class Appointment(SQLModel, table=True):
    """A time promised to an enterprise."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint(one_of("kind", "hard", "soft")),
        CheckConstraint(one_of("state", "open", "kept", "missed_by_us", "missed_by_them", "cancelled")),
        Index("appointments_open", "case_id", unique=True, postgresql_where=text("state = 'open'")),
    )
    id: int | None = key()
    case_id: int = link("cases.id")
    attempt_id: int | None = link("attempts.id", nullable=True)
    at: datetime = moment(index=True)
    kind: str
    operator_id: int | None = link("users.id", nullable=True)
    """Whose it is; none: anyone's, made in the voice menu."""
    with_whom: str = ""
    note: str = ""
    state: str = "open"
    made_at: datetime = moment()


class LastTurn(SQLModel, table=True):
    """How the cases of an operator's last outcome stood before it, so that it can be taken back; the next outcome takes its place."""

    __tablename__ = "last_turns"
    __table_args__ = (UniqueConstraint("user_id"),)
    id: int | None = key()
    user_id: int = link("users.id", index=False)
    attempt_id: int = link("attempts.id", index=False)
    lease_id: str
    outcome: str
    told_at: datetime = moment()
    before: list[dict[str, Any]] = documents()
    """By case; telephone numbers as hashes only."""


class TopUpProposal(SQLModel, table=True):
    """That a stratum falls short, and by how many reserves it could be mended."""

    __tablename__ = "top_up_proposals"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "accepted", "declined", "overtaken")),
        Index("top_up_proposals_open", "draw_id", "stratum_id", unique=True, postgresql_where=text("state = 'open'")),
    )
    id: int | None = key()
    draw_id: int = link("draws.id")
    stratum_id: int = link("strata.id")
    made_at: datetime = moment()
    target: int
    valid: int
    expected: float
    """Valid completes still expected from open cases."""
    yield_rate: float
    mean_count: int
    """ceil(short / yield)."""
    safe_count: int
    """Reaches the target with the stated chance."""
    chance: float
    state: str = "open"
    decided_at: datetime | None = moment(nullable=True)
    decided_by: int | None = link("users.id", nullable=True, index=False)
    decided_count: int | None = None
    release_id: int | None = link("releases.id", nullable=True, index=False)


class ReleaseMode(SQLModel, table=True):
    """That a draw's top-ups are from here on released by themselves or by a supervisor's word; the newest row counts, all stay."""

    __tablename__ = "release_modes"
    __table_args__ = (CheckConstraint(one_of("mode", "manual", "automatic")),)
    id: int | None = key()
    draw_id: int = link("draws.id")
    mode: str
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    why: str


class KeptForecast(SQLModel, table=True):
    """What the field of a study will still bring, as it was worked out last; boards show it with its age."""

    __tablename__ = "forecasts"
    __table_args__ = (CheckConstraint(one_of("why_not", "not_in_field", "not_enough_data")), UniqueConstraint("study_id"))
    id: int | None = key()
    study_id: int = link("studies.id", index=False)
    at: datetime = moment()
    why_not: str | None = None
    """Why there is none; then the document is empty."""
    outlook: dict[str, Any] = document()
    """As `forecast.as_document` gives it, with operators_needed and own_pace."""
