"""Appointments after they were made: another operator keeps one, and the supervisors hear of those that nobody can or did keep."""

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.follow_up import queries
from callcenter.follow_up.tables import Appointment
from callcenter.operations.actions import close_alert, raise_alert, record
from callcenter.people import queries as people

MISSED, CROWDED = "appointments_missed", "appointments_crowded"


def hand_over(session: Session, appointment_id: int, operator_id: int, *, reason: str, user_id: int) -> Appointment:
    """Give an open appointment to another operator, with a reason."""
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明转交预约的理由。")
    standing = session.get(Appointment, appointment_id)
    if standing is None:
        raise NotFound("no_appointment", "没有这个预约：请刷新页面。")
    queue.locked(session, standing.case_id)
    session.refresh(standing)
    if standing.state != "open":
        raise Conflict("appointment_over", "这个预约已经处理过了：请刷新页面。")
    to = people.user(session, operator_id)
    if to is None or to.role != "operator" or not to.active:
        raise InvalidInput("not_an_operator", "请选择一位在用的话务员。")
    before, standing.operator_id = standing.operator_id, operator_id
    session.add(standing)
    queue.assign(session, standing.case_id, operator_id)
    detail = {"from": before, "to": operator_id}
    record(session, user_id, "appointment_handed_over", "case", standing.case_id, detail=detail, reason=reason.strip()[:500])
    session.flush()
    return standing


def watch_appointments(session: Session) -> int:
    """Tell the supervisors of appointments that were missed by us and of slots that hold too many; how many of both."""
    promised = queries.open_appointments(session, clock.now())
    late, crowded = sum(one.overdue for one in promised), sum(one.crowded for one in promised)
    for name, count, sentence in (
        (MISSED, late, f"{late} 个预约过了时间还没有人拨打，已排在最前：请安排话务员。"),
        (CROWDED, crowded, f"有预约的时段安排不过来，涉及 {crowded} 个定时预约：请增加人手或转交。"),
    ):
        if count:
            raise_alert(session, name, "warning", sentence)
        else:
            close_alert(session, name)
    return late + crowded
