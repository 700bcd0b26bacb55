"""A study's own hours and exceptions, changed on a page: in force at once, and over what its folder says until they are taken back."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.operations.actions import notify, record
from callcenter.studies.actions.stops import tell_operators
from callcenter.studies.own_hours import WORDS, contradictions
from callcenter.studies.tables import Study, StudyHours


def set_study_hours(
    session: Session, study_id: int, calling: Mapping[str, Any], *, reason: str, user_id: int | None, seen: int = 0
) -> StudyHours:
    """Let a study have these hours from now on; `seen` is the row that the page showed (0: none), so that nobody's change is lost."""
    study = _held(session, study_id)
    standing = _standing(session, study_id)
    if ((standing.id if standing else 0) or 0) != seen:
        raise Conflict("hours_changed_meanwhile", "别人刚刚改过这项调查的时段：请看过现在的时段再改。")
    for contradiction in contradictions(calling, int(study.settings.get("interview_minutes", 8))):
        raise contradiction
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明原因。")
    now_said = study.settings.get("calling") or {}
    given = {word: calling[word] for word in WORDS if word in calling}
    if standing is not None and standing.calling == given:
        raise Conflict("hours_unchanged", "时段没有改变。")
    of_folder = standing.of_folder if standing else {word: now_said[word] for word in WORDS if word in now_said}
    if standing is not None:
        _end(session, standing, user_id)
    said = StudyHours(
        study_id=study_id, calling=given, of_folder=of_folder, reason=reason.strip()[:300], set_at=clock.now(), set_by=user_id
    )
    session.add(said)
    _apply(session, study, given)
    record(session, user_id, "study_hours_set", "study", study_id, detail={"calling": given}, reason=said.reason)
    return said


def end_study_hours(session: Session, study_id: int, reason: str, user_id: int | None) -> None:
    """Take back the page's hours: those of the study's folder count again."""
    study, standing = _held(session, study_id), _standing(session, study_id)
    if not reason.strip():
        raise InvalidInput("reason_missing", "请写明原因。")
    if standing is None:
        raise NotFound("no_study_hours", "这项调查没有在页面上改过时段，没有可以撤销的。")
    _end(session, standing, user_id)
    _apply(session, study, standing.of_folder)
    record(session, user_id, "study_hours_ended", "study", study_id, reason=reason.strip()[:300])


def keep_hours(session: Session, study: Study) -> None:
    """After a folder was loaded anew: what was said on the page still counts, over what the folder says now."""
    standing = _standing(session, study.id or 0)
    if standing is not None:
        calling = study.settings.get("calling") or {}
        standing.of_folder = {word: calling[word] for word in WORDS if word in calling}
        session.add(standing)
        _apply(session, study, standing.calling)


def _apply(session: Session, study: Study, calling: Mapping[str, Any]) -> None:
    others = {word: value for word, value in (study.settings.get("calling") or {}).items() if word not in WORDS}
    study.settings = {**study.settings, "calling": {**others, **calling}}
    session.add(study)
    session.flush()
    tell_operators(session, "hours")
    notify(session, f"board_{study.id}")


def _held(session: Session, study_id: int) -> Study:
    study = session.exec(
        select(Study).where(Study.id == study_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).first()
    if study is None:
        raise NotFound("no_study", "没有这项研究，请从首页重新选择。")
    return study


def _standing(session: Session, study_id: int) -> StudyHours | None:
    return session.exec(select(StudyHours).where(StudyHours.study_id == study_id, col(StudyHours.ended_at).is_(None))).first()


def _end(session: Session, standing: StudyHours, user_id: int | None) -> None:
    standing.ended_at, standing.ended_by = clock.now(), user_id
    session.add(standing)
    session.flush()
