"""Moving one attempt on: locked, forwards only, and its operator's page is told."""

from datetime import datetime

from sqlmodel import Session

from callcenter.calls import queries
from callcenter.calls.call_states import ENDED, CallState, moved
from callcenter.calls.tables import Attempt
from callcenter.operations import actions as operations
from callcenter.people import actions as people

CHANNEL = "calls"
"""Whoever watches over all calls listens here."""


def locked(session: Session, attempt_id: int) -> Attempt:
    """The attempt as it stands now, ours until the transaction ends."""
    attempt = session.get(Attempt, attempt_id, with_for_update={"key_share": True}, populate_existing=True)
    return attempt or queries.attempt(session, attempt_id)


def move(attempt: Attempt, state: str | None, at: datetime, sip_code: int | None) -> None:
    """Let a call be in `state` since `at`; a word that says nothing about its course changes nothing."""
    if state is None:
        return
    before = CallState(attempt.state, attempt.ringing_at, attempt.answered_at, attempt.ended_at, attempt.sip_code)
    after = moved(before, state, at, sip_code)
    attempt.state, attempt.ringing_at, attempt.answered_at = after.state, after.ringing_at, after.answered_at
    attempt.ended_at, attempt.sip_code = after.ended_at, after.sip_code


def saved(session: Session, attempt: Attempt) -> Attempt:
    """Save a change of an attempt and tell its operator's page."""
    session.add(attempt)
    session.flush()
    if attempt.operator_id is not None and attempt.state in ENDED:
        people.call_ended(session, attempt.operator_id)
    operations.notify(session, CHANNEL)
    operations.notify(session, f"operator_{attempt.operator_id}", attempt.state)
    return attempt
