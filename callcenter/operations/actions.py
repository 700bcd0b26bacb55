"""Writes of the house: audit entries, alerts, jobs, notices to live pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import and_, case, delete, event, or_, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.operations.alert_messages import QUIET, Message, wait_after
from callcenter.operations.tables import Alert, AlertDelivery, AuditEntry, Job, KeptFilePart, TimetableRun


def record(
    session: Session,
    actor_id: int | None,
    action: str,
    subject_kind: str,
    subject_id: object,
    *,
    detail: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add to the audit trail that `actor_id` (none: a process) did `action` to the subject. No personal data in `detail`."""
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            detail=detail or {},
            reason=reason,
        )
    )


def raise_alert(
    session: Session, kind: str, severity: str, text: str, *, same_as: str | None = None, detail: dict[str, Any] | None = None
) -> None:
    """Tell the supervisors; while an alert with the same `same_as` (else `kind`) is open nothing is added."""
    values = {"at": clock.now(), "kind": kind, "severity": severity, "text": text, "same_as": same_as or kind, "detail": detail or {}}
    open_alert = col(Alert.closed_at).is_(None)
    session.execute(insert(Alert).values(**values).on_conflict_do_nothing(index_elements=["same_as"], index_where=open_alert))


def close_alert(session: Session, same_as: str, by: int | None = None) -> None:
    """Close the open alert `same_as`, where there is one."""
    found = session.exec(select(Alert).where(Alert.same_as == same_as, col(Alert.closed_at).is_(None))).first()
    if found:
        found.closed_at, found.closed_by = clock.now(), by
        session.add(found)


def queue_job(session: Session, kind: str, payload: dict[str, Any], by: int | None) -> int:
    """Put a job in the workers' queue; its id."""
    job = Job(kind=kind, payload=payload, created_at=clock.now(), created_by=by)
    session.add(job)
    session.flush()
    assert job.id is not None  # noqa: S101  # numbered by the flush
    return job.id


FIRST = ("begin_recording", "end_recording", "judge_list", "make_receipt")
"""Kinds of jobs that somebody waits for in front of a page: claimed before all others, however long those have waited."""


def claim_job(session: Session, worker: str, kinds: list[str], lease: timedelta = timedelta(minutes=2)) -> Job | None:
    """The oldest job that waits, or whose worker let its lease run out, those of `FIRST` before others; leased to `worker`."""
    now = clock.now()
    lapsed = and_(col(Job.state) == "running", col(Job.lease_expires_at) < now)
    waiting = select(Job).where(col(Job.kind).in_(kinds), or_(col(Job.state) == "queued", lapsed))
    priority = case((col(Job.kind).in_(FIRST), 0), else_=1)
    job = session.exec(waiting.order_by(priority, col(Job.id)).limit(1).with_for_update(key_share=True, skip_locked=True)).first()
    if job is None:
        return None
    job.state, job.worker, job.lease_expires_at, job.claims = "running", worker, now + lease, job.claims + 1
    session.add(job)
    return job


def report_progress(session: Session, job: Job, done: int, total: int | None, lease: timedelta = timedelta(minutes=2)) -> None:
    """Say how far a job is, and keep its lease."""
    job.progress_done, job.progress_total, job.lease_expires_at = done, total, clock.now() + lease
    session.add(job)


def end_job(session: Session, job: Job, *, result: dict[str, Any] | None = None, error: str | None = None) -> None:
    """End a job: done with a result, or failed with a sentence. What is done is done wholly, whatever was told last of its way."""
    job.state, job.finished_at, job.lease_expires_at = ("failed" if error else "done"), clock.now(), None
    job.result, job.error = result, error
    if error is None and job.progress_total is not None:
        job.progress_done = job.progress_total
    session.add(job)


def notify(session: Session, channel: str, payload: str = "") -> None:
    """Wake whoever listens on `channel`, when the transaction commits. Under 8,000 bytes and no personal data: an id is enough."""
    session.info.setdefault(NOTICES, {})[channel, payload] = None


NOTICES = "notices"
_NOTIFY = "SELECT pg_notify(channel, payload) FROM unnest(%(channels)s::text[], %(payloads)s::text[]) AS n (channel, payload)"


@event.listens_for(Session, "before_commit")
def _send_notices(session: Session) -> None:
    """All notices of a transaction in one statement, each once, in the order in which they were first given."""
    if notices := session.info.pop(NOTICES, None):
        channels, payloads = (list(each) for each in zip(*notices, strict=True))
        session.connection().exec_driver_sql(_NOTIFY, {"channels": channels, "payloads": payloads})


def record_run(session: Session, job: str, started: datetime, *, ok: bool, result: dict[str, Any]) -> None:
    """Keep that a job of the timetable ran, in field time, and what came of it."""
    session.add(TimetableRun(job=job, started_at=started, finished_at=clock.now(), ok=ok, result=result))


def forget_old_runs(session: Session, older_than: timedelta = timedelta(days=7)) -> int:
    """Remove records of runs that nobody will ask for; how many."""
    removed = session.execute(delete(TimetableRun).where(col(TimetableRun.started_at) < clock.now() - older_than))
    return int(getattr(removed, "rowcount", 0))


PART = 1 << 20


def keep_file(session: Session, name: str, file: IO[bytes]) -> int:
    """Keep a file under `name` in place of the former, from where it stands to its end; its size."""
    session.execute(delete(KeptFilePart).where(col(KeptFilePart.name) == name))
    now, size, place = clock.now(), 0, 0
    while data := file.read(PART):
        session.execute(insert(KeptFilePart).values(name=name, place=place, data=data, made_at=now))
        size, place = size + len(data), place + 1
    return size


def forget_kept_files(session: Session, older_than: timedelta = timedelta(days=3)) -> int:
    """Remove kept files after some days: they can be made again; how many parts."""
    removed = session.execute(delete(KeptFilePart).where(col(KeptFilePart.made_at) < clock.now() - older_than))
    return int(getattr(removed, "rowcount", 0))


TAKEN_FOR = timedelta(minutes=2)
"""While a process sends a message nobody else tries it; if the process dies, it is tried again after this time."""
_PLAN = """
INSERT INTO alert_deliveries (alert_id, way, target, state, tries, next_try_at)
SELECT a.id, CAST(:way AS varchar), CAST(:target AS varchar),
       CASE WHEN EXISTS (SELECT FROM alert_deliveries d JOIN alerts b ON b.id = d.alert_id
                         WHERE d.way = :way AND d.target = :target AND b.same_as = a.same_as AND b.id <> a.id AND d.state <> 'held'
                               AND b.at > a.at - CAST(:quiet AS interval))
            THEN 'held' ELSE 'waiting' END, 0, CAST(:now AS timestamptz)
FROM alerts a
WHERE a.closed_at IS NULL AND a.severity = ANY(:severities) AND a.at > CAST(:now AS timestamptz) - interval '1 day'
ON CONFLICT (alert_id, way, target) DO NOTHING
"""


def plan_deliveries(session: Session, ways: Iterable[tuple[str, str]], severities: Sequence[str]) -> int:
    """Note which open alerts are to be told by which way (`way`, `target`); how many are new. Alerts of yesterday are not news."""
    planned = 0
    for way, target in ways:
        values = {"way": way, "target": target, "severities": list(severities), "quiet": QUIET, "now": clock.now()}
        planned += int(getattr(session.connection().execute(text(_PLAN), values), "rowcount", 0))
    return planned


def take_delivery(session: Session, way: str, target: str, page: str) -> Message | None:
    """The next message that is due by this way, ours for a while."""
    due = select(AlertDelivery).where(AlertDelivery.way == way, AlertDelivery.target == target, AlertDelivery.state == "waiting")
    due = due.where(col(AlertDelivery.next_try_at) <= clock.now()).order_by(col(AlertDelivery.id)).limit(1)
    found = session.exec(due.with_for_update(key_share=True, skip_locked=True)).first()
    if found is None:
        return None
    found.tries, found.next_try_at = found.tries + 1, clock.now() + TAKEN_FOR
    session.add(found)
    alert = session.get_one(Alert, found.alert_id)
    return Message(found.id or 0, alert.at, alert.kind, alert.severity, alert.text, page)


def delivery_told(session: Session, delivery_id: int, error: str | None) -> str:
    """Keep what came of a try; the state then. A failure is tried again later, in the end given up."""
    found = session.get_one(AlertDelivery, delivery_id, with_for_update={"key_share": True})
    found.error = error
    if error is None:
        found.state, found.sent_at = "sent", clock.now()
    elif (pause := wait_after(found.tries)) is None:
        found.state = "failed"
    else:
        found.next_try_at = clock.now() + pause
    session.add(found)
    return found.state
