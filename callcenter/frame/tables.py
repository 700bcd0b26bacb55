"""Who can be drawn, frozen under a number; who must not be called."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, documents, key, link, moment, one_of, texts


class Frame(SQLModel, table=True):
    """The deduplicated units of all submissions to one population, frozen."""

    __tablename__ = "frames"
    __table_args__ = (UniqueConstraint("population_id", "number"),)
    id: int | None = key()
    population_id: int = link("populations.id")
    number: int
    frozen_at: datetime = moment()
    frozen_by: int | None = link("users.id", nullable=True, index=False)
    size: int
    sha256: str
    """Over the lines `unit_key TAB stratum LF`, sorted bytewise; the stratum is the unit's district."""
    counts: dict[str, Any] = document()
    """Rows in, merged, removed by each filter, units out."""


class FrameUnit(SQLModel, table=True):
    """An enterprise (or a person) of a frame, with every unit that reported it."""

    __tablename__ = "frame_units"
    __table_args__ = (UniqueConstraint("frame_id", "unit_key"), Index("frame_units_by_name", "name"))
    id: int | None = key()
    frame_id: int = link("frames.id")
    unit_key: str = Field(index=True)
    district: str
    sub_area: str = ""
    name: str
    uscc: str = ""
    contact: str = ""
    phones: list[dict[str, Any]] = documents()
    """number (E.164), extension, shared (the number serves three or more enterprises)."""
    matters: list[dict[str, Any]] = documents()
    """what, when, department, submission_row_id."""
    reported_by: list[str] = texts()
    submission_row_id: int | None = link("submission_rows.id", nullable=True)


class DoNotCall(SQLModel, table=True):
    """A wish not to be called, across studies and at once."""

    __tablename__ = "do_not_call"
    __table_args__ = (UniqueConstraint("scope", "value"), CheckConstraint(one_of("scope", "number", "enterprise")))
    id: int | None = key()
    scope: str
    value: str
    """The E.164 number, or the unit key."""
    reason: str
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
