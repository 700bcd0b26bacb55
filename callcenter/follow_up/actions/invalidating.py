"""Valid samples taken out by hand: a coded reason, two persons, and neither has seen the answers."""

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.follow_up.actions.rechecking import take_out
from callcenter.operations.actions import notify, record
from callcenter.responses import queries
from callcenter.responses.tables import Invalidation

REASONS = (
    "not_interviewed",
    "wrong_enterprise",
    "matter_not_confirmed",
    "contradiction",
    "outside_window",
    "answered_for_them",
    "trial_call",
)
"""Why a valid sample may be taken out. That it disagrees with a list, an order or a promise is a finding, never a reason."""


def propose_invalidation(session: Session, case_id: int, reason: str, *, note: str, user_id: int) -> Invalidation:
    """Say that a valid sample should not count, and by which of the stated reasons; somebody else decides."""
    if reason not in REASONS:
        raise InvalidInput("reason_unknown", "请从列出的理由中选择。")
    queue.locked(session, case_id)
    verdict = queries.latest_verdict(session, case_id)
    if verdict is None or not verdict.valid:
        raise Refused("not_valid_anyway", "个案 {case} 没有有效样本，无需判定无效。", case=case_id)
    _refuse_reader(session, case_id, user_id)
    if session.exec(select(Invalidation.id).where(Invalidation.case_id == case_id, col(Invalidation.decided_at).is_(None))).first():
        raise Conflict("already_proposed", "这个个案已有一条待定的提议：请刷新页面。")
    row = Invalidation(case_id=case_id, reason=reason, note=note.strip()[:500], proposed_at=clock.now(), proposed_by=user_id)
    session.add(row)
    session.flush()
    record(session, user_id, "invalidation_proposed", "case", case_id, detail={"why": reason})
    return row


def decide_invalidation(session: Session, invalidation_id: int, *, agree: bool, user_id: int) -> Invalidation:
    """The second person's word. Agreed, the sample counts no more and its stratum is short of one again."""
    row = session.get(Invalidation, invalidation_id)
    if row is None:
        raise NotFound("no_invalidation", "没有这条提议：请刷新页面。")
    case = queue.locked(session, row.case_id)
    session.refresh(row, with_for_update={"key_share": True})
    if row.decided_at is not None:
        raise Conflict("already_decided", "这条提议已经有了决定：请刷新页面。")
    if row.proposed_by == user_id:
        raise Refused("needs_two", "判定无效要两个人：提议人自己不能决定。")
    _refuse_reader(session, row.case_id, user_id)
    row.decided_at, row.decided_by, row.agreed = clock.now(), user_id, agree
    session.add(row)
    record(session, user_id, "invalidation_decided", "case", row.case_id, detail={"why": row.reason, "accepted": agree})
    if agree:
        take_out(session, row.case_id, row.reason, user_id)
        notify(session, f"board_{case.study_id}")
    session.flush()
    return row


def _refuse_reader(session: Session, case_id: int, user_id: int) -> None:
    """Whoever has read the answers could take out those that do not please."""
    read = session.execute(text(READ), {"case": str(case_id), "user": user_id}).first()
    if read is not None:
        raise Refused("has_read_answers", "您查看过这份访问的回答，不能参与判定：请由没有看过的人来做。")


READ = """
SELECT 1 FROM audit_trail WHERE subject_kind = 'case' AND subject_id = :case AND actor_id = :user AND action = 'answers_shown' LIMIT 1
"""
