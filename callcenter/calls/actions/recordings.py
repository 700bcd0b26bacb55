"""Writes of recordings: wanted after consent, running, ready at the carrier, stored here and removed there, deleted on their day."""

from datetime import timedelta

from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue.tables import Case
from callcenter.calls import queries, recordings
from callcenter.calls.tables import Attempt, IncomingCall, Recording
from callcenter.operations import actions as operations
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day

LATE = timedelta(minutes=2)


def want_recording(session: Session, attempt_id: int) -> int | None:
    """The informant agreed: the call is to be recorded, once, where the study records at all. The recording's number."""
    attempt = queries.attempt(session, attempt_id)
    case = session.get(Case, attempt.called_case_id)
    if case is None or attempt.call_sid is None or attempt.ended_at is not None:
        return None
    if not recordings.policy(studies.study(session, case.study_id).settings).enabled or _of_attempt(session, attempt_id) is not None:
        return None
    wanted = Recording(study_id=case.study_id, attempt_id=attempt_id, wanted_at=clock.now())
    session.add(wanted)
    session.flush()
    assert wanted.id is not None  # noqa: S101  # numbered by the flush
    operations.queue_job(session, "begin_recording", {"recording_id": wanted.id}, None)
    return wanted.id


def withdraw_recording(session: Session, attempt_id: int) -> None:
    """The informant no longer agrees: what was recorded in this call is deleted as soon as it is here."""
    recording = _of_attempt(session, attempt_id)
    if recording is None or recording.deleted_why is not None:
        return
    recording.deleted_why = "withdrawn"
    session.add(recording)
    session.flush()
    operations.queue_job(session, "end_recording", {"recording_id": recording.id}, None)


def record_begun(session: Session, recording_id: int, sid: str) -> None:
    """The carrier records; its callbacks may have said so before."""
    recording = locked_recording(session, recording_id)
    recording.recording_sid = recording.recording_sid or sid
    recording.state = "running" if recording.state == "wanted" else recording.state
    _saved(session, recording)


def record_ready(
    session: Session, *, sid: str, ok: bool, seconds: int | None, attempt_id: int | None = None, call_id: int | None = None
) -> bool:
    """The carrier says that a recording is ready (or that there is none); false where it is none of ours, or was told before."""
    recording = session.exec(select(Recording).where(Recording.recording_sid == sid).with_for_update(key_share=True)).first()
    if recording is None:
        recording = _unnamed(session, attempt_id) if attempt_id is not None else _left_words(session, call_id, sid)
    if recording is None or recording.state not in {"wanted", "running"}:
        return False
    recording.recording_sid, recording.seconds = sid, seconds
    recording.state = "ready" if ok else "failed"
    _saved(session, recording)
    if ok:
        operations.queue_job(session, "store_recording", {"recording_id": recording.id}, None)
    return True


def record_stored(session: Session, recording_id: int, *, file: str, sha256: str, size: int) -> None:
    """The sound lies here."""
    recording = locked_recording(session, recording_id)
    told = recordings.policy(studies.study(session, recording.study_id).settings)
    recording.state, recording.file, recording.sha256, recording.size = "stored", file, sha256, size
    recording.stored_at = clock.now()
    recording.keep_until = recordings.keep_until(told, field_day(recording.wanted_at))
    _saved(session, recording)


def record_removed_there(session: Session, recording_id: int) -> None:
    """The carrier has deleted its own."""
    recording = locked_recording(session, recording_id)
    recording.removed_there_at = clock.now()
    _saved(session, recording)


def record_failed(session: Session, recording_id: int, why: str) -> None:
    """Nothing was or could be recorded; the interview goes on all the same."""
    recording = locked_recording(session, recording_id)
    recording.state, recording.deleted_why = "failed", recording.deleted_why or why
    _saved(session, recording)


def record_deleted(session: Session, recording_id: int, why: str) -> None:
    """The file is gone; that it was there, its hash and its day stay."""
    recording = locked_recording(session, recording_id)
    recording.state, recording.deleted_at, recording.deleted_why, recording.file = "deleted", clock.now(), why, None
    _saved(session, recording)
    operations.record(session, None, "recording_deleted", "recording", recording_id, reason=why)


def over_due(session: Session) -> list[Recording]:
    """Recordings whose day has passed, or whose consent was withdrawn, and whose file still lies here."""
    today = field_day(clock.now())
    due = (col(Recording.keep_until) < today) | (col(Recording.deleted_why) == "withdrawn")
    return list(session.exec(select(Recording).where(Recording.state == "stored", due).order_by(col(Recording.id)).limit(500)))


def chase_recordings(session: Session) -> int:
    """Ask again for recordings that should be here by now, and for those that still lie at the carrier; how many."""
    late = clock.now() - LATE
    ended = select(Attempt.id).where(col(Attempt.ended_at) < late)
    stuck = col(Recording.state).in_(("running", "ready")) & (
        col(Recording.attempt_id).in_(ended) | col(Recording.incoming_id).is_not(None)
    )
    left_there = (col(Recording.state) == "stored") & col(Recording.removed_there_at).is_(None)
    asked = select(Recording).where(col(Recording.wanted_at) < late, col(Recording.recording_sid).is_not(None), stuck | left_there)
    found = list(session.exec(asked.order_by(col(Recording.tries), col(Recording.id)).limit(100)))
    for recording in found:
        recording.tries += 1
        session.add(recording)
        if recording.tries > recordings.MOST_TRIES:
            _give_up(session, recording)
        else:
            operations.queue_job(session, "store_recording", {"recording_id": recording.id}, None)
    session.flush()
    return len(found)


def locked_recording(session: Session, recording_id: int) -> Recording:
    """The recording, ours until the transaction ends."""
    found = session.get(Recording, recording_id, with_for_update={"key_share": True}, populate_existing=True)
    return found or queries.recording(session, recording_id)


def _give_up(session: Session, recording: Recording) -> None:
    if recording.state != "stored":
        recording.state, recording.deleted_why = "failed", "not_fetched"
    text = f"有录音多次未能从运营商取回或删除（编号 {recording.id}），已停止重试：请登录运营商后台处理。"
    operations.raise_alert(session, "recording_left_there", "warning", text, same_as=f"recording_left_there:{recording.id}")


def _of_attempt(session: Session, attempt_id: int) -> Recording | None:
    newest = select(Recording).where(Recording.attempt_id == attempt_id).order_by(col(Recording.id).desc())
    return session.exec(newest.with_for_update(key_share=True)).first()


def _unnamed(session: Session, attempt_id: int) -> Recording | None:
    """A wanted recording whose callback came before its answer."""
    found = _of_attempt(session, attempt_id)
    return found if found is not None and found.recording_sid is None else None


def _left_words(session: Session, call_id: int | None, sid: str) -> Recording | None:
    """The words of a caller: their recording begins here, once; told twice at once the second waits for the first."""
    call = session.get(IncomingCall, call_id, with_for_update={"key_share": True}) if call_id is not None else None
    if call is None or session.exec(select(Recording.id).where(Recording.recording_sid == sid)).first() is not None:
        return None
    words = Recording(study_id=call.study_id, incoming_id=call.id, wanted_at=clock.now())
    session.add(words)
    return words


def _saved(session: Session, recording: Recording) -> None:
    session.add(recording)
    session.flush()
