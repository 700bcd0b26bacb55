"""Writes of other sources: a record opened, and what became of it; each once, with who and when."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.operations.actions import record
from callcenter.other_sources import kinds
from callcenter.other_sources.tables import OtherRecord
from callcenter.studies import queries as studies


@dataclass(frozen=True)
class Wanted:
    """A record as typed."""

    kind: str
    day: date
    subject: str
    item_number: int | None = None
    channel: str | None = None
    speaker: str | None = None
    case_id: int | None = None


def open_record(session: Session, stage_id: int, wanted: Wanted, user_id: int) -> OtherRecord:
    """Keep what came in, or what is to be done. Only opinions may be about no item; their channel is asked."""
    if wanted.kind not in kinds.KINDS:
        raise InvalidInput("kind_unknown", "请选择种类。")
    if not wanted.subject.strip():
        raise InvalidInput("subject_missing", "请写明内容。")
    if wanted.kind == kinds.OPINION and wanted.channel not in kinds.CHANNELS:
        raise InvalidInput("channel_missing", "意见要写明来自哪个渠道。")
    item = next((one for one in studies.items(session, stage_id) if one.number == wanted.item_number), None)
    if item is None and (wanted.item_number is not None or wanted.kind != kinds.OPINION):
        raise InvalidInput("item_missing", "请填写任务清单中的事项编号。")
    if wanted.case_id is not None:
        queue.case(session, wanted.case_id)
    kept = OtherRecord(
        stage_id=stage_id,
        item_id=item.id if item else None,
        case_id=wanted.case_id,
        kind=wanted.kind,
        channel=wanted.channel if wanted.kind == kinds.OPINION else None,
        speaker=wanted.speaker if wanted.kind == kinds.OPINION and wanted.speaker in kinds.SPEAKERS else None,
        day=wanted.day,
        subject=wanted.subject.strip()[:2000],
        opened_at=clock.now(),
        opened_by=user_id,
    )
    session.add(kept)
    session.flush()
    record(session, user_id, "other_record_opened", "other_record", kept.id, detail={"kind": kept.kind})
    return kept


def keep_opinion(session: Session, stage_id: int, day: date, subject: str, user_id: int) -> None:
    """Keep what a caller of our own lines left, once however often it is sent."""
    same = (
        OtherRecord.stage_id == stage_id,
        OtherRecord.channel == "survey_line",
        OtherRecord.day == day,
        OtherRecord.subject == subject[:2000],
    )
    if session.exec(select(OtherRecord.id).where(*same)).first() is None:
        open_record(session, stage_id, Wanted(kinds.OPINION, day, subject, channel="survey_line"), user_id)


def finish_record(session: Session, record_id: int, finding: str, *, handling: str, user_id: int) -> OtherRecord:
    """Say what became of it."""
    kept = session.get(OtherRecord, record_id, with_for_update={"key_share": True})
    if kept is None:
        raise NotFound("no_other_record", "没有这条记录：请刷新页面。")
    if kept.done_at is not None:
        raise Conflict("other_record_done", "这条记录已经办结：请刷新页面。")
    if finding not in kinds.findings(kept.kind):
        raise InvalidInput("finding_unknown", "请选择结论。")
    if not handling.strip():
        raise InvalidInput("handling_missing", "请写明处理情况或依据。")
    kept.finding, kept.handling, kept.done_at, kept.done_by = finding, handling.strip()[:2000], clock.now(), user_id
    session.add(kept)
    session.flush()
    record(session, user_id, "other_record_finished", "other_record", kept.id, detail={"kind": kept.kind, "outcome": finding})
    return kept
