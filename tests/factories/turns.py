"""An operator's turn with a case, played through the actions: claim, dial, what the carrier says, outcome."""

from typing import Any

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue.leases import Lease
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineEvent
from callcenter.db.engine import transaction
from callcenter.follow_up.actions import Finish, finish

UNANSWERED = {"busy": "busy", "no_answer": "no-answer", "switched_off": "failed", "dead_number": "failed", "suspended": "failed"}


def take(operator_id: int) -> Lease:
    """The next case; there must be one."""
    lease = queue.claim(operator_id)
    assert lease is not None
    return lease


def dial(lease: Lease, *words: str) -> int:
    """Place a call on the leased case; the carrier says these words. The attempt's number."""
    with transaction() as session:
        attempt = calls.begin_attempt(session, lease_id=lease.id, operator_id=lease.operator_id, phone=None)
    assert attempt.id is not None
    sid = f"CA{attempt.id:032d}"
    with transaction() as session:
        calls.record_placed(session, attempt.id, sid)
        for place, word in enumerate(words):
            calls.record_event(session, LineEvent(sid, place, word, clock.now(), attempt.id))
    return attempt.id


def tell(lease: Lease, attempt_id: int | None, outcome: str, **detail: Any) -> Finish:
    """End the turn with an outcome."""
    with transaction() as session:
        return finish(session, lease_id=lease.id, attempt_id=attempt_id, outcome=outcome, detail=detail, user_id=lease.operator_id)


def turn(operator_id: int, outcome: str, **detail: Any) -> Finish:
    """A whole turn that ends so."""
    lease = take(operator_id)
    words = ("ringing", UNANSWERED[outcome]) if outcome in UNANSWERED else ("ringing", "in-progress", "completed")
    return tell(lease, dial(lease, *words), outcome, **detail)
