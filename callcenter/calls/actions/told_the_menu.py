"""What enterprises tell the menu of a line, kept as attempts of their cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, func, select

from callcenter import clock
from callcenter.calls import queries
from callcenter.calls.tables import Attempt, SharedAttempt


def keep_contact(session: Session, call_id: int, case_ids: Sequence[int], outcome: str, detail: Mapping[str, Any]) -> Attempt:
    """What an enterprise told the menu, as an incoming attempt of its cases: nobody of ours spoke with it, so no operator stands there."""
    call, now = queries.incoming(session, call_id), clock.now()
    first, *others = case_ids
    made = select(func.count()).where(Attempt.lease_id == f"menu-{call_id}")
    attempt = Attempt(
        case_id=first,
        lease_id=f"menu-{call_id}",
        number_in_lease=session.exec(made).one() + 1,
        line=call.line,
        phone=call.caller,
        placed_at=call.came_at,
        direction="incoming",
        state="completed",
        ended_at=now,
        outcome=outcome,
        outcome_at=now,
        outcome_detail=dict(detail),
    )
    session.add(attempt)
    session.flush()
    assert attempt.id is not None  # noqa: S101  # flushed
    session.add_all(
        SharedAttempt(attempt_id=attempt.id, case_id=other, outcome=outcome, outcome_at=now, outcome_detail=dict(detail))
        for other in others
    )
    call.attempt_id = call.attempt_id or attempt.id
    session.add(call)
    session.flush()
    return attempt
