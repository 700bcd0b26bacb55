"""A questionnaire as the operator will see it: the console over an invented case. The page keeps the answers; nothing is stored."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Body, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import NotFound
from callcenter.interviews.session import Reading
from callcenter.practice.turn import Turn, begun
from callcenter.questionnaire import queries
from callcenter.questionnaire.languages import CHINESE
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.administrator.questionnaires.versions import readable
from callcenter.web.pages.operator import practising
from callcenter.web.pages.operator.practice import words
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = DocumentRouter(prefix="/administrator/questionnaires/{questionnaire_id}/preview")
Administrator = Annotated[Person, allow("administrator")]
State = dict[str, Any]


@router.get("")
def console(request: Request, person: Administrator, session: Work, questionnaire_id: int, language: str = "") -> Response:
    """The console, marked as a preview, in one of the questionnaire's languages."""
    definition = readable(session, questionnaire_id)
    spoken = definition.language_called(language or person.language) or CHINESE
    base = f"/administrator/questionnaires/{questionnaire_id}"
    choice = [(name, (name or CHINESE) == spoken) for name in definition.languages] if len(definition.languages) > 1 else []
    title, api = queries.questionnaire(session, questionnaire_id).title, f"{base}/preview/in/{quote(spoken, safe='')}/"
    values: dict[str, Any] = {"api": api, "title": title, "preview": base, "languages": choice}
    return page(request, person, "operator/practice_console.html", **words(), **values)


@router.get("/in/{language:path}/state")
def get_state(session: Work, _person: Administrator, questionnaire_id: int, language: str) -> State:
    """The first question."""
    return _state(session, language, questionnaire_id, begun(clock.now()))


@router.post("/in/{language:path}/{what}")
def press(
    session: Work, _person: Administrator, questionnaire_id: int, language: str, what: str, given: Annotated[dict[str, Any], Body()]
) -> State:
    """A key of the console; the page sends along what it keeps."""
    if what not in practising.KEYS:
        raise NotFound("no_page", "没有这个页面：请检查地址，或从主菜单重新进入。")
    now, turn = clock.now(), practising.turn_of(given.get("memo"))
    turn = practising.press(turn, what, given, *_fixed(session, language, questionnaire_id, turn), now)
    if turn.call == "ringing":  # nobody waits in a preview
        turn = replace(turn, answered_at=now.isoformat())
    return _state(session, language, questionnaire_id, turn)


def _state(session: Session, language: str, questionnaire_id: int, turn: Turn) -> State:
    shown = practising.state_of(turn, *_fixed(session, language, questionnaire_id, turn), clock.now())
    return {**shown, "memo": practising.memo_of(turn)}


def _fixed(session: Session, language: str, questionnaire_id: int, turn: Turn) -> tuple[Reading, dict[str, Any]]:
    study = studies.study(session, queries.questionnaire(session, questionnaire_id).study_id)
    definition = readable(session, questionnaire_id)
    return practising.reading_of(
        definition, turn, study.title, study.settings, clock.now(), definition.language_called(language) or CHINESE
    ), study.settings
