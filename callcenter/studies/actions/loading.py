"""Writes of the room: load a study folder, extend a phase."""

import hashlib
import secrets
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, delete, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.operations.actions import record
from callcenter.studies.actions.hours import keep_hours
from callcenter.studies.content import ItemContent, PopulationContent, StageContent, StandardContent, StudyContent, TopicContent
from callcenter.studies.phases import PhaseSpan, for_trial
from callcenter.studies.problems import FolderProblems
from callcenter.studies.reading import read_study
from callcenter.studies.settings_check import TRIAL_NOTICE
from callcenter.studies.settings_check import for_trial as settings_for_trial
from callcenter.studies.tables import CalendarDay, ChecklistItem, DeclaredStandard, Phase, PhaseExtension, Population, Stage, Study, Topic
from callcenter.studies.units import unit_names
from callcenter.studies.work_calendar import FIRST_YEAR, LAST_YEAR

MOST_BYTES = 5_000_000


def load(session: Session, folder: Path, *, trial_from: date | None = None, user_id: int | None = None) -> Study:
    """The study of `folder`, added or brought up to date; loading the same folder again changes nothing.

    With `trial_from` it becomes a demo study: fieldwork open from that day for 90 days, calls at any hour.
    """
    files = _files(folder)
    try:
        content = read_study(files)
    except FolderProblems as bad:
        raise InvalidInput(
            "study_folder",
            "研究文件夹有 {count} 处不能使用：\n{problems}",
            count=len(bad.problems),
            problems=str(bad),
        ) from bad
    study = _study(session, content, _digest(files), trial_from)
    assert study.id is not None  # noqa: S101  # numbered by the flush
    _topics(session, study.id, content.topics)
    stages = {stage.name: _stage(session, study.id, stage, trial_from) for stage in content.stages}
    _standards(session, study.id, content.standards, stages)
    record(session, user_id, "load_study", "study", study.id, detail={"name": study.name, "folder_sha256": study.folder_sha256})
    session.flush()
    return study


def extend_phase(session: Session, phase_id: int, last_day: date, reason: str, user_id: int | None, *, unit: str | None = None) -> Phase:
    """Give a phase another last day, for everybody or for `unit` alone; who and why stay on record."""
    phase = session.get(Phase, phase_id, with_for_update={"key_share": True})
    if phase is None:
        raise NotFound("no_phase", "没有编号为 {phase} 的阶段活动，请用 study phase list 查看编号。", phase=phase_id)
    if last_day < phase.first_day:
        raise InvalidInput("phase_ends_early", "结束日期 {day} 早于开始日期 {first}，请改正。", day=last_day, first=phase.first_day)
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明调整日期的原因。")
    alone = _one_unit(session, phase, unit) if unit else None
    session.add(PhaseExtension(phase_id=phase_id, last_day=last_day, at=clock.now(), by=user_id, reason=reason.strip(), unit=alone))
    detail = {"from": phase.last_day.isoformat(), "to": last_day.isoformat()} | ({"unit": alone} if alone else {})
    record(session, user_id, "extend_phase", "phase", phase_id, detail=detail, reason=reason.strip())
    if alone is None:
        phase.last_day = last_day
        session.add(phase)
    session.flush()
    return phase


def _one_unit(session: Session, phase: Phase, unit: str) -> str:
    """The unit in its normal form; only lists are sent by units, so only their phase can be given to one."""
    if phase.kind != "intake":
        raise InvalidInput("phase_of_all", "“{title}”不能只为一个单位延期，请为全部单位调整。", title=phase.title)
    stage = session.get_one(Stage, phase.stage_id)
    return unit_names(session.get_one(Study, stage.study_id).settings).normal(unit)


def set_calendar_day(session: Session, day: date, kind: str, *, name: str, source: str, user_id: int | None) -> CalendarDay:
    """Say what a day is in the house's own calendar (`workday` or `day_off`), and by which notice; the earlier word stays as history."""
    if kind not in {"workday", "day_off"}:
        raise InvalidInput("no_such_day_kind", "请选择这一天是工作日还是休息日。")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput("day_out_of_calendar", "日历只登记 {first} 年至 {last} 年的日子，请检查日期。", first=FIRST_YEAR, last=LAST_YEAR)
    if not name.strip() or not source.strip():
        raise InvalidInput("day_source_missing", "请写明名称（如“国庆节调休”）和来源（如通知的文号），以便日后查对。")
    earlier = _end_day(session, day, user_id)
    if earlier is not None and (earlier.kind, earlier.name, earlier.source) == (kind, name.strip(), source.strip()):
        raise Conflict("day_unchanged", "{day} 已经这样登记过，没有改变什么。", day=day)
    said = CalendarDay(day=day, kind=kind, name=name.strip(), source=source.strip(), set_at=clock.now(), set_by=user_id)
    session.add(said)
    detail = {"kind": kind, "name": said.name, "source": said.source}
    record(session, user_id, "set_calendar_day", "calendar_day", day.isoformat(), detail=detail)
    session.flush()
    return said


def end_calendar_day(session: Session, day: date, reason: str, user_id: int | None) -> None:
    """Take back what the house's own calendar says of a day: the official calendar counts again."""
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明为什么撤销。")
    if _end_day(session, day, user_id) is None:
        raise NotFound("no_calendar_day", "{day} 没有登记过，或已经撤销。", day=day)
    record(session, user_id, "end_calendar_day", "calendar_day", day.isoformat(), reason=reason.strip())
    session.flush()


def _end_day(session: Session, day: date, user_id: int | None) -> CalendarDay | None:
    """End the current word on a day, where there is one."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext('calendar_days'))"))
    current = session.exec(select(CalendarDay).where(CalendarDay.day == day, col(CalendarDay.ended_at).is_(None))).first()
    if current is not None:
        current.ended_at, current.ended_by = clock.now(), user_id
        session.add(current)
        session.flush()
    return current


def _files(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise NotFound("no_study_folder", "没有文件夹 {folder}，请检查路径。", folder=folder)
    texts = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in {".yaml", ".csv"}:
            continue
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput("study_file_large", "文件 {file} 超过 5 MB，不像研究文件，请检查。", file=path.name)
        try:
            texts[path.name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as bad:
            raise InvalidInput("study_file_encoding", "文件 {file} 不是 UTF-8 编码，请另存为 UTF-8。", file=path.name) from bad
    return texts


def _digest(files: dict[str, str]) -> str:
    lines = "".join(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n" for name, text in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _study(session: Session, content: StudyContent, digest: str, trial_from: date | None) -> Study:
    study = session.exec(select(Study).where(Study.name == content.name).with_for_update(key_share=True)).first()
    is_demo = trial_from is not None
    if study is None:
        study = Study(name=content.name, title="", salt=secrets.token_hex(16), is_demo=is_demo, folder_sha256=digest, loaded_at=clock.now())
    elif study.is_demo != is_demo:
        raise Refused("trial_and_real", "研究 {study} 已作为{kind}载入，试用与正式不能混用，请换一个数据库。", **_kinds(study))
    study.title = f"{content.title}（{TRIAL_NOTICE}）" if is_demo else content.title
    study.settings = settings_for_trial(content.settings) if is_demo else content.settings
    study.folder_sha256, study.loaded_at = digest, clock.now()
    session.add(study)
    session.flush()
    keep_hours(session, study)
    return study


def _kinds(study: Study) -> dict[str, object]:
    return {"study": study.name, "kind": "试用" if study.is_demo else "正式研究"}


def _fill(session: Session, found: Any, values: dict[str, Any]) -> Any:
    """The row with `values`; whoever needs its id flushes."""
    for name, value in values.items():
        setattr(found, name, value)
    session.add(found)
    return found


def _topics(session: Session, study_id: int, topics: list[TopicContent]) -> None:
    known = {topic.number: topic for topic in session.exec(select(Topic).where(Topic.study_id == study_id))}
    for topic in topics:
        blank = Topic(study_id=study_id, number=topic.number, title="")
        _fill(session, known.get(topic.number) or blank, {"title": topic.title, "hotline": topic.hotline})
    session.flush()


def _stage(session: Session, study_id: int, content: StageContent, trial_from: date | None) -> int:
    """The stage with its phases, checklist and populations; its id."""
    found = session.exec(select(Stage).where(Stage.study_id == study_id, Stage.name == content.name)).first()
    values = {"title": content.title, "period_start": content.period_start, "period_end": content.period_end}
    stage = _fill(session, found or Stage(study_id=study_id, name=content.name, title=""), values)
    session.flush()
    _phases(session, stage.id, for_trial(content.phases, trial_from) if trial_from else content.phases)
    items = _items(session, stage.id, content.items)
    _populations(session, stage.id, [(items[item.number], each) for item in content.items for each in item.populations])
    return int(stage.id)


def _phases(session: Session, stage_id: int, phases: list[PhaseSpan]) -> None:
    stored = session.exec(select(Phase).where(Phase.stage_id == stage_id)).all()
    for_all = (col(PhaseExtension.phase_id).in_([phase.id for phase in stored]), col(PhaseExtension.unit).is_(None))
    extended = set(session.exec(select(PhaseExtension.phase_id).where(*for_all)))
    known = {(phase.kind, phase.title): phase for phase in stored}
    for span in phases:
        phase = known.get((span.kind, span.title)) or Phase(
            stage_id=stage_id,
            kind=span.kind,
            title=span.title,
            first_day=span.first_day,
            last_day=span.last_day,
            scheduled_last_day=span.last_day,
        )
        phase.description, phase.first_day, phase.scheduled_last_day = span.description, span.first_day, span.last_day
        if phase.id not in extended:  # an extension on record outlives a reload
            phase.last_day = span.last_day
        session.add(phase)
    session.flush()


def _items(session: Session, stage_id: int, contents: list[ItemContent]) -> dict[int, int]:
    """The stage's items with what the folder says; their ids by number."""
    known = {item.number: item for item in session.exec(select(ChecklistItem).where(ChecklistItem.stage_id == stage_id))}
    for content in contents:
        values = {
            "topic_number": content.topic_number,
            "title": content.title,
            "lead_departments": content.lead_departments,
            "responsible_units": content.responsible_units,
            "needs_list": content.needs_list,
            "needs_work_orders": content.needs_work_orders,
            "evidence_kinds": content.evidence_kinds,
        }
        blank = ChecklistItem(stage_id=stage_id, number=content.number, topic_number=0, title="")
        known[content.number] = _fill(session, known.get(content.number) or blank, values)
    session.flush()
    return {number: item.id or 0 for number, item in known.items()}


def _populations(session: Session, stage_id: int, contents: list[tuple[int, PopulationContent]]) -> None:
    known = {each.code: each for each in session.exec(select(Population).where(Population.stage_id == stage_id))}
    for item_id, content in contents:
        values = {
            "title": content.title,
            "respondents": content.respondents,
            "period_start": content.period_start,
            "period_end": content.period_end,
            "questionnaire": content.questionnaire,
            "settings": content.settings,
        }
        blank = Population(stage_id=stage_id, item_id=item_id, code=content.code, position=content.position, title="")
        _fill(session, known.get(content.code) or blank, values)
    session.flush()


def _standards(session: Session, study_id: int, standards: list[StandardContent], stages: dict[str, int]) -> None:
    session.execute(delete(DeclaredStandard).where(col(DeclaredStandard.study_id) == study_id))
    for standard in standards:
        told = {name: value for name, value in vars(standard).items() if name != "stage"}
        session.add(DeclaredStandard(study_id=study_id, stage_id=stages[standard.stage] if standard.stage else None, **told))
