"""Cases whose numbers failed: a number that was found, or the word that none can be."""

from sqlmodel import Session

from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.contacts import one_number
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.frame import queries as frames
from callcenter.operations.actions import record
from callcenter.responses import actions as responses


def add_found_number(session: Session, case_id: int, typed: str, *, source: str, user_id: int) -> str:
    """A number found by tracing, with where it was found: it is dialled first, and the case waits again. The number as dialled."""
    if not source.strip():
        raise InvalidInput("source_missing", "请写明号码从哪里找到。")
    number = one_number(typed).number
    held = queue.locked(session, case_id)
    if any(phone["number"] == number and phone.get("state") in {"wrong", "dead"} for phone in held.phones):
        raise Refused("number_failed", "这个号码已经拨打过，是错号或空号：请换一个号码。")
    if frames.is_barred(session, phone=number, unit_key=held.unit_key):
        raise Refused("number_barred", "这个号码或企业在免打扰名单中，不能使用：请换一个号码。")
    queue.add_number(session, case_id, number, user_id)
    record(session, user_id, "number_traced", "case", case_id, detail={"source": source.strip()[:200]})
    settings = queue_queries.study_settings(session, held.study_id)
    responses.derive_disposition(session, case_id, closed=False, numbers_left=True, settings=settings)
    return number


def give_up_tracing(session: Session, case_id: int, *, reason: str, user_id: int) -> str:
    """No number can be found: the case ends, in 3.90 unless its history says more. Its code."""
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明查找了哪些渠道。")
    held = queue.locked(session, case_id)
    if held.state != "tracing":
        raise Conflict("not_tracing", "个案 {case} 不在查找号码名单中：请刷新页面。", case=case_id)
    queue.close(session, case_id, "untraced")
    settings = queue_queries.study_settings(session, held.study_id)
    derived = responses.derive_disposition(session, case_id, closed=True, numbers_left=False, settings=settings)
    record(session, user_id, "tracing_given_up", "case", case_id, detail={"code": derived.code}, reason=reason.strip()[:500])
    return derived.code
