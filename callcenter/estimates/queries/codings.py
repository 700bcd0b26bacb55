"""Reads of open answers: what was said in words, the code frame, and who gave which codes when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.estimates.tables import AnswerCode

ANSWERS = """
WITH latest AS (
    SELECT DISTINCT ON (i.case_id, a.instance) i.case_id, a.instance, a.value, a.version, a.set_aside, c.district, c.unit_key
    FROM cases c JOIN releases r ON r.id = c.release_id JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
    JOIN answers a ON a.interview_id = i.id AND a.question = :question
    WHERE r.draw_id = :draw
    ORDER BY i.case_id, a.instance, i.id DESC, a.version DESC
), coded AS (
    SELECT DISTINCT ON (case_id, instance) case_id, instance, codes, at, by, version
    FROM codings WHERE question = :question ORDER BY case_id, instance, id DESC
)
SELECT l.case_id, l.instance, l.value #>> '{}' AS said, l.version, l.district, k.codes, k.at, u.name AS by,
    k.version IS DISTINCT FROM l.version AS stale
FROM latest l LEFT JOIN coded k ON k.case_id = l.case_id AND k.instance = l.instance LEFT JOIN users u ON u.id = k.by
WHERE NOT l.set_aside AND jsonb_typeof(l.value) = 'string' AND btrim(l.value #>> '{}') <> ''
ORDER BY k.codes IS NOT NULL, l.case_id, l.instance
"""

HISTORY = """
SELECT k.at, u.name AS by, k.codes, k.version FROM codings k LEFT JOIN users u ON u.id = k.by
WHERE k.case_id = :case AND k.question = :question AND k.instance = :instance ORDER BY k.id DESC
"""


@dataclass(frozen=True)
class CodedAnswer:
    """What a case said in words, and its codes where it was coded; `stale`: the answer was changed since."""

    case_id: int
    instance: str
    said: str
    version: int
    district: str
    codes: list[str] | None
    at: datetime | None
    by: str | None
    stale: bool


def coded_answers(session: Session, draw_id: int, question: str) -> list[CodedAnswer]:
    """The answers to a question in words, those without codes first."""
    rows = session.connection().execute(text(ANSWERS), {"draw": draw_id, "question": question}).mappings()
    return [CodedAnswer(**row) for row in rows]


def code_frame(session: Session, study_id: int, question: str) -> list[AnswerCode]:
    """The codes of a question, retired ones too, as they were made."""
    of_question = select(AnswerCode).where(AnswerCode.study_id == study_id, AnswerCode.question == question)
    return list(session.exec(of_question.order_by(col(AnswerCode.id))))


def history(session: Session, case_id: int, question: str, instance: str = "") -> list[dict[str, Any]]:
    """Every coding of an answer, the newest first."""
    given = {"case": case_id, "question": question, "instance": instance}
    return [dict(row) for row in session.connection().execute(text(HISTORY), given).mappings()]
