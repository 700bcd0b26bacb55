"""What is surveyed: content loaded from a study folder, never written into code."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, key, link, moment, one_of, texts


class Study(SQLModel, table=True):
    """A survey. `settings` holds calling hours, recall overrides, limits and defaults as loaded from study.yaml."""

    __tablename__ = "studies"
    id: int | None = key()
    name: str = Field(unique=True)
    title: str
    settings: dict[str, Any] = document()
    salt: str
    """Random; keeps hashed persons' keys from being guessed."""
    is_demo: bool = False
    folder_sha256: str
    loaded_at: datetime = moment()


class Stage(SQLModel, table=True):
    """A round of the evaluation with its own checklist; counts of two stages are never mixed."""

    __tablename__ = "stages"
    __table_args__ = (UniqueConstraint("study_id", "name"),)
    id: int | None = key()
    study_id: int = link("studies.id")
    name: str
    title: str
    period_start: date | None = None
    period_end: date | None = None


class Phase(SQLModel, table=True):
    """A dated activity of a stage, both ends included, in field time."""

    __tablename__ = "phases"
    id: int | None = key()
    stage_id: int = link("stages.id")
    kind: str = Field(index=True)
    """intake, design, calling, tracking, reporting, … ; doors open and close by it."""
    title: str
    description: str = ""
    first_day: date
    last_day: date
    scheduled_last_day: date
    """The last day that the schedule planned; `last_day` may have been moved since."""


class PhaseExtension(SQLModel, table=True):
    """A recorded change of a phase's last day, for everybody or for one unit alone."""

    __tablename__ = "phase_extensions"
    id: int | None = key()
    phase_id: int = link("phases.id")
    last_day: date
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    reason: str
    unit: str | None = None


class Topic(SQLModel, table=True):
    """A group of checklist items, with the evaluator's contact number."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("study_id", "number"),)
    id: int | None = key()
    study_id: int = link("studies.id")
    number: int
    title: str
    hotline: str = ""


class ChecklistItem(SQLModel, table=True):
    """One promise of the checklist, with its lead and responsible units."""

    __tablename__ = "checklist_items"
    __table_args__ = (UniqueConstraint("stage_id", "number"),)
    id: int | None = key()
    stage_id: int = link("stages.id")
    number: int
    topic_number: int
    title: str
    lead_departments: list[str] = texts()
    responsible_units: list[str] = texts()
    needs_list: bool = False
    needs_work_orders: bool = False
    evidence_kinds: list[str] = texts()


class Population(SQLModel, table=True):
    """One list population of one checklist item."""

    __tablename__ = "populations"
    __table_args__ = (
        UniqueConstraint("item_id", "position"),
        UniqueConstraint("stage_id", "code"),
        CheckConstraint(one_of("respondents", "enterprises", "institutions", "persons")),
    )
    id: int | None = key()
    stage_id: int = link("stages.id")
    item_id: int = link("checklist_items.id")
    code: str
    """Short name, unique in the stage: `<item>-<position>`."""
    position: int
    title: str
    respondents: str = "enterprises"
    period_start: str | None = None
    period_end: str | None = None
    questionnaire: str | None = None
    """Name of the questionnaire read to this population; none where it is not called."""
    settings: dict[str, Any] = document()


class DiallingStop(SQLModel, table=True):
    """From when to when nobody may dial for a study, who said so, and why. Rows are kept as history."""

    __tablename__ = "dialling_stops"
    __table_args__ = (Index("dialling_stops_current", "study_id", unique=True, postgresql_where=text("resumed_at IS NULL")),)
    id: int | None = key()
    study_id: int = link("studies.id")
    stopped_at: datetime = moment()
    stopped_by: int | None = link("users.id", nullable=True, index=False)
    why: str
    resumed_at: datetime | None = moment(nullable=True)
    resumed_by: int | None = link("users.id", nullable=True, index=False)
    resumed_why: str = ""


class CalendarDay(SQLModel, table=True):
    """A day of the house's own work calendar, which overrides the official one while it has not ended. Rows are kept as history."""

    __tablename__ = "calendar_days"
    __table_args__ = (
        CheckConstraint(one_of("kind", "workday", "day_off")),
        Index("calendar_days_current", "day", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    id: int | None = key()
    day: date
    kind: str
    name: str
    source: str
    """The notice or order that says so."""
    set_at: datetime = moment()
    set_by: int | None = link("users.id", nullable=True, index=False)
    ended_at: datetime | None = moment(nullable=True)
    """Since when another row, or the official calendar again, says what the day is."""
    ended_by: int | None = link("users.id", nullable=True, index=False)


class StudyHours(SQLModel, table=True):
    """The calling hours and exceptions that somebody gave a study on a page; they hold over its folder's until ended. All rows stay."""

    __tablename__ = "study_hours"
    __table_args__ = (Index("study_hours_current", "study_id", unique=True, postgresql_where=text("ended_at IS NULL")),)
    id: int | None = key()
    study_id: int = link("studies.id", index=False)
    calling: dict[str, Any] = document()
    """The words of study.yaml's `calling` that were said."""
    of_folder: dict[str, Any] = document()
    """What the folder says of them, for when these are taken back."""
    reason: str
    set_at: datetime = moment()
    set_by: int | None = link("users.id", nullable=True, index=False)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: int | None = link("users.id", nullable=True, index=False)


class DeclaredStandard(SQLModel, table=True):
    """A promise, versioned by document, year and area."""

    __tablename__ = "declared_standards"
    id: int | None = key()
    study_id: int = link("studies.id")
    stage_id: int | None = link("stages.id", nullable=True, index=False)
    """Of whose checklist it is, as item numbers begin anew in every stage; none where it is of no checklist and holds in all."""
    document: str
    year: int
    area: str
    item_number: int | None = None
    topic_number: int | None = None
    subject: str
    measure: str
    operator: str
    value: str
    unit: str
    condition: str = ""
