"""What the house keeps about itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, key, link, moment, one_of


class AuditEntry(SQLModel, table=True):
    """Who did what to what, when and why. Append-only: a trigger refuses change and removal."""

    __tablename__ = "audit_trail"
    __table_args__ = (Index("audit_trail_subject", "subject_kind", "subject_id"),)
    id: int | None = key()
    at: datetime = moment(index=True)
    actor_id: int | None = Field(default=None, index=True)
    """The user's id; none where a process acted. No foreign key: people are a later stage."""
    action: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any] = document()
    reason: str | None = None


class Alert(SQLModel, table=True):
    """Something a supervisor should know; one open alert for each `same_as`."""

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint(one_of("severity", "notice", "warning", "stop")),
        Index("alerts_open", "same_as", unique=True, postgresql_where=text("closed_at IS NULL")),
    )
    id: int | None = key()
    at: datetime = moment(index=True)
    kind: str
    severity: str
    text: str
    detail: dict[str, Any] = document()
    same_as: str
    closed_at: datetime | None = moment(nullable=True)
    closed_by: int | None = None


class Job(SQLModel, table=True):
    """Background work: claimed under a lease by a worker, resumed by another after a crash."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(one_of("state", "queued", "running", "done", "failed")),
        Index("jobs_open", "id", postgresql_where=text("state IN ('queued', 'running')")),
    )
    id: int | None = key()
    kind: str
    payload: dict[str, Any] = document()
    state: str = "queued"
    created_at: datetime = moment()
    created_by: int | None = None
    worker: str | None = None
    lease_expires_at: datetime | None = moment(nullable=True)
    claims: int = 0
    progress_done: int = 0
    progress_total: int | None = None
    result: dict[str, Any] | None = document(nullable=True)
    error: str | None = None
    finished_at: datetime | None = moment(nullable=True)


class TimetableRun(SQLModel, table=True):
    """One run of one line of the scheduler's timetable."""

    __tablename__ = "timetable_runs"
    __table_args__ = (Index("timetable_runs_latest", "job", "started_at"),)
    id: int | None = key()
    job: str
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    ok: bool | None = None
    result: dict[str, Any] = document()


class KeptFilePart(SQLModel, table=True):
    """A piece of a file that a job made, to be fetched for some days; cut so that nobody has to hold the whole."""

    __tablename__ = "kept_file_parts"
    __table_args__ = (UniqueConstraint("name", "place"),)
    id: int | None = key()
    name: str
    """What the file is, such as `receipt-7`; made again it takes the place of the former."""
    place: int
    data: bytes
    made_at: datetime = moment(index=True)


class AlertDelivery(SQLModel, table=True):
    """That an alert is to leave the house, by one way to one address; tried again until it is sent or given up."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        CheckConstraint(one_of("state", "waiting", "sent", "held", "failed")),
        UniqueConstraint("alert_id", "way", "target"),
        Index("alert_deliveries_due", "next_try_at", postgresql_where=text("state = 'waiting'")),
    )
    id: int | None = key()
    alert_id: int = link("alerts.id", index=False)
    way: str
    """webhook or email."""
    target: str
    """The host of the webhook, or the mail addresses."""
    state: str = "waiting"
    """held: the same alert was told shortly before and would only be noise."""
    tries: int = 0
    next_try_at: datetime = moment()
    sent_at: datetime | None = moment(nullable=True)
    error: str | None = None
