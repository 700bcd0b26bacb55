"""What later stages decided about a case: call again, close, trace, another number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.call_queue import priority
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
    found = session.exec(
        select(Case).where(Case.id == case_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("no_case", "没有编号为 {case} 的个案，请核对编号。", case=case_id)
    return found


def locked_cases(session: Session, case_ids: Sequence[int]) -> list[Case]:
    """Several cases, held as above, one after the other by number, as everybody does."""
    of_these = select(Case).where(col(Case.id).in_(case_ids)).order_by(col(Case.id)).with_for_update(key_share=True)
    return list(session.exec(of_these.execution_options(populate_existing=True)))


def locked_bundle(session: Session, lease_id: str) -> list[Case]:
    """The cases under a lease, expired or not, as long as nobody else has them; held as above, the one that led first."""
    of_lease = select(Case).where(Case.lease_id == lease_id).order_by(col(Case.id)).with_for_update(key_share=True)
    found = session.exec(of_lease.execution_options(populate_existing=True))
    return sorted(found, key=lambda held: held.lease_place)


_LEASE_ENDS = "lease_id = NULL, leased_by = NULL, leased_at = NULL, lease_expires_at = NULL, lease_place = 0"
_COUNTED = """attempts = coalesce(%(attempts)s, attempts), attempts_on_day = coalesce(%(attempts_on_day)s, attempts_on_day),
    last_attempt_day = coalesce(%(last_attempt_day)s, last_attempt_day)"""


def _leaves(*columns: str) -> str:
    """The statement by which a case leaves its lease, whoever held it, with these columns set."""
    assigned = ", ".join(f"{name} = %({name})s" for name in columns)
    return f"UPDATE cases SET {_LEASE_ENDS}, {_COUNTED}, {assigned} WHERE id = %(case)s RETURNING study_id"


BACK = _leaves(
    "state", "due_at", "rank", "phones", "for_operator_id", "anyone_from", "needs_conversion", "line", "closed_at", "closed_why"
)  # fmt: skip
"""Into the queue again."""
CLOSE = _leaves("state", "closed_at", "closed_why", "needs_conversion", "for_operator_id", "anyone_from", "phones")
TRACE = _leaves("state", "phones")


def reschedule(session: Session, case_id: int, to: Next, tally: Tally | None = None) -> None:
    """Put a case back into the queue for a later call; its lease ends."""
    _leave(session, BACK, case_id, tally, back(to))


def back(to: Next) -> dict[str, Any]:
    """The columns that `BACK` sets."""
    return {
        "state": "ready",
        "due_at": to.due_at,
        "rank": to.rank,
        "phones": list(to.phones),
        "for_operator_id": to.for_operator_id,
        "anyone_from": to.anyone_from,
        "needs_conversion": to.needs_conversion,
        "line": to.line,
        "closed_at": None,
        "closed_why": None,
    }


def close(session: Session, case_id: int, why: str, *, phones: Sequence[dict[str, Any]] | None = None, tally: Tally | None = None) -> None:
    """End a case: it is not called again. `why` is a code for the timeline."""
    held = locked(session, case_id)
    ended = {"state": "closed", "closed_at": clock.now(), "closed_why": why, "needs_conversion": False, "for_operator_id": None}
    _leave(session, CLOSE, case_id, tally, {**ended, "anyone_from": None, "phones": list(held.phones if phones is None else phones)})


def trace(session: Session, case_id: int, *, phones: Sequence[dict[str, Any]], tally: Tally | None = None) -> None:
    """Put a case without a usable number on the tracing list."""
    _leave(session, TRACE, case_id, tally, {"state": "tracing", "phones": list(phones)})


def counts(tally: Tally | None) -> dict[str, Any]:
    """The columns of a tally; none: they stay."""
    if tally is None:
        return dict.fromkeys(("attempts", "attempts_on_day", "last_attempt_day"))
    return {"attempts": tally.attempts, "attempts_on_day": tally.on_day, "last_attempt_day": tally.last_day}


def _leave(session: Session, statement: str, case_id: int, tally: Tally | None, columns: dict[str, Any]) -> None:
    """Run one of the statements above, in one go; a case that this session has read follows."""
    session.flush()
    values = {**columns, **counts(tally), "case": case_id, "phones": Jsonb(columns["phones"])}
    left = session.connection().exec_driver_sql(statement, values).first()
    if left is None:
        raise NotFound("no_case", "没有编号为 {case} 的个案，请核对编号。", case=case_id)
    known = session.identity_map.get(identity_key(Case, case_id))
    if known is not None:
        session.expire(known)
    notify(session, f"board_{left.study_id}")


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
ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
"""
"""Held as they are found: a case that is in somebody's hands at this moment is theirs, and looked at the next time."""
