"""Practice: the console over invented cases, which count nowhere."""

import json
from typing import Annotated, Any

from fastapi import Body, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.calls import outcomes
from callcenter.errors import NotFound
from callcenter.interviews.session import Reading
from callcenter.practice import actions as practices
from callcenter.practice import queries as practice_queries
from callcenter.practice.turn import Turn, settled
from callcenter.questionnaire import queries as questionnaires
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.operator import practising
from callcenter.web.pages.operator.texts import texts
from callcenter.web.rendering import page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = DocumentRouter(prefix="/practice")
Trainee = Annotated[Person, allow("operator", "supervisor", "administrator")]
State = dict[str, Any]


@router.get("")
def choose(request: Request, person: Trainee, session: Work) -> Response:
    """Every questionnaire that is in use, and how often I practised it."""
    listed = [(study, questionnaires.in_use(session, study.id)) for study in studies.studies(session) if study.id is not None]
    done = practice_queries.done_by(session, person.id)
    return page(request, person, "operator/practice.html", listed=[each for each in listed if each[1]], done=done)


@router.post("/{questionnaire_id}")
def begin(session: Work, person: Trainee, questionnaire_id: int) -> Response:
    """Begin to practise."""
    version = questionnaires.questionnaire(session, questionnaire_id)
    if version.released_at is None:
        raise NotFound("no_released_questionnaire", "问卷“{name}”还没有发布，请先检查并载入研究。", name=version.name)
    return see_other(f"/practice/turns/{practices.begin(session, person.id, questionnaire_id).id}")


@router.get("/turns/{practice_id}")
def console(request: Request, session: Work, person: Trainee, practice_id: int) -> Response:
    """The console, marked as practice."""
    found = practice_queries.practice(session, practice_id, person.id)
    title = questionnaires.questionnaire(session, found.questionnaire_id).title
    return page(
        request, person, "operator/practice_console.html", **words(), api=f"/practice/turns/{practice_id}/", title=title, preview=False
    )


@router.get("/turns/{practice_id}/state")
def get_state(session: Work, person: Trainee, practice_id: int) -> State:
    """Where the practice stands."""
    found = practice_queries.practice(session, practice_id, person.id)
    turn = settled(practice_queries.turn_of(found), clock.now())
    return practising.state_of(turn, *_fixed(session, person, found.questionnaire_id, turn), clock.now())


@router.post("/turns/{practice_id}/{what}")
def press(session: Work, person: Trainee, practice_id: int, what: str, given: Annotated[dict[str, Any], Body()]) -> State:
    """A key of the console."""
    if what not in practising.KEYS:
        raise NotFound("no_page", "没有这个页面：请检查地址，或从主菜单重新进入。")
    found, now = practices.locked(session, practice_id, person.id), clock.now()
    turn = practice_queries.turn_of(found)
    turn = practising.press(turn, what, given, *_fixed(session, person, found.questionnaire_id, turn), now)
    practices.keep(session, found, turn)
    return practising.state_of(turn, *_fixed(session, person, found.questionnaire_id, turn), now)


def words() -> dict[str, Any]:
    """What the console's page carries for its script."""
    labels = {outcome.code: _(outcome.label) for outcome in outcomes.ALL}
    return {"texts": json.dumps(texts(), ensure_ascii=False), "labels": json.dumps(labels, ensure_ascii=False)}


def _fixed(session: Session, person: Person, questionnaire_id: int, turn: Turn) -> tuple[Reading, dict[str, Any]]:
    version = questionnaires.questionnaire(session, questionnaire_id)
    study = studies.study(session, version.study_id)
    definition = questionnaires.definition(session, questionnaire_id)
    return practising.reading_of(definition, turn, study.title, study.settings, clock.now(), person.language), study.settings
