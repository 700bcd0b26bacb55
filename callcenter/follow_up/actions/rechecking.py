"""Re-checks: chosen by lot, done by somebody else without the answers, and what follows from them."""

from collections.abc import Mapping

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import priority
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.tables import Case
from callcenter.calls import queries as calls
from callcenter.calls.actions import begin_recheck
from callcenter.calls.tables import Attempt
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.interviews import actions as interviews
from callcenter.interviews import queries as interview_queries
from callcenter.operations.actions import notify, raise_alert, record
from callcenter.responses import actions as responses
from callcenter.responses import queries, rechecks
from callcenter.responses.rechecks import CLOSING, COMPLETE, DENIED, FABRICATED, Judgement
from callcenter.responses.tables import Recheck
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day

UNANSWERED = {"busy", "no_answer", "failed", "canceled"}
TRIES = 3
"""After so many tries without anybody reached a re-check ends undone."""


def choose_rechecks(session: Session) -> int:
    """Choose what is due by now of every study; how many."""
    return sum(_of_study(session, study.id or 0, study.salt, study.settings) for study in studies.studies(session))


def _of_study(session: Session, study_id: int, salt: str, settings: Mapping[str, object]) -> int:
    done = {case.case_id: case for case in queries.ended(session, study_id)}
    today, suspects = field_day(clock.now()), queries.suspects(session)
    rules = rechecks.read_rules(settings)
    found = rechecks.chosen(list(done.values()), queries.rechecked(session), rules, salt=salt, today=today, suspects=suspects)
    for case_id in found:
        code, case = queries.latest_disposition(session, case_id), done[case_id]
        said = code.code if code else ""
        session.add(Recheck(case_id=case_id, operator_id=case.operator_id, kind=case.kind, code=said, chosen_at=clock.now()))
    session.flush()
    return len(found)


def record_recheck(
    session: Session,
    recheck_id: int,
    *,
    told: Mapping[str, str],
    answers: Mapping[str, str],
    user_id: int,
    reached: bool = True,
    note: str = "",
) -> Recheck:
    """What somebody else was told: `told` holds yes or no by question (see `rechecks.judge`), `answers` those to the marked questions."""
    row = queries.recheck(session, recheck_id)
    case = queue.locked(session, row.case_id)
    session.refresh(row, with_for_update={"key_share": True})
    _refuse(session, row, user_id)
    _require_call(session, row, user_id, reached=reached)
    row.note = note.strip()[:1000]
    if not reached:
        row.tries += 1
        row.state = "unreached" if row.tries >= TRIES else "waiting"
        session.add(row)
        session.flush()
        return row
    if not told or any(answer not in {"yes", "no"} for answer in told.values()):
        raise InvalidInput("recheck_incomplete", "请回答每一个核对问题（是或否）。")
    judged = rechecks.judge(row.kind, told, _first(session, row.case_id), answers)
    row.state, row.reason = ("failed", judged.reason) if judged.reason else ("passed", None)
    row.done_at, row.done_by = clock.now(), user_id
    row.compared, row.differing = judged.compared, list(judged.differing)
    session.add(row)
    session.flush()
    record(session, user_id, "recheck_done", "case", row.case_id, detail={"kind": row.kind, "outcome": row.state, "why": row.reason})
    _follow(session, row, case, judged, user_id)
    notify(session, f"board_{case.study_id}")
    return row


def recheck_key(recheck_id: int) -> str:
    """Under which the calls of a re-check are kept, as an operator's are under the lease."""
    return f"recheck-{recheck_id}"


def begin_recheck_call(session: Session, recheck_id: int, user_id: int, phone: str | None) -> Attempt:
    """A call to check the case, once however often it is pressed: by somebody else, in its hours, on its lines, to who may be called."""
    row = queries.recheck(session, recheck_id)
    queue.locked(session, row.case_id)
    session.refresh(row, with_for_update={"key_share": True})
    _refuse(session, row, user_id)
    key = recheck_key(recheck_id)
    if calls.call_elsewhere(session, user_id, key):
        raise Refused("another_call_open", "您的上一个电话还没有结束：请等它结束后再拨打，最多一两分钟。")
    call = begin_recheck(session, key=key, case_id=row.case_id, user_id=user_id, phone=phone)
    if call.handed_over_at is None:
        record(session, user_id, "recheck_dialled", "case", row.case_id, detail={"attempt": call.id})
    return call


def _require_call(session: Session, row: Recheck, user_id: int, *, reached: bool) -> None:
    """Nothing is told without a call of one's own: a re-check can be invented like an interview."""
    made = [one for one in calls.calls_under(session, recheck_key(row.id or 0)) if one.carrier_failure is None]
    own = bool(made) and made[-1].operator_id == user_id
    if not own or len(made) <= row.tries or made[-1].handed_over_at is None:
        raise Refused("recheck_not_called", "请先在本页拨打电话，再填写复核结果。")
    if reached and made[-1].state in UNANSWERED:
        raise Refused("recheck_not_answered", "这个电话没有人接听：请重新拨打，或记为没有联系上。")


def _refuse(session: Session, row: Recheck, user_id: int) -> None:
    if row.state != "waiting":
        raise Conflict("recheck_done", "这条复核已经做过了：请刷新页面。")
    if any(made.operator_id == user_id for made in calls.attempts_of(session, row.case_id)) or row.operator_id == user_id:
        raise Refused("own_recheck", "复核要由另一个人来做：这个个案您自己拨打过。")


def _first(session: Session, case_id: int) -> Mapping[str, object]:
    held = [one for one in interview_queries.of_case(session, case_id) if one.state != "void"]
    return interview_queries.values(session, held[-1].id or 0) if held else {}


def _follow(session: Session, row: Recheck, case: Case, judged: Judgement, user_id: int) -> None:
    """Consequences: a failed complete is no valid sample, a failed denial or refusal is called again, a confirmed one is final."""
    if judged.reason is None:
        if row.kind == DENIED:
            _derive(session, case)
    elif row.kind == COMPLETE:
        take_out(session, row.case_id, judged.reason, user_id, also=("failed_recheck",))
        if judged.reason == FABRICATED:
            text = f"个案 {row.case_id} 的复核表明访问没有进行过。该话务员的全部完成访问都将复核，请督导处理。"
            raise_alert(session, "interview_invented", "stop", text, same_as=f"invented_{row.operator_id}", detail={"case": row.case_id})
    elif row.kind in {DENIED, CLOSING}:
        code = "3.30" if row.kind == DENIED else "3.20"
        responses.correct_disposition(session, row.case_id, code, reason=f"recheck:{judged.reason}", user_id=user_id, final=False)
        _call_again(session, case)


def _call_again(session: Session, case: Case) -> None:
    """A case that ended for a reason that was none waits again; its attempts stay counted."""
    if case.state == "closed":
        again = queue.Next(due_at=clock.now(), rank=priority.RECALL, phones=case.phones, line=case.line)
        queue.reschedule(session, case.id or 0, again)


def take_out(session: Session, case_id: int, reason: str, user_id: int, *, also: tuple[str, ...] = ()) -> None:
    """A valid sample counts no more, and its stratum is short of one again.

    Where no interview was ever held, the case leaves I and is called again: nobody has asked this enterprise yet.
    """
    verdict = queries.latest_verdict(session, case_id)
    if verdict is not None and verdict.valid:
        responses.overturn(session, verdict, reasons=[*also, reason], by=user_id)
    if reason == FABRICATED and verdict is not None:
        interviews.void(session, verdict.interview_id)
        _call_again(session, queue.locked(session, case_id))
        _derive(session, queue.locked(session, case_id))
        code = queries.latest_disposition(session, case_id)
        if code is not None and code.category == "I" and code.source == "correction":  # a word by hand outlasts what is derived
            responses.correct_disposition(session, case_id, "3.20", reason=f"recheck:{reason}", user_id=user_id, final=False)


def _derive(session: Session, case: Case) -> None:
    usable = any(phone.get("state", "untried") in {"untried", "good", "suspended"} for phone in case.phones)
    settings = queue_queries.study_settings(session, case.study_id)
    responses.derive_disposition(session, case.id or 0, closed=case.state == "closed", numbers_left=usable, settings=settings)
