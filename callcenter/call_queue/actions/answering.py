"""A bundle for somebody who calls: leased to the operator who takes the call, whatever its due time."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import callable as rules
from callcenter.call_queue import leases, queries
from callcenter.call_queue.actions.deciding import locked
from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.errors import Conflict, Refused


def lease_for_caller(session: Session, case_id: int, operator_id: int) -> Lease:
    """Lease a case, and with it the other open cases of its enterprise, to an operator who holds none and is trained for it.

    Caps and due times do not count: the enterprise called us.
    """
    now = clock.now()
    if session.exec(select(Case.id).where(Case.leased_by == operator_id, Case.state == "leased")).first() is not None:
        raise Refused("incoming_hands_full", "您手上还有个案：请先登记结果或交还，再接来电。")
    held = locked(session, case_id)
    if held.state not in {"ready", "tracing"} or _enterprise_is_held(session, held):
        raise _held_by_another()
    operator = queries.operator(session, operator_id)
    if queries.facts_of(session, held).questionnaire not in operator.trained:
        raise Refused("incoming_not_trained", "您还没有获准使用这个个案的问卷，请让其他话务员接听。")
    return _leased(session, [held, *_others(session, held, operator, now)], operator_id, now)


def _held_by_another() -> Conflict:
    return Conflict("incoming_case_held", "来电企业的个案正在由其他话务员处理：请请对方稍候，或约时间回电。")


def _enterprise_is_held(session: Session, held: Case) -> bool:
    others = select(Case.id).where(Case.unit_key == held.unit_key, Case.state == "leased", col(Case.id) != held.id)
    return session.exec(others).first() is not None


def _others(session: Session, held: Case, operator: rules.OperatorFacts, now: datetime) -> list[Case]:
    """What else of the enterprise is worked in this call, as many as the study hands out together."""
    of_enterprise = select(Case).where(
        Case.study_id == held.study_id, Case.unit_key == held.unit_key, Case.id != held.id, col(Case.state).in_(("ready", "tracing"))
    )
    in_order = of_enterprise.order_by(col(Case.rank), col(Case.due_at), Case.order_key, col(Case.id))
    found = session.exec(in_order.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True))
    along = [
        one for one in found if rules.comes_with_caller(queries.facts_of(session, one), queries.plan_of_case(session, one), now, operator)
    ]
    return along[: leases.most_cases(queries.study_settings(session, held.study_id)) - 1]


def _leased(session: Session, bundle: list[Case], operator_id: int, now: datetime) -> Lease:
    number, lasts = str(uuid4()), leases.duration(queries.study_settings(session, bundle[0].study_id))
    for place, held in enumerate(bundle):
        held.state, held.lease_id, held.leased_by, held.leased_at = "leased", number, operator_id, now
        held.lease_expires_at, held.lease_place = now + lasts, place
        session.add(held)
    try:
        session.flush()
    except IntegrityError as taken:  # the queue handed out another case of the enterprise in this very moment
        raise _held_by_another() from taken
    first, *others = [held.id or 0 for held in bundle]
    return Lease(number, first, operator_id, now + lasts, tuple(others))
