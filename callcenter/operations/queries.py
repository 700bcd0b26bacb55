"""What the house asks of itself: open alerts, jobs, the latest run of each line of the timetable."""

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from callcenter.operations.tables import Alert, AuditEntry, Job, TimetableRun


def open_alerts(session: Session) -> list[Alert]:
    """Alerts nobody has closed, newest first."""
    return list(session.exec(select(Alert).where(col(Alert.closed_at).is_(None)).order_by(col(Alert.id).desc())))


def job(session: Session, job_id: int) -> Job | None:
    """One background job with its progress."""
    return session.get(Job, job_id)


def latest_runs(session: Session) -> list[TimetableRun]:
    """The newest run of each job of the timetable."""
    newest = (
        select(TimetableRun).ext(distinct_on(col(TimetableRun.job))).order_by(col(TimetableRun.job), col(TimetableRun.started_at).desc())
    )
    return list(session.exec(newest))


def history(session: Session, subject_kind: str, subject_id: object) -> list[AuditEntry]:
    """What was done to one subject, oldest first."""
    of_subject = select(AuditEntry).where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == str(subject_id))
    return list(session.exec(of_subject.order_by(col(AuditEntry.id))))
