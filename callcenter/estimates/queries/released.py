"""Reads of the room: the released cases of a population's latest draw with what each is worth, and the answers given."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from callcenter.estimates.queries import kept
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
WITH mine AS MATERIALIZED (
    SELECT c.id, c.stratum_id, c.district, r.kind, c.draw_unit_id, c.questionnaire_id, c.population_id
    FROM releases r JOIN cases c ON c.release_id = r.id WHERE r.draw_id = %(draw)s
), coded AS (
    SELECT DISTINCT ON (d.case_id) d.case_id, d.code, d.category, d.final FROM mine m JOIN dispositions d ON d.case_id = m.id
    ORDER BY d.case_id, d.id DESC
), judged AS (
    SELECT DISTINCT ON (v.case_id) v.case_id, v.valid, v.interview_id FROM mine m JOIN validity_verdicts v ON v.case_id = m.id
    ORDER BY v.case_id, v.id DESC
)
SELECT m.id, s.name, m.district, m.kind, u.unit_key, m.questionnaire_id, coalesce(x.code, '3.11'), coalesce(x.category, 'UH'),
    coalesce(v.valid, false), v.interview_id, f.reported_by, m.population_id, coalesce(x.final, false)
FROM mine m JOIN strata s ON s.id = m.stratum_id JOIN draw_units u ON u.id = m.draw_unit_id JOIN frame_units f ON f.id = u.frame_unit_id
LEFT JOIN coded x ON x.case_id = m.id LEFT JOIN judged v ON v.case_id = m.id
ORDER BY m.id
"""

ANSWERS = """
SELECT DISTINCT ON (i.case_id, a.question, a.instance)
    i.case_id, a.question, a.instance, a.value::text, a.nonanswer, a.set_aside
FROM cases c JOIN releases r ON r.id = c.release_id JOIN interviews i ON i.case_id = c.id AND i.state <> 'void'
JOIN answers a ON a.interview_id = i.id
WHERE r.draw_id = %(draw)s AND (%(names)s::text[] IS NULL OR a.question = ANY(%(names)s))
ORDER BY i.case_id, a.question, a.instance, i.id DESC, a.version DESC
"""


class ReleasedCase(NamedTuple):
    """A case and what it is worth."""

    id: int
    stratum: str
    district: str
    release: str
    unit_key: str
    questionnaire_id: int
    code: str
    category: str
    valid: bool
    interview_id: int | None
    reported_by: list[str]
    """The units that reported the enterprise, the first in the design's order first."""
    population_id: int
    final: bool
    """Whether its code is final; a denial is not before it is re-checked."""


class GivenAnswer(NamedTuple):
    """The latest version of one answer that still counts."""

    case_id: int
    question: str
    instance: str
    value: Any
    nonanswer: str | None


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
    _of: "Released | None" = field(default=None, repr=False)
    """The same without these answers: weights and sample are worked out there, once for all that share it."""

    @cached_property
    def weights(self) -> Weighting:
        """The weights of the cases, adjusted as the study says."""
        return self._of.weights if self._of else weighting(self.strata, self.cases, self.adjust)

    @cached_property
    def respondents(self) -> Respondents:
        """Who responded, with weights and answers."""
        bare = self._of.respondents if self._of else respondents(self.strata, self.cases, (), self.weights)
        return bare.with_answers(self.answers)

    def with_answers(self, answers: list[GivenAnswer]) -> "Released":
        """The same cases with these answers."""
        return replace(self, answers=answers, _of=self._of or self)

    def main_alone(self) -> "Released":
        """The main sample, without top-ups: with weights of its own."""
        return (self._of or self)._main.with_answers(self.answers)

    @cached_property
    def _main(self) -> "Released":
        cases = [case for case in self.cases if case.release == "main"]
        released: dict[str, int] = {}
        for case in cases:
            released[case.stratum] = released.get(case.stratum, 0) + 1
        strata = [replace(stratum, released=released.get(stratum.name, 0)) for stratum in self.strata]
        return replace(self, strata=strata, cases=cases, answers=[], _of=None)


def released(session: Session, population_id: int, wanted: Sequence[str] | Callable[[Question], bool] | None = None) -> Released | None:
    """The population's latest draw with its cases and answers (to the questions that are named or chosen); none while nothing is drawn."""
    rows = session.execute(text(STRATA), {"population": population_id}).mappings().all()
    if not rows:
        return None
    draw, settings = int(rows[0]["draw_id"]), study_of_population(session, population_id).settings

    def read() -> Released:
        strata = [Stratum(row["name"], row["size"], row["released"]) for row in rows]
        cases = [ReleasedCase(*row) for row in _rows(session, CASES, {"draw": draw})]
        wished = wishes(settings)
        asked = _questions(session, cases, denying(settings))
        return Released(draw, strata, cases, [], asked, adjustment(session, draw, wished), wished)

    def answered(of: Released, asked: Sequence[str] | None) -> Released:
        found = _rows(session, ANSWERS, {"draw": draw, "names": None if asked is None else list(asked)})
        return of.with_answers(_read_values(row[:5] for row in found if not row[5]))

    def named(of: Released) -> Sequence[str]:
        return [question.name for question in of.questions if wanted(question)] if callable(wanted) else wanted or ()

    if wanted is None:
        return answered(read(), None)
    return kept.released(kept.now(session, draw, settings), read, named, answered)


def _read_values(rows: Iterable[tuple[Any, ...]]) -> list[GivenAnswer]:
    """Answers from the JSON of their values; codes come again and again and are read once."""
    known: dict[str | None, Any] = {None: None}
    answers = []
    for case, question, instance, written, nonanswer in rows:
        if written not in known:
            known[written] = json.loads(written)
        answers.append(GivenAnswer(case, question, instance, known[written], nonanswer))
    return answers


def _rows(session: Session, sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement as the driver gives them: there may be very many."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor)


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


def pool(session: Session, population_ids: Sequence[int], wanted: Sequence[str] | None = None) -> Pool | None:
    """The populations among those named that were drawn, taken together; none where fewer than two were. `wanted`: as in `released`."""
    found = {each: data for each in population_ids if (data := released(session, each, wanted))}
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
            newer = found.get(question.name)
            found[question.name] = newer.with_older(question) if newer else replace(question, denies=denying_codes.get(question.name, ""))
    return list(found.values())
