"""Reads of the room: where an interview stands, what was answered, how complete it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from callcenter.call_queue.tables import Case
from callcenter.errors import NotFound
from callcenter.interviews.case_fields import case_fields
from callcenter.interviews.consent import recording_allowed
from callcenter.interviews.session import Reading, Step, find_step
from callcenter.interviews.tables import Answer, Interview
from callcenter.questionnaire import queries as questionnaires
from callcenter.questionnaire.routing import Given, Moment, Route, find_route, key_of
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE


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
    return {key_of(row.question, row.instance): Given(row.value, row.nonanswer) for row in latest_answers(session, interview_id)}


def values(session: Session, interview_id: int) -> dict[str, Any]:
    """Values on the route by question; None where empty or a non-answer was given (see `answers`)."""
    fixed, given = reading(session, interview(session, interview_id)), answers(session, interview_id)
    stops = find_route(fixed.definition, given, fixed.moment, fixed.seed).stops
    return {stop.key: (stop.given.value if stop.given else None) for stop in stops if stop.key in given}


def saved_at(session: Session, interview_id: int) -> datetime | None:
    """When the last answer was saved."""
    return session.exec(select(func.max(Answer.answered_at)).where(Answer.interview_id == interview_id)).one()


def reading(session: Session, found: Interview, language: str = "zh") -> Reading:
    """What is fixed for an interview: version, texts of the case, seed, and the moment it began."""
    case = session.get_one(Case, found.case_id)
    study, population = studies.study(session, case.study_id), studies.population(session, case.population_id)
    began = found.started_at.astimezone(FIELD_ZONE)
    fields = case_fields(
        name=case.enterprise_name,
        district=case.district,
        contact=case.contact,
        matters=case.matters,
        population=population.title,
        study=study.settings,
        study_title=study.title,
        line=case.line,
    )
    return Reading(
        definition=questionnaires.definition(session, found.questionnaire_id),
        case=fields,
        seed=found.seed,
        moment=Moment(today=began.date().isoformat(), now=began.isoformat()),
        language=language,
    )


def step(session: Session, interview_id: int, language: str = "zh") -> Step:
    """The screen that an interview stands at."""
    found = interview(session, interview_id)
    return find_step(reading(session, found, language), answers(session, interview_id), found.position)


def route(session: Session, interview_id: int) -> Route:
    """The route that the answers make."""
    fixed = reading(session, interview(session, interview_id))
    return find_route(fixed.definition, answers(session, interview_id), fixed.moment, fixed.seed)


def completeness(session: Session, interview_id: int) -> float:
    """p: share of the core questions on the route that are answered."""
    return route(session, interview_id).completeness


def may_record(session: Session, interview_id: int) -> bool:
    """Whether the informant agreed to the recording."""
    return recording_allowed(answers(session, interview_id))
