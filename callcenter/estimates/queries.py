"""Reads of the room: the released cases of a population's latest draw with what each is worth, and the answers given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.estimates.questions import Question, questions
from callcenter.estimates.weights import Stratum

STRATA = """
SELECT s.id, s.name, s.size, s.released, s.target, s.main_size, w.id AS draw_id
FROM draws w JOIN strata s ON s.design_id = w.design_id
WHERE w.id = (SELECT id FROM draws WHERE population_id = :population AND drawn_at IS NOT NULL ORDER BY draw_no DESC LIMIT 1)
ORDER BY s.id
"""

CASES = """
SELECT c.id, s.name AS stratum, c.district, r.kind AS release, u.prn, u.unit_key, c.state, c.attempts, c.questionnaire_id,
    coalesce(x.code, '3.11') AS code, coalesce(x.category, 'UH') AS category, coalesce(v.valid, false) AS valid, v.reasons, v.flags,
    v.interview_id, i.started_at, i.ended_at, i.operator_id
FROM releases r JOIN cases c ON c.release_id = r.id JOIN strata s ON s.id = c.stratum_id JOIN draw_units u ON u.id = c.draw_unit_id
LEFT JOIN LATERAL (SELECT code, category FROM dispositions d WHERE d.case_id = c.id ORDER BY d.id DESC LIMIT 1) x ON true
LEFT JOIN LATERAL (SELECT valid, reasons, flags, interview_id FROM validity_verdicts w WHERE w.case_id = c.id ORDER BY w.id DESC LIMIT 1) v
    ON true
LEFT JOIN interviews i ON i.id = v.interview_id
WHERE r.draw_id = :draw ORDER BY c.id
"""

ANSWERS = """
SELECT DISTINCT ON (i.case_id, a.question, a.instance)
    i.case_id, i.id AS interview_id, a.question, a.instance, a.value, a.nonanswer, a.set_aside, a.version, a.answered_at
FROM cases c JOIN releases r ON r.id = c.release_id JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
JOIN answers a ON a.interview_id = i.id
WHERE r.draw_id = :draw
ORDER BY i.case_id, a.question, a.instance, i.id DESC, a.version DESC
"""


@dataclass(frozen=True)
class ReleasedCase:
    """A case and what it is worth."""

    id: int
    stratum: str
    district: str
    release: str
    prn: str
    unit_key: str
    state: str
    attempts: int
    questionnaire_id: int
    code: str
    category: str
    valid: bool
    reasons: list[str] | None
    flags: list[str] | None
    interview_id: int | None
    started_at: datetime | None
    ended_at: datetime | None
    operator_id: int | None


@dataclass(frozen=True)
class GivenAnswer:
    """The latest version of one answer that still counts."""

    case_id: int
    interview_id: int
    question: str
    instance: str
    value: Any
    nonanswer: str | None
    version: int
    answered_at: datetime


@dataclass(frozen=True)
class Released:
    """What estimates and exports are made of."""

    draw_id: int
    strata: list[Stratum]
    cases: list[ReleasedCase]
    answers: list[GivenAnswer]
    questions: list[Question]


def released(session: Session, population_id: int) -> Released | None:
    """The population's latest draw with its cases and answers; none while nothing is drawn."""
    rows = session.execute(text(STRATA), {"population": population_id}).mappings().all()
    if not rows:
        return None
    draw = {"draw": rows[0]["draw_id"]}
    cases = [ReleasedCase(**row) for row in session.execute(text(CASES), draw).mappings()]
    latest = (dict(row) for row in session.execute(text(ANSWERS), draw).mappings())
    answers = [GivenAnswer(**{k: v for k, v in row.items() if k != "set_aside"}) for row in latest if not row["set_aside"]]
    strata = [Stratum(row["name"], row["size"], row["released"]) for row in rows]
    return Released(draw["draw"], strata, cases, answers, _questions(session, cases))


def _questions(session: Session, cases: list[ReleasedCase]) -> list[Question]:
    """Questions of every version that was read, those of the newest first."""
    used = sorted({case.questionnaire_id for case in cases}, reverse=True)
    found: dict[str, Question] = {}
    for questionnaire in used:
        definition = session.execute(text("SELECT definition FROM questionnaires WHERE id = :id"), {"id": questionnaire}).scalar_one()
        for question in questions(definition):
            found.setdefault(question.name, question)
    return list(found.values())
