"""A case for somebody who calls: leased to the operator who takes the call, whatever its due time."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.call_queue import leases, queries
from callcenter.call_queue.actions.deciding import locked
from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.errors import Conflict, Refused

TRAINED = """
SELECT EXISTS (SELECT FROM trainings t JOIN questionnaires q ON q.name = t.questionnaire WHERE t.user_id = :user AND q.id = :questionnaire)
"""


def lease_for_caller(session: Session, case_id: int, operator_id: int) -> Lease:
    """Lease a case to an operator who holds none and is trained for it. Caps and due times do not count: the enterprise called us."""
    now = clock.now()
    if session.exec(select(Case.id).where(Case.leased_by == operator_id, Case.state == "leased")).first() is not None:
        raise Refused("incoming_hands_full", "您手上还有个案：请先登记结果或交还，再接来电。")
    held = locked(session, case_id)
    if held.state not in {"ready", "tracing"} or _enterprise_is_held(session, held):
        raise Conflict("incoming_case_held", "来电企业的个案正在由其他话务员处理：请请对方稍候，或约时间回电。")
    if not session.connection().execute(text(TRAINED), {"user": operator_id, "questionnaire": held.questionnaire_id}).scalar_one():
        raise Refused("incoming_not_trained", "您还没有获准使用这个个案的问卷，请让其他话务员接听。")
    return _leased(session, held, operator_id, now, leases.duration(queries.study_settings(session, held.study_id)))


def _enterprise_is_held(session: Session, held: Case) -> bool:
    others = select(Case.id).where(Case.unit_key == held.unit_key, Case.state == "leased", col(Case.id) != held.id)
    return session.exec(others).first() is not None


def _leased(session: Session, held: Case, operator_id: int, now: datetime, lasts: timedelta) -> Lease:
    held.state, held.lease_id, held.leased_by, held.leased_at = "leased", str(uuid4()), operator_id, now
    held.lease_expires_at = now + lasts
    session.add(held)
    session.flush()
    return Lease(held.lease_id, held.id or 0, operator_id, held.lease_expires_at)
