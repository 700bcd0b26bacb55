"""Who can be drawn, by which rules, frozen under a number; who must not be called."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, documents, key, later_document, later_texts, link, moment, one_of, texts


class Screening(SQLModel, table=True):
    """A version of a population's screening rules: who wrote it, when, why. The newest counts; all stay."""

    __tablename__ = "screenings"
    __table_args__ = (UniqueConstraint("population_id", "version"),)
    id: int | None = key()
    population_id: int = link("populations.id")
    version: int
    document: dict[str, Any] = document()
    """The rules in the order in which they are applied; see `screening.Rules`."""
    sha256: str
    supplement: bool = False
    """Written after the draw: for supplement frames only."""
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    why: str


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
    """Rows in, merged, removed by each rule, units out; see `summary.counts`."""
    screening: dict[str, Any] = later_document()
    """version, sha256 and document of the rules that it was screened by; empty where there were none."""
    reporting_order: list[str] = later_texts()
    """The reporting units in the order that decided whose word counts."""
    content_sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Over everything that is kept of its units: the same again is not frozen twice."""


class UnitColumns(SQLModel):
    """What is kept of a unit, in a frame and in its preview."""

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
    conflicts: list[str] = later_texts()
    """The kinds in which its reports differ."""
    resolution: dict[str, Any] = later_document()
    """Kind of conflict → what was taken, by which rule, what the others said; see `conflicts`."""


class FrameUnit(UnitColumns, table=True):
    """An enterprise (or a person) of a frame, with every unit that reported it."""

    __tablename__ = "frame_units"
    __table_args__ = (UniqueConstraint("frame_id", "unit_key"), Index("frame_units_by_name", "name"))
    id: int | None = key()
    frame_id: int = link("frames.id")
    submission_row_id: int | None = link("submission_rows.id", nullable=True)


class ScreenedUnit(SQLModel, table=True):
    """A unit that a screening rule kept out of a frozen frame."""

    __tablename__ = "screened_units"
    id: int | None = key()
    frame_id: int = link("frames.id")
    rule: int
    """The rule's place in the document, from 1."""
    unit_key: str
    district: str
    name: str
    reported_by: list[str] = texts()
    matters: list[dict[str, Any]] = documents()


class FramePreview(SQLModel, table=True):
    """What freezing a population would have made when it was last looked at; made anew when its lists or rules have changed."""

    __tablename__ = "frame_previews"
    __table_args__ = (UniqueConstraint("population_id"),)
    id: int | None = key()
    population_id: int = link("populations.id")
    fingerprint: str
    """Of all that it was made from; another one means that it is out of date."""
    made_from: dict[str, Any] = later_document()
    """Its lists, months, order, rules, earlier frame and codes taken over, and the other populations' lists searched for codes."""
    supplement: bool
    made_at: datetime = moment()
    counts: dict[str, Any] = document()
    by_department: dict[str, Any] = document()
    screening: dict[str, Any] = document()
    job_id: int | None = link("jobs.id", nullable=True, index=False)
    """The job that is making it anew, where it is too large for a page."""


class PreviewUnit(UnitColumns, table=True):
    """A unit of a preview; `removed_by` names the rule that would keep it out (0: it stays)."""

    __tablename__ = "preview_units"
    id: int | None = key()
    preview_id: int = link("frame_previews.id")
    removed_by: int = 0


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
