"""Reads of attempts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import case, false, func, or_
from sqlmodel import Session, col, select, text

from callcenter.calls.by_hand import PREFIX
from callcenter.calls.tables import Attempt, CallEvent, SharedAttempt
from callcenter.errors import NotFound

_CARRIED = func.coalesce(Attempt.call_sid, "").not_like(f"{PREFIX}%")
"""Calls that a carrier knows of, or may."""


@dataclass(frozen=True)
class SilentCall:
    """An open attempt of which nothing was heard for a while; without a call id where the carrier's answer never came."""

    attempt_id: int
    sid: str | None
    since: datetime
    is_told: bool = False
    """Its outcome was told long ago, and yet it goes on: the carrier did not end it."""


@dataclass(frozen=True)
class CallOfCase:
    """A call as it was for one case: what it ended in for this case, whose call it was, and how it went."""

    id: int
    case_id: int
    shared: bool
    """Led by another case of the enterprise: it is counted there."""
    lease_id: str
    number_in_lease: int
    operator_id: int | None
    line: str
    phone: str
    placed_at: datetime
    call_sid: str | None
    state: str
    answered_at: datetime | None
    ended_at: datetime | None
    sip_code: int | None
    carrier_failure: str | None
    outcome: str | None
    outcome_at: datetime | None
    outcome_detail: dict[str, Any]
    note: str
    direction: str
    answered_by: str | None
    """What the carrier heard, where it listened: human, machine, fax or unknown."""


_OF_CASES = f"""
SELECT {", ".join(each.name for each in fields(CallOfCase))} FROM case_attempts
WHERE case_id = ANY(:cases) ORDER BY id, shared DESC
"""


def attempt(session: Session, attempt_id: int) -> Attempt:
    """One attempt."""
    found = session.get(Attempt, attempt_id)
    if found is None:
        raise NotFound("no_such_attempt", "没有这次拨打记录，请回到个案重新查看。")
    return found


def attempts_of_lease(session: Session, lease_id: str) -> list[Attempt]:
    """All attempts of a lease, the newest first."""
    return list(session.exec(select(Attempt).where(Attempt.lease_id == lease_id).order_by(col(Attempt.number_in_lease).desc())))


def latest_attempt(session: Session, lease_id: str) -> Attempt | None:
    """The newest attempt of a lease."""
    return session.exec(select(Attempt).where(Attempt.lease_id == lease_id).order_by(col(Attempt.number_in_lease).desc())).first()


def calls_under(session: Session, lease_id: str) -> list[Attempt]:
    """The calls of one lease, or of one re-check, oldest first."""
    return list(session.exec(select(Attempt).where(Attempt.lease_id == lease_id).order_by(col(Attempt.number_in_lease))))


def call_elsewhere(session: Session, operator_id: int, lease_id: str) -> bool:
    """Whether an operator still has a call open under another lease, of which nothing was told yet."""
    others = (Attempt.operator_id == operator_id, Attempt.lease_id != lease_id)
    left = (col(Attempt.ended_at).is_(None), col(Attempt.outcome).is_(None), _CARRIED)
    return session.exec(select(Attempt.id).where(*others, *left).limit(1)).first() is not None


def attempts_of(session: Session, case_id: int) -> list[CallOfCase]:
    """All attempts of a case, oldest first, those that another case of its enterprise led among them."""
    return [CallOfCase(**row) for row in session.connection().execute(text(_OF_CASES), {"cases": [case_id]}).mappings()]


def calls_to(session: Session, case_ids: Sequence[int]) -> list[CallOfCase]:
    """All attempts of these cases, oldest first, each call once: as it was for the case that led it, where that is among them."""
    rows = session.connection().execute(text(_OF_CASES), {"cases": list(case_ids)}).mappings()
    return list({row["id"]: CallOfCase(**row) for row in rows}.values())


def cases_of(session: Session, attempt_id: int) -> list[int]:
    """The cases of a call, the one that led it first."""
    shared = select(SharedAttempt.case_id).where(SharedAttempt.attempt_id == attempt_id).order_by(col(SharedAttempt.id))
    led = attempt(session, attempt_id).case_id
    return [*([] if led is None else [led]), *session.exec(shared)]


def silent_calls(session: Session, *, ringing_before: datetime, talking_before: datetime, told_before: datetime) -> list[SilentCall]:
    """Open attempts whose last news is older: `ringing_before` until somebody answers, `talking_before` from then on.

    Those whose outcome was told before `told_before` are over for us: the carrier was asked to end them and did not.
    """
    told = func.coalesce(col(Attempt.outcome_at) < told_before, false())
    last_news = func.greatest(Attempt.placed_at, Attempt.ringing_at, Attempt.answered_at)
    limit = case((col(Attempt.answered_at).is_not(None), talking_before), else_=ringing_before)
    found = session.exec(
        select(Attempt.id, Attempt.call_sid, last_news, told)
        .where(col(Attempt.ended_at).is_(None), or_(last_news < limit, told), _CARRIED)
        .order_by(col(Attempt.id))
        .limit(200)
    )
    return [SilentCall(number, sid, since, over) for number, sid, since, over in found if number is not None]


def events_of(session: Session, call_sid: str) -> list[CallEvent]:
    """All that the carrier told of a call, in its own order."""
    return list(session.exec(select(CallEvent).where(CallEvent.call_sid == call_sid).order_by(col(CallEvent.sequence))))
