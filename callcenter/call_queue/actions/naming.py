"""The right person of a bundle, as told on the telephone."""

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue.actions.leasing import live
from callcenter.call_queue.contacts import Contact, with_contact
from callcenter.errors import InvalidInput, Refused
from callcenter.frame import queries as frames
from callcenter.operations.actions import record


def name_contact(session: Session, contact: Contact, *, lease_id: str, operator_id: int, spoken_on: str | None = None) -> None:
    """Keep the person in every case of the lease; a number told with them is dialled next. Conflict where the lease is gone.

    Without a number the person is reached where the call goes: `spoken_on`, else the first number of the leading case.
    """
    now = clock.now()
    bundle = live(session, lease_id, operator_id, now)
    number = contact.number or spoken_on or next((str(phone["number"]) for phone in bundle[0].phones), None)
    if number is None:
        raise InvalidInput("contact_without_number", "这个个案没有号码：请填写找到这个人的号码。")
    if frames.is_barred(session, number, bundle[0].unit_key):
        raise Refused("number_barred", "这个号码或企业在免打扰名单中，不能使用：请换一个号码。")
    for held in bundle:
        held.phones = with_contact(held.phones, contact, number, now)
        session.add(held)
        record(session, operator_id, "contact_named", "case", held.id, detail={"number": "told" if contact.number else "as_before"})
    session.flush()
