"""Writes of conclusions: one person writes, a second confirms; and a stage that is frozen."""

from typing import Any

from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound
from callcenter.exports.stage import CONCLUSIONS, checksum
from callcenter.exports.tables import Conclusion, StageFreeze
from callcenter.operations.actions import queue_job, record
from callcenter.studies.tables import ChecklistItem

JOB = "stage_documents"


def conclude(
    session: Session, item_id: int, user_id: int, *, conclusion: str, reason: str, evidence: str, score: float | None
) -> Conclusion:
    """Write a conclusion with its reason: a new version, to be confirmed by somebody else."""
    if conclusion not in CONCLUSIONS:
        raise InvalidInput("no_conclusion", "请选一个结论。")
    if not reason.strip():
        raise InvalidInput("no_reason", "请写明理由：结论要经得起复核。")
    session.get(ChecklistItem, item_id, with_for_update={"key_share": True})  # two at once: the second sees what the first has written
    last, told = _latest(session, item_id), (conclusion, reason.strip(), evidence.strip(), score)
    if last is not None and not last.confirmed_by and last.written_by == user_id and _told(last) == told:
        return last
    made = Conclusion(
        item_id=item_id,
        version=last.version + 1 if last else 1,
        conclusion=conclusion,
        reason=reason.strip(),
        evidence=evidence.strip(),
        score=score,
        written_at=clock.now(),
        written_by=user_id,
    )
    session.add(made)
    session.flush()
    record(session, user_id, "conclusion_written", "item", item_id, detail={"version": made.version, "conclusion": conclusion})
    return made


def confirm(session: Session, item_id: int, user_id: int, version: int) -> Conclusion:
    """Sign a conclusion that somebody else wrote."""
    last = _latest(session, item_id)
    if last is None:
        raise NotFound("no_conclusion_yet", "这项任务还没有结论可签。")
    if last.version != version or last.confirmed_by:
        raise Conflict("conclusion_moved_on", "结论在您查看之后有了变化：请看过新的一版再签字。")
    if last.written_by == user_id:
        raise Forbidden("two_persons", "第二个签字必须由另一位评估人员完成。")
    last.confirmed_by, last.confirmed_at = user_id, clock.now()
    session.add(last)
    record(session, user_id, "conclusion_confirmed", "item", item_id, detail={"version": version})
    return last


def _told(one: Conclusion) -> tuple[str, str, str, float | None]:
    return one.conclusion, one.reason, one.evidence, one.score


def _latest(session: Session, item_id: int) -> Conclusion | None:
    newest = select(Conclusion).where(Conclusion.item_id == item_id).order_by(col(Conclusion.version).desc()).limit(1)
    return session.exec(newest.with_for_update(key_share=True)).first()


def freeze_stage(session: Session, stage_id: int, user_id: int | None, reason: str, state: dict[str, Any]) -> StageFreeze:
    """Keep how a stage stands, under a checksum."""
    made = StageFreeze(stage_id=stage_id, at=clock.now(), by=user_id, reason=reason, checksum=checksum(state), state=state)
    session.add(made)
    session.flush()
    record(session, user_id, "stage_frozen", "stage", stage_id, detail={"checksum": made.checksum}, reason=reason)
    return made


def queue_documents(session: Session, stage_id: int, user_id: int, freeze: str = "") -> int:
    """Ask a worker for detail table and report, of the stage frozen for the reason `freeze` where one is given."""
    return queue_job(session, JOB, {"stage_id": stage_id, "user_id": user_id, "freeze": freeze}, user_id)
