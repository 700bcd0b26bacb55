"""Reads of open answers: what was said in words, the code frame, and who gave which codes when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.estimates.codes import Progress, coded_question
from callcenter.estimates.queries.released import GivenAnswer, Released
from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import QuestionTable, question_table
from callcenter.estimates.tables import AnswerCode

IN_WORDS = """
SELECT l.case_id, l.question, l.instance, l.value #>> '{}' AS said, l.version, l.answered_at, l.asked_in, l.district,
    nullif(k.codes, '{}') AS codes, k.at, k.by, coalesce(k.version <> l.version OR k.at < l.answered_at, false) AS stale
FROM (
    SELECT DISTINCT ON (i.case_id, a.question, a.instance) i.case_id, c.district, a.question, a.instance, a.value, a.version,
        a.answered_at, a.asked_in, a.set_aside
    FROM releases r JOIN cases c ON c.release_id = r.id JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
    JOIN answers a ON a.interview_id = i.id AND a.question = ANY(%(questions)s)
    WHERE r.draw_id = %(draw)s AND c.id > %(after)s AND c.id <= %(upto)s
    ORDER BY i.case_id, a.question, a.instance, i.id DESC, a.version DESC
) l LEFT JOIN LATERAL (
    SELECT codes, at, by, version FROM codings k WHERE k.case_id = l.case_id AND k.question = l.question AND k.instance = l.instance
    ORDER BY k.id DESC LIMIT 1
) k ON true
WHERE NOT l.set_aside AND jsonb_typeof(l.value) IN ('string', 'number') AND btrim(l.value #>> '{}') <> ''
"""  # nothing from outside
"""Answers in words (of cases after one up to another) with their newest coding; `stale`: the answer was changed since."""
COUNTS = "w.codes IS NOT NULL AND NOT w.stale"
"""Whether an answer is coded as it stands; one saved without any code is not."""
LAST = 2**62
"""Above every id."""

ANSWERS = f"""
SELECT w.case_id, w.instance, w.said, w.version, w.district, w.codes, w.at, u.name, w.stale
FROM ({IN_WORDS}) w LEFT JOIN users u ON u.id = w.by ORDER BY w.case_id, w.instance
"""  # nothing from outside

PROGRESS = f"""
SELECT w.question, count(*), count(*) FILTER (WHERE {COUNTS}) FROM ({IN_WORDS}) w
WHERE (SELECT valid FROM validity_verdicts v WHERE v.case_id = w.case_id ORDER BY v.id DESC LIMIT 1)
    AND (SELECT category FROM dispositions d WHERE d.case_id = w.case_id ORDER BY d.id DESC LIMIT 1) = 'I'
GROUP BY w.question
"""  # nothing from outside

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

    @property
    def counted(self) -> list[str] | None:
        """The codes that the answer has as it now stands."""
        return None if self.stale else self.codes


@dataclass(frozen=True)
class OpenQuestion:
    """A question answered in words, with its code frame and all its answers."""

    coded: Question
    """The question of several choices that the codes make, as packages have it."""
    frame: list[AnswerCode]
    answers: list[CodedAnswer]
    of: Respondents
    """Who responded, with the codes as answers to `coded`."""

    @cached_property
    def progress(self) -> Progress:
        """How far the coding of the valid cases' answers is."""
        valid = {case.id for case, counts in zip(self.of.cases, self.of.valid, strict=True) if counts}
        mine = [each for each in self.answers if each.case_id in valid]
        return Progress(len(mine), sum(each.counted is not None for each in mine))

    @cached_property
    def table(self) -> QuestionTable | None:
        """The weighted shares of the codes, once all answers of valid cases are coded."""
        return question_table(self.of, self.coded) if self.progress.complete else None


def open_question(session: Session, study_id: int, data: Released, question: Question) -> OpenQuestion:
    """A question in words with how it was coded; `data` are the released cases."""
    frame = code_frame(session, study_id, question.name)
    answers = coded_answers(session, data.draw_id, question.name)
    coded = coded_question(question, frame, [each.name for each in data.questions])
    given = [GivenAnswer(each.case_id, coded.name, each.instance, each.counted, None) for each in answers]
    return OpenQuestion(coded, frame, answers, data.respondents.with_answers(given))


def coded_answers(session: Session, draw_id: int, question: str) -> list[CodedAnswer]:
    """The answers to a question in words, in the order of cases."""
    return [CodedAnswer(*row) for row in _rows(session, ANSWERS, draw_id, [question])]


def coding_progress(session: Session, draw_id: int, questions: Sequence[str]) -> dict[str, Progress]:
    """How far the answers to each question are coded; a question that nobody answered in words is left out."""
    rows = _rows(session, PROGRESS, draw_id, questions) if questions else []
    return {row[0]: Progress(row[1], row[2]) for row in rows}


def _rows(session: Session, sql: str, draw_id: int, questions: Sequence[str]) -> list[tuple[Any, ...]]:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(sql, {"draw": draw_id, "questions": list(questions), "after": 0, "upto": LAST})
        return list(cursor)


def code_frame(session: Session, study_id: int, question: str) -> list[AnswerCode]:
    """The codes of a question, retired ones too, as they were made."""
    return code_frames(session, study_id).get(question, [])


def code_frames(session: Session, study_id: int) -> dict[str, list[AnswerCode]]:
    """The code frame of every question of a study that has one."""
    found: dict[str, list[AnswerCode]] = {}
    for code in session.exec(select(AnswerCode).where(AnswerCode.study_id == study_id).order_by(col(AnswerCode.id))):
        found.setdefault(code.question, []).append(code)
    return found


def history(session: Session, case_id: int, question: str, instance: str = "") -> list[dict[str, Any]]:
    """Every coding of an answer, the newest first."""
    given = {"case": case_id, "question": question, "instance": instance}
    return [dict(row) for row in session.connection().execute(text(HISTORY), given).mappings()]
