"""Several cases of one enterprise in one call: whose block is asked now."""

from collections.abc import Sequence

from sqlmodel import Session

from callcenter.call_queue import actions as queue
from callcenter.call_queue.leases import lease_gone
from callcenter.interviews import queries
from callcenter.interviews.actions.answering import open_interview
from callcenter.interviews.actions.carrying import carry, note_through
from callcenter.interviews.tables import Interview


def asked_now(session: Session, *, case_ids: Sequence[int], operator_id: int, attempt_id: int) -> Interview:
    """The interview that this call stands at: the one gone back to, else the first block with a question left, else the last.

    Interviews are opened when their turn comes, with what was already asked for the enterprise.
    """
    order = queries.block_order(session, case_ids)
    mine = _of_call(session, order, attempt_id)
    if len(mine) < len(order):
        # Another block may be opened in this request, behind an answer that is saved meanwhile: the cases come first, as with an outcome.
        if any(held.leased_by != operator_id for held in queue.locked_cases(session, order)):
            raise lease_gone()
        mine = _of_call(session, order, attempt_id)
    for found in mine.values():
        if found.position is not None:
            return found
    for place, case_id in enumerate(order, start=1):
        found = mine.get(case_id) or _open(session, case_id, place, order, operator_id=operator_id, attempt_id=attempt_id)
        mine[case_id] = found
        if found.through_at is None:
            return found
    return mine[order[-1]]


def _of_call(session: Session, case_ids: Sequence[int], attempt_id: int) -> dict[int, Interview]:
    """The interviews of a call that are open, by case."""
    begun = queries.unended(session, case_ids)
    return {each.case_id: each for each in begun if each.attempt_id == attempt_id and each.state == "open"}


def _open(session: Session, case_id: int, place: int, order: Sequence[int], *, operator_id: int, attempt_id: int) -> Interview:
    found = open_interview(session, case_id=case_id, operator_id=operator_id, attempt_id=attempt_id)
    found.block = place
    for other in queries.unended(session, [other for other in order if other != case_id]):
        carry(session, other, found)
    assert found.id is not None  # noqa: S101  # numbered by the flush
    note_through(found, queries.route(session, found.id), is_last=case_id == order[-1])
    session.add(found)
    session.flush()
    return found
