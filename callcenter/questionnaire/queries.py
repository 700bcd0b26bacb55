"""Reads of the room: versions and their definitions."""

from threading import Lock
from typing import Any

from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.tables import Questionnaire

_READ: dict[str, tuple[dict[str, Any], Definition]] = {}
"""Documents and their definitions by hash: only a saving of time, so a document that differs is read again."""
_READING = Lock()
"""One reads and the others wait for it: fifty operators who are back after a restart do not read the same document fifty times."""
MOST_KEPT = 200
HASH_LENGTH = 64
"""Of a SHA-256: what is no hash names no document."""


def questionnaire(session: Session, questionnaire_id: int) -> Questionnaire:
    """The version with that id."""
    found = session.get(Questionnaire, questionnaire_id)
    if found is None:
        raise NotFound("no_questionnaire", "没有这份问卷，请重新选择。")
    return found


def released(session: Session, study_id: int, name: str) -> Questionnaire:
    """The version that new cases use."""
    mine = (Questionnaire.study_id == study_id, Questionnaire.name == name, col(Questionnaire.released_at).is_not(None))
    newest = select(Questionnaire).where(*mine).order_by(col(Questionnaire.released_at).desc(), col(Questionnaire.version).desc())
    found = session.exec(newest).first()
    if found is None:
        raise NotFound("no_released_questionnaire", "问卷“{name}”还没有发布，请先检查并载入研究。", name=name)
    return found


def newest_of(session: Session, questionnaire_id: int) -> int:
    """The version of the same questionnaire that was released last; itself where none was."""
    known = select(Questionnaire.study_id, Questionnaire.name).where(Questionnaire.id == questionnaire_id).subquery()
    same = (Questionnaire.study_id == known.c.study_id, Questionnaire.name == known.c.name, col(Questionnaire.released_at).is_not(None))
    newest = select(Questionnaire.id).where(*same).order_by(col(Questionnaire.released_at).desc(), col(Questionnaire.version).desc())
    return session.exec(newest).first() or questionnaire_id


def versions(session: Session, study_id: int) -> list[Questionnaire]:
    """All versions of a study's questionnaires, by name, newest first."""
    ordered = select(Questionnaire).where(Questionnaire.study_id == study_id)
    return list(session.exec(ordered.order_by(Questionnaire.name, col(Questionnaire.version).desc())))


def definition(session: Session, questionnaire_id: int, sha256: str = "") -> Definition:
    """The definition of a version, ready to be routed. Who knows its hash already spares the reading of the document."""
    if len(sha256) == HASH_LENGTH and sha256 in _READ:
        return _READ[sha256][1]
    version = questionnaire(session, questionnaire_id)
    with _READING:
        document, read = _READ.get(version.sha256, (None, None))
        if read is None or document != version.definition:
            while len(_READ) >= MOST_KEPT:
                _READ.pop(next(iter(_READ)), None)
            read = read_questionnaire(version.definition).definition
            _READ[version.sha256] = (version.definition, read)
    return read


def in_use(session: Session, study_id: int) -> list[Questionnaire]:
    """The version of each questionnaire that new cases use, by name."""
    ordered = (col(Questionnaire.name), col(Questionnaire.released_at).desc(), col(Questionnaire.version).desc())
    mine = (Questionnaire.study_id == study_id, col(Questionnaire.released_at).is_not(None))
    newest: dict[str, Questionnaire] = {}
    for each in session.exec(select(Questionnaire).where(*mine).order_by(*ordered)):
        newest.setdefault(each.name, each)
    return list(newest.values())


def replaced(session: Session, questionnaire_id: int) -> Questionnaire | None:
    """The version in use that a release of this one would replace; none where it is in use itself, or none is."""
    version = questionnaire(session, questionnaire_id)
    used = next((each for each in in_use(session, version.study_id) if each.name == version.name), None)
    return used if used is not None and used.id != version.id else None
