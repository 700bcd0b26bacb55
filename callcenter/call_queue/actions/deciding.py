"""What later stages decided about a case: call again, close, trace, another number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.call_queue import priority
from callcenter.call_queue.actions.leasing import end_lease
from callcenter.call_queue.number_kinds import kind_of
from callcenter.call_queue.tables import Case
from callcenter.errors import NotFound, Refused
from callcenter.operations.actions import notify, record


@dataclass(frozen=True)
class Next:
    """What later stages decided about a case that will be called again."""

    due_at: datetime
    rank: int
    phones: Sequence[dict[str, Any]]
    for_operator_id: int | None = None
    anyone_from: datetime | None = None
    needs_conversion: bool = False
    line: str | None = None


@dataclass(frozen=True)
class Tally:
    """How often a case was called: in all, and on its last day."""

    attempts: int = 0
    on_day: int = 0
    last_day: date | None = None


def locked(session: Session, case_id: int) -> Case:
    """The case, held against every other transaction until this one ends."""
    found = session.exec(select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("no_case", "没有编号为 {case} 的个案，请核对编号。", case=case_id)
    return found


def locked_bundle(session: Session, lease_id: str) -> list[Case]:
    """The cases under a lease, expired or not, as long as nobody else has them; held as above, the one that led first."""
    of_lease = select(Case).where(Case.lease_id == lease_id).order_by(col(Case.id)).with_for_update()
    found = session.exec(of_lease.execution_options(populate_existing=True))
    return sorted(found, key=lambda held: held.lease_place)


def reschedule(session: Session, case_id: int, to: Next, tally: Tally | None = None) -> None:
    """Put a case back into the queue for a later call; its lease ends."""
    held = locked(session, case_id)
    end_lease(held, "ready")
    _count(held, tally)
    held.due_at, held.rank, held.phones = to.due_at, to.rank, list(to.phones)
    held.for_operator_id, held.anyone_from, held.needs_conversion = to.for_operator_id, to.anyone_from, to.needs_conversion
    held.line, held.closed_at, held.closed_why = to.line, None, None
    _save(session, held)


def close(session: Session, case_id: int, why: str, *, phones: Sequence[dict[str, Any]] | None = None, tally: Tally | None = None) -> None:
    """End a case: it is not called again. `why` is a code for the timeline."""
    held = locked(session, case_id)
    end_lease(held, "closed")
    _count(held, tally)
    held.closed_at, held.closed_why, held.needs_conversion = clock.now(), why, False
    held.for_operator_id = held.anyone_from = None
    held.phones = list(phones) if phones is not None else held.phones
    _save(session, held)


def trace(session: Session, case_id: int, *, phones: Sequence[dict[str, Any]], tally: Tally | None = None) -> None:
    """Put a case without a usable number on the tracing list."""
    held = locked(session, case_id)
    end_lease(held, "tracing")
    _count(held, tally)
    held.phones = list(phones)
    _save(session, held)


def recount(session: Session, case_id: int, tally: Tally) -> None:
    """Keep how often a case was called, whatever its state."""
    held = locked(session, case_id)
    _count(held, tally)
    _save(session, held)


def add_number(session: Session, case_id: int, number: str, user_id: int) -> None:
    """A number found by tracing: it is dialled first, and the case waits again."""
    held = locked(session, case_id)
    if held.state == "closed":
        raise Refused("case_closed", "个案 {case} 已经结束，不能再加号码。", case=case_id)
    others = [phone for phone in held.phones if phone["number"] != number]
    held.phones = [{"number": number, "kind": kind_of(number), "state": "untried"}, *others]
    if held.state == "tracing":
        held.state, held.due_at, held.rank = "ready", clock.now(), priority.RECALL
    record(session, user_id, "number_added", "case", case_id)
    _save(session, held)


def close_barred(session: Session) -> int:
    """Close the waiting cases that a do-not-call wish has overtaken; how many."""
    barred = session.connection().execute(text(_BARRED)).scalars().all()
    for case_id in barred:
        close(session, case_id, "do_not_call")
    return len(barred)


def _count(held: Case, tally: Tally | None) -> None:
    if tally is not None:
        held.attempts, held.attempts_on_day, held.last_attempt_day = tally.attempts, tally.on_day, tally.last_day


def _save(session: Session, held: Case) -> None:
    session.add(held)
    session.flush()
    notify(session, f"board_{held.study_id}")


_BARRED = """
SELECT c.id FROM cases c WHERE c.state IN ('ready', 'tracing')
AND EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'enterprise' AND d.value = c.unit_key)
ORDER BY c.id
"""
