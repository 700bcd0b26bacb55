"""A study's dialling is stopped and resumed, by one button, for every process."""

from sqlalchemy import text
from sqlmodel import Session

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput
from callcenter.operations.actions import notify, record
from callcenter.studies.queries import dialling_stop, study
from callcenter.studies.tables import DiallingStop

STANDSTILLS = "standstills"
"""Told whenever a study may have come to stand or gone on."""


def stop_dialling(session: Session, study_id: int, why: str, user_id: int | None) -> DiallingStop:
    """Stop a study's dialling in every process at once: nothing is handed out or placed until it is resumed; running calls end."""
    if not why.strip():
        raise InvalidInput("reason_missing", "请写明原因。")
    study(session, study_id)
    _hold_stops(session, study_id)
    if dialling_stop(session, study_id):
        raise Conflict("dialling_stopped_before", "本调查已经停止拨打，没有改变什么。")
    stop = DiallingStop(study_id=study_id, stopped_at=clock.now(), stopped_by=user_id, why=why.strip()[:200])
    session.add(stop)
    record(session, user_id, "dialling_stopped", "study", study_id, reason=stop.why)
    tell_operators(session, "stopped")
    tell_watchers(session, study_id)
    session.flush()
    return stop


def resume_dialling(session: Session, study_id: int, why: str, user_id: int | None) -> DiallingStop:
    """Let a stopped study be dialled again."""
    if not why.strip():
        raise InvalidInput("reason_missing", "请写明原因。")
    _hold_stops(session, study_id)
    stop = dialling_stop(session, study_id)
    if stop is None:
        raise Conflict("dialling_not_stopped", "本调查没有停止拨打，没有改变什么。")
    stop.resumed_at, stop.resumed_by, stop.resumed_why = clock.now(), user_id, why.strip()[:200]
    session.add(stop)
    record(session, user_id, "dialling_resumed", "study", study_id, reason=stop.resumed_why)
    tell_operators(session, "resumed")
    tell_watchers(session, study_id)
    session.flush()
    return stop


def _hold_stops(session: Session, study_id: int) -> None:
    """Two who stop or resume at once do so one after the other."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:lock))"), {"lock": f"dialling_stops {study_id}"})


def tell_watchers(session: Session, study_id: int) -> None:
    """Whoever looks at the study's board or at the overview sees that it stands, or goes on."""
    notify(session, f"board_{study_id}")
    notify(session, STANDSTILLS)


def tell_operators(session: Session, word: str) -> None:
    """Wake the pages of everybody who may be dialling."""
    operators = text("SELECT pg_notify('operator_' || id, :word) FROM users WHERE role = 'operator' AND active")
    session.connection().execute(operators, {"word": word})
