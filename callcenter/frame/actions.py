"""Writes of the room: freeze a frame, keep wishes not to be called."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.frame import queries
from callcenter.frame.duplicates import Unit
from callcenter.frame.strata import frame_hash
from callcenter.frame.tables import DoNotCall, Frame
from callcenter.lists import credit_codes, phone_numbers
from callcenter.lists.cells import clean
from callcenter.operations.actions import record

_COPY = """
COPY frame_units (frame_id, unit_key, district, sub_area, name, uscc, contact, phones, matters, reported_by, submission_row_id) FROM STDIN
"""


def freeze(session: Session, population_id: int, user_id: int | None, *, supplement: bool = False) -> Frame:
    """Freeze the units of all lists of a population under the next number.

    With `supplement` (a sample is drawn already) the frame holds only units that stand in no earlier frame.
    """
    session.connection().execute(text("SELECT id FROM populations WHERE id = :id FOR UPDATE"), {"id": population_id})
    left_out = queries.frozen_keys(session, population_id) if supplement else frozenset[str]()
    units, rows = queries.merged(session, population_id, leaving_out=left_out)
    if not units:
        raise Refused("nothing_to_freeze", "还没有可以冻结的企业：请先收到名单，并至少有一行被采用。")
    digest = frame_hash((unit.key, unit.district) for unit in units)
    newest = queries.newest_frame(session, population_id)
    counts = queries.counts(session, units, rows)
    if newest is not None and newest.sha256 == digest and newest.counts == counts:
        raise Conflict("frame_unchanged", "自第 {number} 号抽样框冻结以来名单没有变化，不需要再冻结。", number=newest.number)
    frame = Frame(
        population_id=population_id,
        number=newest.number + 1 if newest else 1,
        frozen_at=clock.now(),
        frozen_by=user_id,
        size=len(units),
        sha256=digest,
        counts=counts,
    )
    session.add(frame)
    session.flush()
    assert frame.id is not None  # noqa: S101  # numbered by the flush
    _copy(session, frame.id, units)
    detail = {"population": population_id, "number": frame.number, "size": frame.size, "sha256": digest}
    record(session, user_id, "freeze_frame", "frame", frame.id, detail=detail)
    session.flush()
    return frame


def _copy(session: Session, frame_id: int, units: Iterable[Unit]) -> None:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for unit in units:
            copy.write_row(_line(frame_id, unit))


def _line(frame_id: int, unit: Unit) -> tuple[Any, ...]:
    phones, matters = (json.dumps(document, ensure_ascii=False) for document in (unit.phones, unit.matters))
    place = (unit.district, unit.sub_area)
    return (frame_id, unit.key, *place, unit.name, unit.uscc, unit.contact, phones, matters, unit.reported_by, unit.row_id)


def add_do_not_call(session: Session, scope: str, value: str, reason: str, user_id: int | None) -> DoNotCall:
    """Keep a wish not to be called, of a `number` or an `enterprise`; the same wish again changes nothing."""
    normal = _normal(scope, value)
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明是谁、为什么要求免打扰。")
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:value))"), {"value": f"do-not-call {normal}"})
    found = session.exec(select(DoNotCall).where(DoNotCall.scope == scope, DoNotCall.value == normal)).first()
    if found:
        return found
    wish = DoNotCall(scope=scope, value=normal, reason=reason.strip(), at=clock.now(), by=user_id)
    session.add(wish)
    session.flush()
    record(session, user_id, "add_do_not_call", "do_not_call", wish.id, detail={"scope": scope})
    return wish


def _normal(scope: str, value: str) -> str:
    if scope == "enterprise":
        code = credit_codes.normal(clean(value))
        if credit_codes.is_valid(code):
            return code
        if value.startswith(("N:", "P:")):
            return value
        raise InvalidInput("not_a_unit", "“{value}”不是有效的统一社会信用代码，也不是抽样框里的单元编号，请核对。", value=value)
    if scope != "number":
        raise InvalidInput("no_such_scope", "免打扰的对象只能是号码（number）或企业（enterprise）。")
    phones = phone_numbers.read(clean(value)).phones
    if len(phones) != 1:
        raise InvalidInput("not_one_number", "请写一个能拨打的电话号码，如 13800001111 或 022-24532093。")
    return phones[0].number
