"""Leases kept, given back and expired."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import leases, priority, queries
from callcenter.call_queue.leases import Lease, lease_gone
from callcenter.call_queue.tables import Case
from callcenter.errors import Conflict
from callcenter.operations.actions import notify, record

GIVEN_BACK_RESTS = timedelta(minutes=5)
"""A case given back is not offered again at once."""


def keep(session: Session, lease: Lease, study_id: int) -> datetime:
    """Keep a lease that is known to be alive; its end. Hardly begun it stays as it is: an operator who answers every few seconds need not
    write the case each time. Nor is a case waited for: an answer holds its interview, and an outcome that holds the case waits for that.
    """
    lasts = leases.duration(queries.study_settings(session, study_id))
    if lease.expires_at - clock.now() > LATELY * lasts:
        return lease.expires_at
    of_lease = select(Case).where(Case.lease_id == lease.id).order_by(col(Case.id))
    bundle = session.exec(of_lease.with_for_update(key_share=True, skip_locked=True)).all()
    return _extended(session, bundle, clock.now() + lasts) if len(bundle) == len(lease.case_ids) else lease.expires_at


LATELY = 0.9
"""The share of its time that a lease still has while it counts as just begun."""


def heartbeat(session: Session, lease_id: str, operator_id: int) -> datetime:
    """Keep a lease; its new end. Conflict where it is gone."""
    now = clock.now()
    bundle = live(session, lease_id, operator_id, now)
    return _extended(session, bundle, now + leases.duration(queries.study_settings(session, bundle[0].study_id)))


def _extended(session: Session, bundle: Sequence[Case], until: datetime) -> datetime:
    for held in bundle:
        held.lease_expires_at = until
        session.add(held)
    session.flush()
    return until


def hold(session: Session, lease_id: str, operator_id: int) -> None:
    """Let nobody else change the bundle until the transaction ends; Conflict where it is gone."""
    live(session, lease_id, operator_id, clock.now())


def give_back(session: Session, lease_id: str, operator_id: int, why: str = "") -> None:
    """Return a bundle unworked; each case rests a moment, unless it is an appointment."""
    for held in live(session, lease_id, operator_id, clock.now()):
        if held.rank not in priority.APPOINTMENTS:
            held.due_at = max(held.due_at, clock.now() + GIVEN_BACK_RESTS)
        end_lease(held, "ready")
        session.add(held)
        record(session, operator_id, "case_given_back", "case", held.id, reason=why or None)
    session.flush()


def pass_lease(session: Session, lease_id: str, operator_id: int, to_operator: int) -> None:
    """Another operator goes on with a bundle, under the same lease, as a call that was transferred: refused where they hold another."""
    now = clock.now()
    bundle = live(session, lease_id, operator_id, now)
    if session.exec(select(Case.id).where(Case.leased_by == to_operator, Case.state == "leased")).first() is not None:
        raise _hands_full()
    until = now + leases.duration(queries.study_settings(session, bundle[0].study_id))
    for held in bundle:
        held.leased_by, held.lease_expires_at = to_operator, until
        session.add(held)
        record(session, operator_id, "case_passed_on", "case", held.id, detail={"lease": lease_id, "to": to_operator})
    try:
        session.flush()
    except IntegrityError as taken:  # the queue handed them another case in this very moment
        raise _hands_full() from taken


def _hands_full() -> Conflict:
    return Conflict("hands_full", "接手的同事手上已经有别的个案，请另选一位。")


def give_back_all(session: Session, operator_id: int, successor_id: int | None = None) -> int:
    """End of shift: leases go back, own appointments to a named successor or to anyone; how many cases changed."""
    changed = 0
    for held in hold_all(session, operator_id):
        if held.leased_by == operator_id and held.state == "leased":
            end_lease(held, "ready")
            changed += 1
        if held.for_operator_id == operator_id and held.state == "ready":
            held.for_operator_id = successor_id
            changed += 1
        session.add(held)
    session.flush()
    return changed


def hold_all(session: Session, operator_id: int) -> list[Case]:
    """What an operator has in hand and what waits for them, locked, one after the other by number, as everybody does."""
    in_hand = and_(col(Case.state) == "leased", col(Case.leased_by) == operator_id)
    waiting = and_(col(Case.state) == "ready", col(Case.for_operator_id) == operator_id)
    return list(session.exec(select(Case).where(or_(in_hand, waiting)).order_by(col(Case.id)).with_for_update(key_share=True)))


def expire_leases(session: Session) -> list[int]:
    """Return the cases whose leases ran out, with their partial answers, to the queue; their numbers."""
    now = clock.now()
    lapsed = select(Case).where(Case.state == "leased", col(Case.lease_expires_at) <= now).with_for_update(key_share=True, skip_locked=True)
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


def live(session: Session, lease_id: str, operator_id: int, now: datetime) -> list[Case]:
    """The cases of a lease that is alive, locked, the one that led first."""
    found = session.exec(select(Case).where(Case.lease_id == lease_id).order_by(col(Case.id)).with_for_update(key_share=True))
    bundle = sorted(found, key=lambda held: held.lease_place)
    first = bundle[0] if bundle else None
    if first is None or first.leased_by != operator_id or first.lease_expires_at is None or first.lease_expires_at <= now:
        raise lease_gone()
    return bundle


def end_lease(held: Case, state: str) -> None:
    """Nobody holds the case any more."""
    held.state = state
    held.lease_id = held.leased_by = held.leased_at = held.lease_expires_at = None
    held.lease_place = 0
