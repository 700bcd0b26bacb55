"""Reads for the panel on interviews that may not have been held as they should be."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.questionnaire import queries as questionnaires
from callcenter.questionnaire.checks import minutes_read_aloud
from callcenter.questionnaire.definition import Definition
from callcenter.responses.falsification import Held

MOST = 5_000
"""The latest interviews that are looked at: a page must not take minutes."""
FEWEST_CHOICES = 3

INTERVIEWS = """
SELECT n.id, n.case_id, n.operator_id, n.questionnaire_id, t.talk, t.calls
FROM interviews n JOIN cases c ON c.id = n.case_id
LEFT JOIN LATERAL (
    SELECT sum(extract(epoch FROM a.ended_at - a.answered_at)) AS talk, count(*) AS calls FROM attempts a
    WHERE (a.case_id = n.case_id OR a.id = n.attempt_id) AND a.call_sid IS NOT NULL AND a.placed_at <= n.ended_at
) t ON true
WHERE c.study_id = :study AND n.state = 'ended' AND n.mode = 'telephone'
    AND EXISTS (SELECT FROM validity_verdicts v WHERE v.interview_id = n.id)
ORDER BY n.id DESC LIMIT :most
"""
ANSWERS = """
SELECT x.interview_id, x.question, x.value, x.nonanswer, x.set_aside, x.gap
FROM (SELECT a.*, row_number() OVER (PARTITION BY interview_id, question, instance ORDER BY version DESC) AS newest,
        extract(epoch FROM answered_at - lag(answered_at) OVER (PARTITION BY interview_id ORDER BY answered_at, id)) AS gap
    FROM answers a WHERE a.interview_id = ANY(:ids) AND a.instance = '' AND a.asked_in IS NULL) x
WHERE x.newest = 1
"""
LONGEST_GAP = 120
"""Seconds after which an interview is taken to have paused: it may be resumed days later."""


def held_interviews(session: Session, study_id: int) -> list[Held]:
    """The latest completed telephone interviews of a study, with what speaks for or against them."""
    rows = list(session.connection().execute(text(INTERVIEWS), {"study": study_id, "most": MOST}))
    answers: dict[int, dict[str, Any]] = {row.id: {} for row in rows}
    seconds: dict[int, float] = dict.fromkeys(answers, 0.0)
    for row in session.connection().execute(text(ANSWERS), {"ids": list(answers)}):
        seconds[row.interview_id] += min(float(row.gap or 0), LONGEST_GAP)
        if not row.set_aside:
            answers[row.interview_id][row.question] = row.value if row.nonanswer is None else row.nonanswer
    found = []
    for row in rows:
        definition, said = questionnaires.definition(session, row.questionnaire_id), answers[row.id]
        reading = 60 * minutes_read_aloud(definition, set(said))
        talk = float(row.talk or 0) if row.calls else None
        found.append(Held(row.id, row.case_id, row.operator_id, seconds[row.id], reading, talk, said, _scales(definition, said)))
    return found


def _scales(definition: Definition, said: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    by_list: dict[str, list[str]] = {}
    for question in definition.questions:
        if question.type == "select_one" and len(question.choices) >= FEWEST_CHOICES and isinstance(said.get(question.name), str):
            by_list.setdefault(" ".join(choice.value for choice in question.choices), []).append(said[question.name])
    return {name: tuple(values) for name, values in by_list.items()}
