"""Reads of the room: where an interview stands, what was answered, how complete it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, text

from callcenter.call_queue.contacts import person_told
from callcenter.call_queue.tables import Case
from callcenter.errors import NotFound
from callcenter.interviews import bundles
from callcenter.interviews.case_fields import case_fields
from callcenter.interviews.consent import NOTICE, recording_allowed
from callcenter.interviews.session import Reading, Step, find_step
from callcenter.interviews.tables import Answer, Consent, Interview
from callcenter.questionnaire import queries as questionnaires
from callcenter.questionnaire.routing import Given, Moment, Route, find_route, key_of
from callcenter.questionnaire.tables import Questionnaire
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.tables import Population, Study


def interview(session: Session, interview_id: int) -> Interview:
    """The interview with that id."""
    found = session.get(Interview, interview_id)
    if found is None:
        raise NotFound("no_interview", "没有这次访问，请从个案重新打开。")
    return found


def current(session: Session, case_id: int) -> Interview | None:
    """The interview of a case that is open or can be resumed."""
    unended = (Interview.case_id == case_id, col(Interview.state).in_(("open", "broken_off")))
    return session.exec(select(Interview).where(*unended)).first()


def unended(session: Session, case_ids: Sequence[int]) -> list[Interview]:
    """The interviews of these cases that are open or can be resumed."""
    of_cases = (col(Interview.case_id).in_(case_ids), col(Interview.state).in_(("open", "broken_off")))
    return list(session.exec(select(Interview).where(*of_cases).order_by(col(Interview.id))))


def block_order(session: Session, case_ids: Sequence[int]) -> list[int]:
    """The cases of a bundle in the order in which their blocks are asked."""
    keys = session.exec(select(Case.id, Case.unit_key).where(col(Case.id).in_(case_ids))).all() if len(case_ids) > 1 else []
    return bundles.order([(number, key) for number, key in keys if number is not None]) if keys else list(case_ids)


def consents(session: Session, interview_id: int) -> list[Consent]:
    """What was answered to the opening notice, oldest first; of a bundle's other cases in the interview in which it was read."""
    asked = select(Answer.asked_in).where(Answer.interview_id == interview_id, Answer.question == NOTICE)
    read_in = [interview_id, *(each for each in session.exec(asked) if each is not None)]
    return list(session.exec(select(Consent).where(col(Consent.interview_id).in_(read_in)).order_by(col(Consent.id))))


def of_case(session: Session, case_id: int) -> list[Interview]:
    """All interviews of a case, the latest first."""
    return list(session.exec(select(Interview).where(Interview.case_id == case_id).order_by(col(Interview.id).desc())))


def latest_answers(session: Session, interview_id: int) -> list[Answer]:
    """The latest version of every answer, those set aside included, in the order they were first given."""
    rows = session.exec(select(Answer).where(Answer.interview_id == interview_id).order_by(col(Answer.id)))
    latest: dict[tuple[str, str], Answer] = {}
    for row in rows:
        latest[row.question, row.instance] = row
    return list(latest.values())


def answers(session: Session, interview_id: int) -> dict[str, Given]:
    """What was said to each question, those set aside included; the route decides which count."""
    return given(latest_answers(session, interview_id))


def answered_in_call(session: Session, interview_ids: Sequence[int], attempt_id: int) -> bool:
    """Whether anything was answered to one of these interviews in that call."""
    said = (col(Answer.interview_id).in_(interview_ids), Answer.attempt_id == attempt_id)
    return bool(interview_ids) and session.exec(select(Answer.id).where(*said).limit(1)).first() is not None


def given(rows: Sequence[Answer]) -> dict[str, Given]:
    """Answers as the engine takes them."""
    return {key_of(row.question, row.instance): Given(row.value, row.nonanswer) for row in rows}


def last_saved(rows: Sequence[Answer]) -> datetime | None:
    """When the last of these answers was saved."""
    return max((row.answered_at for row in rows), default=None)


@dataclass(frozen=True)
class Progress:
    """How far an interview came: p, and the values on its route by question; None where empty or a non-answer was given."""

    interview: Interview
    share: float
    values: Mapping[str, Any]


def progress(session: Session, found: Interview) -> Progress:
    """Read and worked out once for all that asks at the end of a turn."""
    fixed, said = reading(session, found), answers(session, found.id or 0)
    way = find_route(fixed.definition, said, fixed.moment, fixed.seed, asking=True)
    told = {stop.key: (stop.given.value if stop.given else None) for stop in way.stops if stop.key in said}
    return Progress(found, way.completeness, told)


def progress_of_cases(session: Session, case_ids: Sequence[int]) -> dict[int, Progress]:
    """The same of the interviews of these cases that are open or can be resumed, by case."""
    return {found.case_id: progress(session, found) for found in unended(session, case_ids)}


def values(session: Session, interview_id: int) -> Mapping[str, Any]:
    """Values on the route by question, as in `Progress` (see `answers`)."""
    return progress(session, interview(session, interview_id)).values


def reading(session: Session, found: Interview, language: str = "zh") -> Reading:
    """What is fixed for an interview: version, texts of the case, seed, and the moment it began."""
    case = session.get_one(Case, found.case_id)  # mostly in hand already
    about = (  # one statement: every answer asks
        select(Study, Population.title, Questionnaire.sha256)
        .select_from(Study)
        .join(Population, col(Population.id) == case.population_id)
        .join(Questionnaire, col(Questionnaire.id) == found.questionnaire_id)
        .where(Study.id == case.study_id)
    )
    study, population, sha256 = session.exec(about).one()
    began = found.started_at.astimezone(FIELD_ZONE)
    return Reading(
        definition=questionnaires.definition(session, found.questionnaire_id, sha256),
        case=_fields(case, study, population),
        seed=found.seed,
        moment=Moment(today=began.date().isoformat(), now=began.isoformat()),
        language=language,
    )


def fields_of(session: Session, case: Case) -> dict[str, dict[str, str]]:
    """What texts may say of a case, as its interview says it."""
    return _fields(case, session.get_one(Study, case.study_id), session.get_one(Population, case.population_id).title)


def _fields(case: Case, study: Study, population: str) -> dict[str, dict[str, str]]:
    return case_fields(
        name=case.enterprise_name,
        district=case.district,
        contact=str((person_told(case.phones) or {}).get("name") or case.contact),
        matters=case.matters,
        population=population,
        study=study.settings,
        study_title=study.title,
        line=case.line,
    )


def step(session: Session, interview_id: int, language: str = "zh") -> Step:
    """The screen that an interview stands at."""
    found = interview(session, interview_id)
    rows = latest_answers(session, interview_id)
    return replace(find_step(reading(session, found, language), given(rows), found.position), saved_at=last_saved(rows))


def route(session: Session, interview_id: int) -> Route:
    """The route that the answers make."""
    fixed = reading(session, interview(session, interview_id))
    return find_route(fixed.definition, answers(session, interview_id), fixed.moment, fixed.seed, asking=True)


def completeness(session: Session, interview_id: int) -> float:
    """p: share of the core questions on the route that are answered."""
    return route(session, interview_id).completeness


SPENT = """
SELECT round(sum(of_call))::int AS seconds FROM (
    SELECT extract(epoch FROM max(b.answered_at) - min(least(b.answered_at, greatest(b.shown_at, t.placed_at)))) AS of_call
    FROM answers b LEFT JOIN attempts t ON t.id = b.attempt_id WHERE b.interview_id = i.id AND b.asked_in IS NULL
    GROUP BY b.attempt_id, CASE WHEN b.attempt_id IS NULL THEN (b.answered_at AT TIME ZONE 'Asia/Shanghai')::date END
) calls
"""
"""What an interview `i` took: in each call from the first question shown to the last answer, without the days between two calls."""


def seconds_spent(session: Session, interview_id: int) -> int | None:
    """What an interview took over all its calls; none where nothing was asked in it (all was asked for another matter of the call)."""
    spent = text(f"SELECT spent.seconds FROM interviews i, LATERAL ({SPENT}) spent WHERE i.id = :id")  # our own constant
    found: int | None = session.connection().execute(spent, {"id": interview_id}).scalar()
    return found


def may_record(session: Session, interview_id: int) -> bool:
    """Whether the informant agreed to the recording."""
    return recording_allowed(answers(session, interview_id))
