"""Wishes not to be called."""

from sqlalchemy import text
from sqlmodel import Session, select

from callcenter import clock
from callcenter.errors import InvalidInput
from callcenter.frame.tables import DoNotCall
from callcenter.lists import credit_codes, phone_numbers
from callcenter.lists.cells import clean
from callcenter.operations.actions import record


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
