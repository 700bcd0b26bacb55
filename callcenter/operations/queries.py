"""What the house asks of itself: open alerts, jobs, the latest run of each line of the timetable."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from callcenter.operations.tables import Alert, AlertDelivery, AuditEntry, Job, KeptFilePart, TimetableRun


def open_alerts(session: Session) -> list[Alert]:
    """Alerts nobody has closed, newest first."""
    return list(session.exec(select(Alert).where(col(Alert.closed_at).is_(None)).order_by(col(Alert.id).desc())))


def alert_deliveries(session: Session, *, offset: int = 0, limit: int = 50) -> tuple[list[tuple[AlertDelivery, Alert]], int]:
    """A page of what left the house or is to, newest first, each with its alert, and how many there are."""
    count = session.exec(select(func.count()).select_from(AlertDelivery)).one()
    both = select(AlertDelivery, Alert).join(Alert, col(Alert.id) == col(AlertDelivery.alert_id))
    return list(session.exec(both.order_by(col(AlertDelivery.id).desc()).offset(offset).limit(limit))), count


def job(session: Session, job_id: int) -> Job | None:
    """One background job with its progress."""
    return session.get(Job, job_id)


def newest_job(session: Session, kind: str, payload: dict[str, Any]) -> Job | None:
    """The newest job of that kind whose payload holds `payload`."""
    alike = (Job.kind == kind, col(Job.payload).contains(payload))
    return session.exec(select(Job).where(*alike).order_by(col(Job.id).desc()).limit(1)).first()


def file_parts(session: Session, name: str) -> int:
    """How many parts the kept file has; none where it is not kept."""
    return session.exec(select(func.count()).select_from(KeptFilePart).where(KeptFilePart.name == name)).one()


def file_part(session: Session, name: str, place: int) -> bytes:
    """One part of a kept file, from 0."""
    found = session.exec(select(KeptFilePart.data).where(KeptFilePart.name == name, KeptFilePart.place == place)).first()
    return found or b""


def latest_runs(session: Session) -> list[TimetableRun]:
    """The newest run of each job of the timetable."""
    newest = (
        select(TimetableRun).ext(distinct_on(col(TimetableRun.job))).order_by(col(TimetableRun.job), col(TimetableRun.started_at).desc())
    )
    return list(session.exec(newest))


def latest_start(session: Session) -> datetime | None:
    """When the scheduler last began a job of its timetable."""
    return session.exec(select(func.max(TimetableRun.started_at))).one()


def history(session: Session, subject_kind: str, subject_id: object) -> list[AuditEntry]:
    """What was done to one subject, oldest first."""
    of_subject = select(AuditEntry).where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == str(subject_id))
    return list(session.exec(of_subject.order_by(col(AuditEntry.id))))


def jobs(session: Session, *, offset: int = 0, limit: int = 50) -> tuple[list[Job], int]:
    """A page of background jobs, newest first, and how many there are."""
    count = session.exec(select(func.count()).select_from(Job)).one()
    return list(session.exec(select(Job).order_by(col(Job.id).desc()).offset(offset).limit(limit))), count


def audit_trail(
    session: Session,
    *,
    actor_id: int | None = None,
    action: str = "",
    subject_kind: str = "",
    subject_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[AuditEntry], int]:
    """A page of the audit trail, newest first, and how many entries fit."""
    found = select(AuditEntry)
    if actor_id is not None:
        found = found.where(AuditEntry.actor_id == actor_id)
    for column, wanted in ((AuditEntry.action, action), (AuditEntry.subject_kind, subject_kind), (AuditEntry.subject_id, subject_id)):
        found = found.where(column == wanted) if wanted else found
    if since is not None:
        found = found.where(AuditEntry.at >= since)
    if until is not None:
        found = found.where(AuditEntry.at <= until)
    count = session.exec(select(func.count()).select_from(found.subquery())).one()
    return list(session.exec(found.order_by(col(AuditEntry.id).desc()).offset(offset).limit(limit))), count


def audit_actions(session: Session) -> list[str]:
    """Every kind of action that the audit trail holds."""
    return list(session.exec(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))
