"""Recordings between the carrier and the data folder: begun, fetched, deleted there, deleted here."""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from callcenter import wiring
from callcenter.calls import actions as calls
from callcenter.calls import queries, recordings
from callcenter.calls.phone_line import LineFailure, PhoneLine
from callcenter.db.engine import transaction
from callcenter.settings import Settings
from callcenter.studies.phases import field_day

FOLDER = "recordings"
Payload = dict[str, Any]


@cache
def _installation() -> tuple[PhoneLine, Path]:
    """The carrier of this installation and the folder of its recordings."""
    settings = Settings()
    return wiring.phone_line(settings), settings.data_dir / FOLDER


def begin_recording(payload: Payload, _progress: Any) -> Payload:
    """Record a call from now on. Where the carrier cannot, nothing is recorded: consent allows it, nothing demands it."""
    return begin(_installation()[0], payload["recording_id"])


def end_recording(payload: Payload, _progress: Any) -> Payload:
    """Stop a recording whose consent was withdrawn; its file is deleted when it has come."""
    return end(_installation()[0], payload["recording_id"])


def store_recording(payload: Payload, _progress: Any) -> Payload:
    """Fetch a recording, keep it, and delete it at the carrier."""
    line, folder = _installation()
    return store(line, folder, payload["recording_id"])


def begin(line: PhoneLine, recording_id: int) -> Payload:
    """The same with the phone line given."""
    with transaction() as session:
        found = queries.recording(session, recording_id)
        sid = queries.call_of_recording(session, found)
        wanted = found.state == "wanted" and found.deleted_why is None
        attempt_id = found.attempt_id
    if not wanted or sid is None or attempt_id is None:
        return {"begun": False}
    try:
        begun = line.record(sid, attempt_id)
    except LineFailure as failure:
        with transaction() as session:
            calls.record_failed(session, recording_id, failure.why)
        return {"begun": False, "why": failure.why}
    with transaction() as session:
        calls.record_begun(session, recording_id, begun)
    return {"begun": True}


def end(line: PhoneLine, recording_id: int) -> Payload:
    """The same with the phone line given."""
    with transaction() as session:
        found = queries.recording(session, recording_id)
        call, sid = queries.call_of_recording(session, found), found.recording_sid
    if call and sid:
        line.stop_recording(call, sid)
    return {"ended": bool(call and sid)}


def store(line: PhoneLine, folder: Path, recording_id: int) -> Payload:
    """The same with the phone line and the folder given. Run again after a crash it ends in the same."""
    with transaction() as session:
        found = queries.recording(session, recording_id)
        sid, state, day = found.recording_sid, found.state, field_day(found.wanted_at)
        there = found.removed_there_at is None
    if sid is None:
        return {"stored": False}
    if state in {"running", "ready"}:
        name = recordings.file_name(recording_id, day)
        sound = line.fetch_recording(sid)
        keep(folder / name, sound)
        with transaction() as session:
            calls.record_stored(session, recording_id, file=name, sha256=hashlib.sha256(sound).hexdigest(), size=len(sound))
    if there and state != "failed":
        line.delete_recording(sid)
        with transaction() as session:
            calls.record_removed_there(session, recording_id)
    return {"stored": True}


def keep(file: Path, sound: bytes) -> None:
    """Write the sound whole or not at all, for nobody else's eyes."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(sound)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def delete_due(folder: Path) -> int:
    """Delete the files whose day has passed or whose consent was withdrawn; how many."""
    with transaction() as session:
        due = [(one.id, one.file, one.deleted_why or "kept_long_enough") for one in calls.over_due(session)]
    for number, name, why in due:
        if number is None or name is None:
            continue
        (folder / name).unlink(missing_ok=True)
        with transaction() as session:
            calls.record_deleted(session, number, why)
    return len(due)


def delete_recordings(_payload: Payload, _progress: Any) -> Payload:
    """The job of it: the files lie where the workers are."""
    return {"deleted": delete_due(_installation()[1])}
