"""The end of a case's turn with an operator: one outcome, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue import queries as queue_queries
from callcenter.call_queue.tables import Case
from callcenter.calls.outcomes import REACHED
from callcenter.calls.tables import Attempt
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.follow_up import recall_rules
from callcenter.follow_up.actions import judging
from callcenter.follow_up.actions.judging import Heard
from callcenter.follow_up.appointments import Wish, read_wish
from callcenter.interviews import queries as interview_queries
from callcenter.operations.actions import notify, record
from callcenter.responses import queries as responses
from callcenter.responses.completeness import limits

WITHOUT_A_CALL = frozenset({"do_not_call", "carrier_failure"})
UNANSWERED = frozenset({"busy", "no_answer", "failed", "canceled"})
KEPT_DETAIL = 20
"""Entries of detail that are kept; more is nobody's honest form."""


@dataclass(frozen=True)
class Finish:
    """What an outcome did. `late`: kept as evidence only, the case was no longer this operator's; `again`: it had been told before."""

    state: Literal["done", "again", "late"]
    case_id: int
    outcome: str
    action: str | None = None
    why: str | None = None
    due_at: datetime | None = None
    code: str | None = None


def finish(
    session: Session,
    *,
    lease_id: str,
    attempt_id: int | None,
    outcome: str,
    detail: Mapping[str, Any] | None = None,
    user_id: int,
) -> Finish:
    """End a turn: the attempt's outcome, the case's code and verdict, when to call again, an appointment; the lease ends.

    `detail` as in `calls.dispositions.Word`, and: `appointment` (at, kind, with_whom, note), `call_back_at`, `friendly`, `do_not_call`,
    `scope`, `note`. Told twice it is one outcome; under a lease that is gone it is kept as evidence and changes nothing.
    """
    told = dict(list((detail or {}).items())[:KEPT_DETAIL])
    if outcome not in recall_rules.OUTCOMES:
        raise InvalidInput("outcome_unknown", "没有结果代码“{outcome}”：请从页面列出的结果中选择。", outcome=outcome)
    case, attempt = _case_and_attempt(session, lease_id, attempt_id)
    assert case.id is not None  # noqa: S101  # a stored row
    held = case.lease_id == lease_id and case.leased_by == user_id
    if not held or case.lease_expires_at is None or case.lease_expires_at <= clock.now():
        return _not_held(session, case, attempt, lease_id=lease_id, outcome=outcome, user_id=user_id)
    heard = Heard(outcome, told, user_id, _wish(session, case, outcome, told))
    _check(session, case, attempt, outcome)
    if attempt is not None:
        _keep_outcome(session, case, attempt, heard)
    judged = judging.apply(session, case, attempt, heard)
    record(session, user_id, "case_finished", "case", case.id, detail={"outcome": outcome, "next": judged.decision.why})
    notify(session, f"operator_{user_id}", "finished")
    return Finish("done", case.id, outcome, judged.decision.action, judged.decision.why, judged.decision.due_at, judged.derived.code)


def _case_and_attempt(session: Session, lease_id: str, attempt_id: int | None) -> tuple[Case, Attempt | None]:
    """Both rows, locked: the case first, as everybody does."""
    if attempt_id is None:
        case = queue_queries.case_of_lease(session, lease_id)
        if case is None or case.id is None:
            raise Conflict("lease_gone", "这个个案已不在您手上（超时或已交还）：请取下一个。已保存的答案都在。")
        return queue.locked(session, case.id), None
    found = session.get(Attempt, attempt_id)
    if found is None or found.lease_id != lease_id:
        raise NotFound("no_attempt", "没有这次拨打记录：请刷新页面。")
    case = queue.locked(session, found.case_id)
    attempt = session.exec(
        select(Attempt).where(Attempt.id == attempt_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    return case, attempt


def _not_held(session: Session, case: Case, attempt: Attempt | None, *, lease_id: str, outcome: str, user_id: int) -> Finish:
    assert case.id is not None  # noqa: S101  # a stored row
    if attempt is not None and attempt.outcome == outcome and attempt.operator_id == user_id:
        last = responses.latest_disposition(session, case.id)
        return Finish("again", case.id, outcome, code=last.code if last else None)
    evidence = {"lease": lease_id, "attempt": attempt.id if attempt else None, "outcome": outcome}
    record(session, user_id, "late_result", "case", case.id, detail=evidence)
    return Finish("late", case.id, outcome)


def _wish(session: Session, case: Case, outcome: str, detail: Mapping[str, Any]) -> Wish | None:
    asked = detail.get("appointment")
    if not asked or outcome not in {"appointment_hard", "appointment_soft", "broken_off"}:
        if outcome in {"appointment_hard", "appointment_soft"}:
            raise InvalidInput("appointment_missing", "请填写预约时间。")
        return None
    plan = queue_queries.plan_of_case(session, case)
    kind = {"appointment_hard": "hard", "appointment_soft": "soft"}.get(outcome)
    return read_wish({**asked, **({"kind": kind} if kind else {})}, clock.now(), plan.hours, plan.window[1] if plan.window else None)


def _check(session: Session, case: Case, attempt: Attempt | None, outcome: str) -> None:
    """Refuse what cannot have happened."""
    if attempt is None:
        if outcome not in WITHOUT_A_CALL:
            raise InvalidInput("outcome_needs_call", "还没有拨打，不能登记这个结果：请先拨打，或交还个案。")
        return
    if attempt.carrier_failure is not None and outcome != "carrier_failure":
        raise Refused("call_not_placed", "这次没有拨通线路，只能登记“线路故障”或重新拨打。")
    if outcome in REACHED and attempt.state in UNANSWERED and attempt.answered_at is None:
        raise Refused("not_answered", "这个电话没有人接听，不能登记有人应答的结果：请从列出的结果中选择。")
    if outcome in {"complete", "partial"}:
        _check_interview(session, case, outcome)


def _check_interview(session: Session, case: Case, outcome: str) -> None:
    assert case.id is not None  # noqa: S101  # a stored row
    interview = interview_queries.current(session, case.id)
    share = interview_queries.completeness(session, interview.id) if interview and interview.id else 0.0
    bounds = limits(queue_queries.study_settings(session, case.study_id))
    if share < (bounds.complete if outcome == "complete" else bounds.partial):
        text = "核心问题只回答了 {share} %，还不能登记为“{outcome}”：请继续访问，或登记为中断。"
        raise Refused("interview_incomplete", text, share=round(100 * share), outcome="完成" if outcome == "complete" else "部分完成")


def _keep_outcome(session: Session, case: Case, attempt: Attempt, heard: Heard) -> None:
    assert case.id is not None  # noqa: S101  # a stored row
    interview = interview_queries.current(session, case.id)
    detail = {name: value for name, value in heard.detail.items() if name != "note"}
    if interview is not None and interview.id is not None:
        detail["completeness"] = round(interview_queries.completeness(session, interview.id), 4)
    attempt.outcome, attempt.outcome_at, attempt.outcome_detail = heard.outcome, clock.now(), detail
    attempt.note = str(heard.detail.get("note") or attempt.note)[:2000]
    session.add(attempt)
    session.flush()
