"""Writes of the room: questionnaires loaded, checked and released; a released version never changes."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.operations.actions import record
from callcenter.questionnaire.checks import check, errors
from callcenter.questionnaire.documents import read_document
from callcenter.questionnaire.problems import QuestionnaireProblems
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.screening import names_looked_at
from callcenter.questionnaire.tables import Questionnaire
from callcenter.studies import queries as studies

_DEFINITION = cast("QueryableAttribute[Any]", Questionnaire.definition)


class _File(NamedTuple):
    """A questionnaire's file as parsed; nobody changes the document."""

    name: str
    document: Any
    text: str
    title: str


def load(session: Session, study_id: int, folder: Path, *, user_id: int | None = None) -> list[Questionnaire]:
    """The questionnaires that study.yaml names, each checked and released; changed content becomes a new version."""
    named = studies.study(session, study_id).settings.get("questionnaires") or []
    items = items_of(session, study_id)
    versions = _versions(session, study_id)
    loaded = []
    for entry in named:
        file = _proved(folder / str(entry["file"]), items)
        mine = versions.get(file.name, [])
        found = _version(study_id, file, mine)
        loaded.append(found if found.released_at and mine and found is mine[-1] else _released(session, found, user_id))
    return loaded


def keep_draft(session: Session, study_id: int, name: str, file_name: str, data: bytes, *, user_id: int) -> Questionnaire:
    """A file kept as the next version of a questionnaire, to be looked at before it is released; known content stays the version it is."""
    parsed = _parsed(file_name, data)
    if not isinstance(parsed.document, dict) or not isinstance(parsed.document.get("survey"), list):
        raise InvalidInput("questionnaire_empty", "问卷文件 {file} 里没有 survey、choices、settings。", file=file_name)
    if name not in {Path(str(entry["file"])).stem for entry in studies.study(session, study_id).settings.get("questionnaires") or []}:
        raise NotFound("no_such_questionnaire", "study.yaml 没有写问卷“{name}”：请选择列出的问卷。", name=name)
    session.exec(
        select(Questionnaire.id).where(Questionnaire.study_id == study_id, Questionnaire.name == name).with_for_update(key_share=True)
    ).all()
    made = _version(study_id, parsed._replace(name=name), _versions(session, study_id).get(name, []))
    if made.id is None:
        session.add(made)
        session.flush()
        record(session, user_id, "questionnaire_draft_kept", "questionnaire", made.id, detail=_about(made))
    return made


def release(session: Session, questionnaire_id: int, *, user_id: int) -> Questionnaire:
    """Release a version for new interviews; InvalidInput lists its errors where it has any."""
    found = session.get(Questionnaire, questionnaire_id, with_for_update={"key_share": True})
    if found is None:
        raise NotFound("no_questionnaire", "没有这份问卷，请重新选择。")
    refused = errors(check(found.definition, items=items_of(session, found.study_id)))
    if refused:
        about = {"file": found.title, "count": len(refused), "problems": QuestionnaireProblems(refused).told}
        raise InvalidInput("questionnaire_problems", "问卷 {file} 有 {count} 处错误，不能发布：\n{problems}", **about)
    return _released(session, found, user_id)


def discard_draft(session: Session, questionnaire_id: int, *, user_id: int) -> Questionnaire:
    """Take a draft away; a released version stays for ever."""
    found = session.get(Questionnaire, questionnaire_id, with_for_update={"key_share": True})
    if found is None:
        raise NotFound("no_questionnaire", "没有这份问卷，请重新选择。")
    if found.released_at is not None:
        raise Refused(
            "questionnaire_released", "问卷“{title}”第 {version} 版已经发布，不能删除。", title=found.title, version=found.version
        )
    record(session, user_id, "questionnaire_draft_removed", "questionnaire", found.id, detail=_about(found))
    session.delete(found)
    session.flush()
    return found


def items_of(session: Session, study_id: int) -> frozenset[int]:
    """The numbers of the checklist items that questions may name."""
    return frozenset(item.number for stage in studies.stages(session, study_id) for item in studies.items(session, stage.id or 0))


def screening_of(session: Session, study_id: int) -> tuple[str, ...]:
    """The names of the screening questions that the study looks at."""
    return names_looked_at(studies.study(session, study_id).settings)


def _about(questionnaire: Questionnaire) -> dict[str, Any]:
    return {"name": questionnaire.name, "version": questionnaire.version, "sha256": questionnaire.sha256}


def _proved(path: Path, items: frozenset[int]) -> _File:
    """The questionnaire, workbook or YAML, once nothing is wrong with it."""
    if not path.is_file():
        raise NotFound("no_questionnaire_file", "没有问卷文件 {file}，请检查 study.yaml 中的 questionnaires 或文件名。", file=path.name)
    file = _parsed(path.name, path.read_bytes())
    if not isinstance(file.document, dict):
        raise InvalidInput("questionnaire_empty", "问卷文件 {file} 里没有 survey、choices、settings。", file=path.name)
    refused = errors(check(file.document, items=items))
    if refused:
        about = {"file": path.name, "count": len(refused), "problems": QuestionnaireProblems(refused).told}
        raise InvalidInput("questionnaire_problems", "问卷 {file} 有 {count} 处错误，不能发布：\n{problems}", **about)
    return file


@lru_cache(maxsize=64)
def _parsed(name: str, data: bytes) -> _File:
    """The same bytes are parsed once a process."""
    document, stem = read_document(name, data), Path(name).stem
    title = read_questionnaire(document).definition.title
    return _File(stem, document, json.dumps(document, ensure_ascii=False, default=str), title or stem)


def _versions(session: Session, study_id: int) -> dict[str, list[Questionnaire]]:
    """The versions of each questionnaire that is there, their documents left in the database; the one in use last."""
    ordered = select(Questionnaire).where(Questionnaire.study_id == study_id).options(defer(_DEFINITION))
    ordered = ordered.order_by(col(Questionnaire.released_at).nulls_first(), col(Questionnaire.version))
    found: dict[str, list[Questionnaire]] = {}
    for each in session.exec(ordered):
        found.setdefault(each.name, []).append(each)
    return found


def _version(study_id: int, file: _File, versions: list[Questionnaire]) -> Questionnaire:
    """The version with that content: one that is there, else a new one."""
    digest = hashlib.sha256(file.text.encode()).hexdigest()
    known = next((each for each in reversed(versions) if each.sha256 == digest), None)
    return known or Questionnaire(
        study_id=study_id,
        name=file.name,
        version=max((each.version for each in versions), default=0) + 1,
        title=file.title,
        sha256=digest,
        definition=json.loads(file.text),
        loaded_at=clock.now(),
    )


def _released(session: Session, questionnaire: Questionnaire, user_id: int | None) -> Questionnaire:
    """The version becomes the one that new interviews use."""
    questionnaire.released_at, questionnaire.released_by = clock.now(), user_id
    session.add(questionnaire)
    session.flush()
    record(session, user_id, "release_questionnaire", "questionnaire", questionnaire.id, detail=_about(questionnaire))
    return questionnaire
