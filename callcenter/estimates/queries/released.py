"""Reads of the room: the released cases of a population's latest draw with what each is worth, and the answers given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.estimates.questions import Question, questions
from callcenter.estimates.respondents import Adjust, Part, Respondents, pooled, respondents, weighting
from callcenter.estimates.settings import Wishes, wishes
from callcenter.estimates.weights import Attribute, Stratum, Weighting
from callcenter.responses.screening import denying
from callcenter.studies.queries import study_of_population

STRATA = """
SELECT s.id, s.name, s.size, s.released, s.target, s.main_size, w.id AS draw_id
FROM draws w JOIN strata s ON s.design_id = w.design_id
WHERE w.id = (SELECT id FROM draws WHERE population_id = :population AND drawn_at IS NOT NULL ORDER BY draw_no DESC LIMIT 1)
ORDER BY s.id
"""

CASES = """
SELECT c.id, s.name AS stratum, c.district, r.kind AS release, u.prn, u.unit_key, c.state, c.attempts, c.questionnaire_id,
    coalesce(x.code, '3.11') AS code, coalesce(x.category, 'UH') AS category, coalesce(v.valid, false) AS valid, v.reasons, v.flags,
    v.interview_id, i.started_at, i.ended_at, i.operator_id, f.reported_by, c.population_id,
    coalesce(x.final, false) AS final
FROM releases r JOIN cases c ON c.release_id = r.id JOIN strata s ON s.id = c.stratum_id JOIN draw_units u ON u.id = c.draw_unit_id
JOIN frame_units f ON f.id = u.frame_unit_id
LEFT JOIN LATERAL (SELECT code, category, final FROM dispositions d WHERE d.case_id = c.id ORDER BY d.id DESC LIMIT 1) x ON true
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
    reported_by: list[str]
    """The units that reported the enterprise, the first in the design's order first."""
    population_id: int
    final: bool
    """Whether its code is final; a denial is not before it is re-checked."""


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
    adjust: Adjust
    wishes: Wishes

    @cached_property
    def weights(self) -> Weighting:
        """The weights of the cases, adjusted as the study says."""
        return weighting(self.strata, self.cases, self.adjust)

    @cached_property
    def respondents(self) -> Respondents:
        """Who responded, with weights and answers."""
        return respondents(self.strata, self.cases, self.answers, self.weights)

    def main_alone(self) -> "Released":
        """The main sample, without top-ups: with weights of its own."""
        cases = [case for case in self.cases if case.release == "main"]
        released: dict[str, int] = {}
        for case in cases:
            released[case.stratum] = released.get(case.stratum, 0) + 1
        strata = [replace(stratum, released=released.get(stratum.name, 0)) for stratum in self.strata]
        return replace(self, strata=strata, cases=cases)


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
    settings = study_of_population(session, population_id).settings
    wanted = wishes(settings)
    adjust = adjustment(session, draw["draw"], wanted)
    return Released(draw["draw"], strata, cases, answers, _questions(session, cases, denying(settings)), adjust, wanted)


def adjustment(session: Session, draw_id: int, wanted: Wishes) -> Adjust:
    """How the weights of a draw's cases are adjusted, with what its frame says of all units."""
    return Adjust(tuple(_attribute(session, draw_id, name) for name in wanted.rake_by), wanted.trim_at)


@dataclass(frozen=True)
class Pool:
    """Several populations taken together; questions that all ask alike."""

    population_ids: list[int]
    respondents: Respondents
    questions: list[Question]
    asked_differently: list[str]
    """Names that not all of the populations ask, or not in the same words and codes."""
    small_base: int


def pool(session: Session, population_ids: Sequence[int]) -> Pool | None:
    """The populations among those named that were drawn, taken together; none where fewer than two were."""
    found = {each: data for each in population_ids if (data := released(session, each))}
    if len(found) < 2:
        return None
    shared = {"draws": [data.draw_id for data in found.values()]}
    frames_with = {row[0]: row[1] for row in session.connection().execute(text(SHARED), shared)}
    parts = [Part(data.strata, data.cases, data.answers, data.weights) for data in found.values()]
    alike, differing = _alike([data.questions for data in found.values()])
    small_base = max(data.wishes.small_base for data in found.values())
    return Pool(list(found), pooled(parts, frames_with), alike, differing, small_base)


SHARED = "SELECT unit_key, count(*) FROM draw_units WHERE draw_id = ANY(:draws) GROUP BY unit_key HAVING count(*) > 1"

ATTRIBUTES: Mapping[str, str] = {
    "district": "f.district",
    "sub_area": "coalesce(nullif(f.sub_area, ''), '（无）')",
    "department": "coalesce(f.reported_by[1], '（无）')",
}
"""What a frame says of all its units, by which weights can be raked."""


def _attribute(session: Session, draw_id: int, name: str) -> Attribute:
    joined = "draw_units u JOIN frame_units f ON f.id = u.frame_unit_id"
    of_units = f"SELECT {ATTRIBUTES[name]} AS category, u.id FROM {joined} WHERE u.draw_id = :draw"
    connection, draw = session.connection(), {"draw": draw_id}
    totals = connection.execute(text(f"SELECT category, count(*) FROM ({of_units}) x GROUP BY category"), draw)
    cases = connection.execute(text(f"SELECT c.id, x.category FROM ({of_units}) x JOIN cases c ON c.draw_unit_id = x.id"), draw)
    return Attribute(name, {row[0]: row[1] for row in cases}, {row[0]: row[1] for row in totals})


def _alike(asked: Sequence[Sequence[Question]]) -> tuple[list[Question], list[str]]:
    first, *others = asked
    known = [{question.name: question for question in each} for each in others]
    alike = [question for question in first if all(each.get(question.name) == question for each in known)]
    names = {question.name: None for each in asked for question in each}
    return alike, [name for name in names if name not in {question.name for question in alike}]


def _questions(session: Session, cases: list[ReleasedCase], denying_codes: Mapping[str, str]) -> list[Question]:
    """Questions of every version that was read, those of the newest first."""
    used = sorted({case.questionnaire_id for case in cases}, reverse=True)
    found: dict[str, Question] = {}
    for questionnaire in used:
        definition = session.execute(text("SELECT definition FROM questionnaires WHERE id = :id"), {"id": questionnaire}).scalar_one()
        for question in questions(definition):
            found.setdefault(question.name, replace(question, denies=denying_codes.get(question.name, "")))
    return list(found.values())
