"""A call that goes over to another operator takes its cases, its interviews and its outcome with it."""

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.calls import actions as calls
from callcenter.calls import queries as call_queries
from callcenter.calls.tables import Transfer
from callcenter.interviews import actions as interviews
from callcenter.people import actions as people
from callcenter.people.operator_states import wrap_up


def hand_over_call(session: Session, transfer_id: int) -> Transfer:
    """Who joined leads the cases from now on; who had them is in wrap-up."""
    known = session.get_one(Transfer, transfer_id)
    attempt = call_queries.attempt(session, known.attempt_id)
    queue.pass_lease(session, attempt.lease_id, known.from_user, known.to_user)
    done = calls.complete_transfer(session, transfer_id)
    interviews.pass_on(session, done.attempt_id, done.to_user)
    settings = queue_queries.study_settings(session, queue_queries.case(session, attempt.called_case_id).study_id)
    states = {done.from_user: ("wrap_up", clock.now() + wrap_up(settings)), done.to_user: ("call", None)}
    for user_id, (state, ends_at) in sorted(states.items()):  # by number, as everybody who changes several
        people.enter(session, user_id, state, ends_at=ends_at)
    return done
