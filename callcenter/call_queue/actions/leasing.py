"""Leases kept, given back and expired."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import leases, priority, queries
from callcenter.call_queue.tables import Case
from callcenter.errors import Conflict
from callcenter.operations.actions import notify, record

GIVEN_BACK_RESTS = timedelta(minutes=5)
"""A case given back is not offered again at once."""


def heartbeat(session: Session, lease_id: str, operator_id: int) -> datetime:
    """Keep a lease; its new end. Conflict where it is gone."""
    now = clock.now()
    held = _live(session, lease_id, operator_id, now)
    held.lease_expires_at = now + leases.duration(queries.study_settings(session, held.study_id))
    session.add(held)
    session.flush()
    return held.lease_expires_at


def give_back(session: Session, lease_id: str, operator_id: int, why: str = "") -> None:
    """Return a case unworked; it rests a moment, unless it is an appointment."""
    held = _live(session, lease_id, operator_id, clock.now())
    if held.rank not in priority.APPOINTMENTS:
        held.due_at = max(held.due_at, clock.now() + GIVEN_BACK_RESTS)
    end_lease(held, "ready")
    session.add(held)
    record(session, operator_id, "case_given_back", "case", held.id, reason=why or None)
    session.flush()


def give_back_all(session: Session, operator_id: int, successor_id: int | None = None) -> int:
    """End of shift: leases go back, own appointments to a named successor or to anyone; how many cases changed."""
    changed = 0
    for held in session.exec(select(Case).where(Case.leased_by == operator_id, Case.state == "leased").with_for_update()):
        end_lease(held, "ready")
        changed += 1
    for own in session.exec(select(Case).where(Case.for_operator_id == operator_id, Case.state == "ready").with_for_update()):
        own.for_operator_id = successor_id
        changed += 1
    session.flush()
    return changed


def expire_leases(session: Session) -> list[int]:
    """Return the cases whose leases ran out, with their partial answers, to the queue; their numbers."""
    now = clock.now()
    lapsed = select(Case).where(Case.state == "leased", col(Case.lease_expires_at) <= now).with_for_update(skip_locked=True)
    returned = []
    for held in session.exec(lapsed):
        record(session, None, "lease_expired", "case", held.id, detail={"lease": held.lease_id, "operator": held.leased_by})
        end_lease(held, "ready")
        session.add(held)
        returned.append(held)
    session.flush()
    for study_id in {held.study_id for held in returned}:
        notify(session, f"board_{study_id}")
    return [held.id for held in returned if held.id is not None]


def _live(session: Session, lease_id: str, operator_id: int, now: datetime) -> Case:
    held = session.exec(select(Case).where(Case.lease_id == lease_id).with_for_update()).first()
    gone = held is None or held.leased_by != operator_id or held.lease_expires_at is None or held.lease_expires_at <= now
    if held is None or gone:
        raise Conflict("lease_gone", "这个个案已不在您手上（超时或已交还）：请取下一个。已保存的答案都在。")
    return held


def end_lease(held: Case, state: str) -> None:
    """Nobody holds the case any more."""
    held.state = state
    held.lease_id = held.leased_by = held.leased_at = held.lease_expires_at = None
