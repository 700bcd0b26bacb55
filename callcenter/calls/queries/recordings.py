"""Reads of recordings."""

from sqlmodel import Session, col, select

from callcenter.calls.tables import Attempt, Recording
from callcenter.errors import NotFound


def recording(session: Session, recording_id: int) -> Recording:
    """One recording."""
    found = session.get(Recording, recording_id)
    if found is None:
        raise NotFound("no_recording", "没有这个录音。")
    return found


def recordings_of_case(session: Session, case_id: int) -> list[Recording]:
    """The recordings of a case's calls, oldest first."""
    of_case = select(Recording).join(Attempt, col(Attempt.id) == col(Recording.attempt_id)).where(Attempt.case_id == case_id)
    return list(session.exec(of_case.order_by(col(Recording.id))))


def call_of_recording(session: Session, found: Recording) -> str | None:
    """The carrier's id of the call that is recorded."""
    return session.exec(select(Attempt.call_sid).where(Attempt.id == found.attempt_id)).first() if found.attempt_id else None
