"""Search by enterprise, credit code, telephone or case number, and the way of one enterprise. Each opening is written down."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.calls.dispositions import CATEGORIES
from callcenter.errors import CallcenterError, NotFound
from callcenter.follow_up.actions import correct_code
from callcenter.frame import queries as frames
from callcenter.frame import search
from callcenter.operations.actions import record
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.timeline import way
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/cases")
Reader = Annotated[Person, allow("supervisor", "evaluator")]
MOST = 200


@router.get("")
def ask(request: Request, person: Reader) -> Response:
    """The search form."""
    return page(request, person, "supervisor/cases.html", typed="", wanted=None, found=[], cases={}, most=MOST)


@router.post("")
def find(request: Request, person: Reader, session: Work, q: Annotated[str, Form(max_length=200)] = "") -> Response:
    """What fits. Posted, so that names and numbers stay out of addresses and logs."""
    wanted = search.read(q)
    if wanted.kind == "case":
        try:
            queue.unit_of_case(session, int(wanted.value))
            return see_other(f"/cases/{wanted.value}")
        except NotFound:
            wanted = search.Wanted("nothing")
    found = frames.find(session, wanted, MOST)
    cases = queue.cases_of_units(session, [unit.id for unit in found])
    return page(request, person, "supervisor/cases.html", typed=q, wanted=wanted, found=found, cases=cases, most=MOST)


@router.get("/units/{unit_id}")
def unit(request: Request, person: Reader, session: Work, unit_id: int) -> Response:
    """The way of a frame unit, whether it became a case or not."""
    return _opened(request, person, session, unit_id)


@router.get("/{case_id}")
def case(request: Request, person: Reader, session: Work, case_id: int) -> Response:
    """The way of a case."""
    return _opened(request, person, session, queue.unit_of_case(session, case_id))


@router.post("/units/{unit_id}/numbers")
def numbers(request: Request, person: Annotated[Person, allow("supervisor")], session: Work, unit_id: int) -> Response:
    """The same with the telephone numbers unmasked; that, too, is written down."""
    return _opened(request, person, session, unit_id, unmasked=True)


@router.post("/units/{unit_id}/answers")
def answers(request: Request, person: Annotated[Person, allow("supervisor")], session: Work, unit_id: int) -> Response:
    """The same with the answers. Whoever has seen them takes no part in declaring the interview invalid."""
    return _opened(request, person, session, unit_id, answers=True)


@router.post("/{case_id}/code")
def correct(
    request: Request,
    person: Annotated[Person, allow("supervisor")],
    session: Work,
    case_id: int,
    code: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Give the case another code: a new record with who, when and why."""
    unit_id = queue.unit_of_case(session, case_id)
    try:
        with session.begin_nested():
            correct_code(session, case_id, code, reason=reason, user_id=person.id)
    except CallcenterError as refusal:
        return _opened(request, person, session, unit_id, problem=_(refusal.text, **refusal.about))
    flash(request, "已更正，原来的代码保留在经过里。")
    return see_other(f"/cases/{case_id}")


def _opened(
    request: Request, person: Person, session: Session, unit_id: int, *, unmasked: bool = False, answers: bool = False, problem: str = ""
) -> Response:
    made = way(session, unit_id)
    subject = ("case", made.case.id) if made.case else ("frame_unit", unit_id)
    shows = answers or person.role != "supervisor"
    record(session, person.id, "answers_shown" if answers else "numbers_shown" if unmasked else "case_opened", *subject)
    why = queue.explain(session, made.case.id, clock.now()) if made.case else None
    values = {"way": made, "why": why, "unmasked": unmasked, "shows": shows, "problem": problem, "codes": list(CATEGORIES)}
    return page(request, person, "supervisor/case.html", status=422 if problem else 200, **values)
