"""How far everything stood that a package is made of: kept beside it, so that what came later can be named."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.estimates.settings import wishes
from callcenter.exports.changes import AnswerChange, CodeChange, Named
from callcenter.responses.screening import denying
from callcenter.sampling.certificate import SOFTWARE
from callcenter.studies import queries as studies

OF_DRAW = "cases c JOIN releases r ON r.id = c.release_id AND r.draw_id = :draw"
ROWS = f"""
SELECT
    (SELECT json_build_array(count(*), coalesce(max(r.id), 0)) FROM {OF_DRAW}) AS released,
    (SELECT json_build_array(count(*), coalesce(max(a.id), 0)) FROM {OF_DRAW} JOIN interviews i ON i.case_id = c.id
        JOIN answers a ON a.interview_id = i.id) AS answers,
    (SELECT count(*) FROM {OF_DRAW} JOIN interviews i ON i.case_id = c.id AND i.state <> 'void') AS interviews,
    (SELECT json_build_array(count(*), coalesce(max(d.id), 0)) FROM {OF_DRAW} JOIN dispositions d ON d.case_id = c.id) AS dispositions,
    (SELECT json_build_array(count(*), coalesce(max(v.id), 0)) FROM {OF_DRAW} JOIN validity_verdicts v ON v.case_id = c.id) AS verdicts,
    (SELECT json_build_array(count(*), coalesce(max(t.id), 0)) FROM {OF_DRAW} JOIN case_attempts t ON t.case_id = c.id) AS attempts,
    (SELECT json_build_array(count(*), coalesce(max(k.id), 0)) FROM {OF_DRAW} JOIN codings k ON k.case_id = c.id) AS codings,
    (SELECT json_build_array(count(*), count(f.retired_at)) FROM answer_codes f JOIN stages g ON g.study_id = f.study_id
        JOIN populations p ON p.stage_id = g.id JOIN draws d ON d.population_id = p.id WHERE d.id = :draw) AS code_frames
"""  # nothing from outside
VERSIONS = """
SELECT DISTINCT q.id, q.name || ' v' || q.version FROM releases r JOIN cases c ON c.release_id = r.id
LEFT JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
JOIN questionnaires q ON q.id = coalesce(i.questionnaire_id, c.questionnaire_id)
WHERE r.draw_id = :draw ORDER BY q.id
"""
CONCLUDED = """
SELECT t.number::text, max(c.version) || CASE WHEN bool_or(c.confirmed_by IS NOT NULL) THEN '+' ELSE '' END
FROM conclusions c JOIN checklist_items t ON t.id = c.item_id WHERE t.stage_id = :stage GROUP BY t.number ORDER BY t.number
"""
REST_OF_STAGE = """
SELECT (SELECT json_build_array(count(*), coalesce(max(d.id), 0)) FROM dispositions d JOIN cases c ON c.id = d.case_id
    JOIN populations p ON p.id = c.population_id WHERE p.stage_id = :stage AND p.id <> :population) AS dispositions,
    (SELECT json_build_array(count(*), coalesce(max(s.id), 0)) FROM submissions s JOIN populations p ON p.id = s.population_id
        WHERE p.stage_id = :stage) AS lists
"""


def marks(session: Session, population_id: int, draw_id: int) -> dict[str, Any]:
    """Counts and last numbers of rows, versions, promises, settings, conclusions."""
    of, at = studies.population(session, population_id), {"draw": draw_id}
    study = studies.study_of_population(session, population_id)
    stage = {"stage": of.stage_id, "population": population_id}
    return {
        "draw": draw_id,
        **dict(session.execute(text(ROWS), at).mappings().one()),
        "versions": [row[1] for row in session.execute(text(VERSIONS), at)],
        "promises": _promises(session, study.id or 0),
        "settings": _print([vars(wishes(study.settings)), dict(denying(study.settings)), study.settings.get("report")]),
        "conclusions": {row[0]: row[1] for row in session.execute(text(CONCLUDED), stage)},
        "rest": dict(session.execute(text(REST_OF_STAGE), stage).mappings().one()),
        "software": SOFTWARE,
    }


def _promises(session: Session, study_id: int) -> dict[str, str]:
    """The documents that promise something, each with a print of what it promises."""
    told: dict[str, list[Any]] = {}
    for each in studies.standards(session, study_id):
        named = f"{each.document} · {each.year} · {each.area}"
        told.setdefault(named, []).append(
            [each.item_number, each.topic_number, each.subject, each.measure, each.operator, each.value, each.unit, each.condition]
        )
    return {named: _print(rows) for named, rows in told.items()}


def _print(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:16]


TOPPED_UP = f"""
SELECT s.name, r.kind, count(*) FROM {OF_DRAW} JOIN strata s ON s.id = c.stratum_id WHERE r.id > :releases
GROUP BY 1, 2 ORDER BY 2, 1
"""  # nothing from outside
ANSWERED = f"""
SELECT c.id, a.question, bool_or(EXISTS (SELECT 1 FROM answers b JOIN interviews j ON j.id = b.interview_id
    WHERE j.case_id = c.id AND b.question = a.question AND b.instance = a.instance AND b.id <= :answers)) AS again
FROM {OF_DRAW} JOIN interviews i ON i.case_id = c.id JOIN answers a ON a.interview_id = i.id
WHERE a.id > :answers GROUP BY 1, 2 ORDER BY 1, min(a.id)
"""  # nothing from outside
RECODED = f"""
SELECT c.id, b.code AS before, n.code AS now FROM {OF_DRAW}
JOIN LATERAL (SELECT d.id, d.code FROM dispositions d WHERE d.case_id = c.id ORDER BY d.id DESC LIMIT 1) n ON n.id > :dispositions
LEFT JOIN LATERAL (SELECT d.code FROM dispositions d WHERE d.case_id = c.id AND d.id <= :dispositions ORDER BY d.id DESC LIMIT 1) b ON true
WHERE r.id <= :releases AND b.code IS DISTINCT FROM n.code ORDER BY c.id
"""  # nothing from outside
JUDGED = f"""
SELECT c.id, b.valid AS before, n.valid AS now FROM {OF_DRAW}
JOIN LATERAL (SELECT v.id, v.valid FROM validity_verdicts v WHERE v.case_id = c.id ORDER BY v.id DESC LIMIT 1) n ON n.id > :verdicts
LEFT JOIN LATERAL (SELECT v.valid FROM validity_verdicts v WHERE v.case_id = c.id AND v.id <= :verdicts ORDER BY v.id DESC LIMIT 1) b
    ON true
WHERE b.valid IS DISTINCT FROM n.valid ORDER BY c.id
"""  # nothing from outside


def named_since(session: Session, draw_id: int, then: Mapping[str, Any]) -> Named:
    """The cases, answers and releases that came after the marks."""
    at = {
        "draw": draw_id,
        "releases": then["released"][1],
        **{word: then[word][1] for word in ("answers", "dispositions", "verdicts")},
    }
    answers = [AnswerChange(*row) for row in session.execute(text(ANSWERED), at)]
    return Named(
        released=[(row[0], row[1], row[2]) for row in session.execute(text(TOPPED_UP), at)],
        answered=[each for each in answers if not each.again],
        corrected=[each for each in answers if each.again],
        recoded=[CodeChange(row[0], row[1] or "", row[2]) for row in session.execute(text(RECODED), at)],
        judged=[(row[0], bool(row[2])) for row in session.execute(text(JUDGED), at)],
    )
