"""Writes of the room: questionnaires loaded, checked and released; a released version never changes."""

import hashlib
import json
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from callcenter import clock
from callcenter.errors import InvalidInput, NotFound
from callcenter.operations.actions import record
from callcenter.questionnaire.checks import check, errors
from callcenter.questionnaire.documents import read_document
from callcenter.questionnaire.problems import QuestionnaireProblems
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.tables import Questionnaire
from callcenter.studies import queries as studies


def load(session: Session, study_id: int, folder: Path, *, user_id: int | None = None) -> list[Questionnaire]:
    """The questionnaires that study.yaml names, each checked and released; changed content becomes a new version."""
    named = studies.study(session, study_id).settings.get("questionnaires") or []
    items = frozenset(item.number for stage in studies.stages(session, study_id) for item in studies.items(session, stage.id or 0))
    return [_loaded(session, study_id, folder / str(entry["file"]), items, user_id) for entry in named]


def read_file(path: Path) -> dict[str, Any]:
    """The document of a questionnaire, workbook or YAML."""
    if not path.is_file():
        raise NotFound("no_questionnaire_file", "没有问卷文件 {file}，请检查 study.yaml 中的 questionnaires 或文件名。", file=path.name)
    document = read_document(path.name, path.read_bytes())
    if not isinstance(document, dict):
        raise InvalidInput("questionnaire_empty", "问卷文件 {file} 里没有 survey、choices、settings。", file=path.name)
    return document


def _loaded(session: Session, study_id: int, path: Path, items: frozenset[int], user_id: int | None) -> Questionnaire:
    document, name = read_file(path), path.stem
    refused = errors(check(document, items=items))
    if refused:
        about = {"file": path.name, "count": len(refused), "problems": str(QuestionnaireProblems(refused))}
        raise InvalidInput("questionnaire_problems", "问卷 {file} 有 {count} 处错误，不能发布：\n{problems}", **about)
    digest = hashlib.sha256(json.dumps(document, ensure_ascii=False, default=str).encode()).hexdigest()
    mine = (Questionnaire.study_id == study_id, Questionnaire.name == name)
    found = session.exec(select(Questionnaire).where(*mine, Questionnaire.sha256 == digest)).first()
    ordered = (
        select(Questionnaire).where(*mine).order_by(col(Questionnaire.released_at).desc().nulls_last(), col(Questionnaire.version).desc())
    )
    newest = session.exec(ordered).first()
    if found is not None and newest is not None and found.id == newest.id:
        return found
    if found is None:
        version = (session.exec(select(func.max(Questionnaire.version)).where(*mine)).one() or 0) + 1
        title = read_questionnaire(document).definition.title or name
        found = Questionnaire(
            study_id=study_id,
            name=name,
            version=version,
            title=title,
            sha256=digest,
            definition=json.loads(json.dumps(document, ensure_ascii=False, default=str)),
            loaded_at=clock.now(),
        )
    return _released(session, found, user_id)


def _released(session: Session, questionnaire: Questionnaire, user_id: int | None) -> Questionnaire:
    """The version becomes the one that new interviews use."""
    questionnaire.released_at, questionnaire.released_by = clock.now(), user_id
    session.add(questionnaire)
    session.flush()
    detail = {"name": questionnaire.name, "version": questionnaire.version, "sha256": questionnaire.sha256}
    record(session, user_id, "release_questionnaire", "questionnaire", questionnaire.id, detail=detail)
    return questionnaire
