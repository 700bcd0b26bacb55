"""The end of an operator's shift: the case goes back, own appointments stay, go to a named successor, or to anyone."""

from typing import Literal

from sqlmodel import Session, col, select

from callcenter.call_queue import actions as queue
from callcenter.calls.tables import Attempt
from callcenter.errors import InvalidInput, Refused
from callcenter.follow_up.tables import Appointment
from callcenter.operations.actions import record
from callcenter.people import actions as people
from callcenter.people import queries as people_queries

Appointments = Literal["keep", "successor", "anyone"]


def end_shift(session: Session, user_id: int, appointments: Appointments = "keep", successor_id: int | None = None) -> int:
    """Log off: how many appointments changed hands. Refused while a call waits for its outcome: it would be lost to the operator."""
    held = [case for case in queue.hold_all(session, user_id) if case.leased_by == user_id]  # cases before appointments, as an outcome does
    _refuse_untold(session, [one.lease_id for one in held if one.lease_id])
    for lease_id in {one.lease_id for one in held if one.lease_id}:
        queue.give_back(session, lease_id, user_id, "end_of_shift")
    moved = _hand_over(session, user_id, appointments, successor_id) if appointments != "keep" else 0
    people.enter(session, user_id, "off")
    detail = {"appointments": moved, **({"successor": successor_id} if appointments == "successor" else {})}
    record(session, user_id, "shift_ended", "user", user_id, detail=detail)
    return moved


def leave(session: Session, user_id: int) -> None:
    """Log out: what is in hand goes back as at the end of a shift, and as there a call that waits for its outcome is not left."""
    spell = people_queries.present(session, user_id)
    if spell is not None and spell.state != "off":
        end_shift(session, user_id)


def _refuse_untold(session: Session, lease_ids: list[str]) -> None:
    untold = select(Attempt.id).where(col(Attempt.lease_id).in_(lease_ids), col(Attempt.outcome).is_(None))
    if lease_ids and session.exec(untold).first() is not None:
        raise Refused("outcome_before_leaving", "还有一个电话没有登记结果：请先登记，再下班或休息。")


def _hand_over(session: Session, user_id: int, appointments: Appointments, successor_id: int | None) -> int:
    heir = successor_id if appointments == "successor" else None
    if appointments == "successor" and heir not in dict(people_queries.successors(session, user_id)):
        raise InvalidInput("successor_unknown", "请选择一位在用的话务员接手预约。")
    open_ones = select(Appointment).where(Appointment.operator_id == user_id, Appointment.state == "open").with_for_update(key_share=True)
    promised = list(session.exec(open_ones))
    for appointment in promised:
        if heir is not None:
            appointment.operator_id = heir
            session.add(appointment)
    queue.give_back_all(session, user_id, heir)
    return len(promised)
