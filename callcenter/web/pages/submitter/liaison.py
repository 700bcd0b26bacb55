"""The unit's liaison person for a stage: enter, confirm, fill from the Annex 3 sheet; earlier records stay."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from sqlmodel import Session
from starlette.responses import Response

from callcenter.lists import actions, liaison_sheet, queries
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages import liaison_form
from callcenter.web.pages.stages import chosen
from callcenter.web.pages.submitter.uploads import SPREADSHEET
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/submitter/liaison")
Submitter = Annotated[Person, allow("submitter")]


@router.get("")
def ask(request: Request, person: Submitter, session: Work, stage: str = "") -> Response:
    """The person of a stage; where none is named yet, the one of an earlier stage to be confirmed."""
    known = studies.known_stages(session)
    at = chosen(session, known, stage)
    if at is None:
        return page(request, person, "submitter/liaison.html", known=known, at=None)
    state = queries.liaison_of(session, at.id, person.unit or "")
    found = state.person or state.earlier
    typed = liaison_form.stored(found) if found else {}
    form = liaison_form.values(typed | ({"came_by": "carried_over"} if state.person is None and found else {}))
    return _shown(request, person, session, at.id, form)


@router.get("/sheet")
def empty_sheet(person: Submitter, session: Work) -> Response:
    """The empty Annex 3 sheet with the unit's name."""
    mailboxes = [(each.settings.get("intake") or {}).get("mailbox", "") for each in studies.studies(session)]
    data = liaison_sheet.workbook(unit=person.unit or "", mailbox=next(filter(None, mailboxes), ""))
    return Response(data, media_type=SPREADSHEET, headers={"Content-Disposition": 'attachment; filename="liaison-sheet.xlsx"'})


@router.post("/{stage_id}")
def save(request: Request, person: Submitter, session: Work, stage_id: int, typed: liaison_form.Typed) -> Response:
    """Keep the person as typed, or say at each field what must be mended."""
    studies.stage(session, stage_id)
    found, problems = liaison_form.checked(typed)
    if problems:
        return _shown(request, person, session, stage_id, liaison_form.values(typed, problems), status=422)
    _made, new = actions.name_liaison(
        session, stage_id=stage_id, unit=person.unit or "", person=found, user_id=person.id, came_by=liaison_form.came_by(typed)
    )
    flash(request, liaison_form.SAVED if new else liaison_form.SAME)
    return see_other(f"/submitter/liaison?stage={stage_id}")


@router.post("/{stage_id}/sheet")
def read_sheet(
    request: Request, person: Submitter, session: Work, stage_id: int, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Fill the form from an uploaded sheet; nothing is kept before it is saved."""
    studies.stage(session, stage_id)
    names = studies.unit_names(session, stage_id)
    form, _unit = liaison_form.of_sheet(file, lambda unit: names.normal(unit) == names.normal(person.unit or ""))
    return _shown(request, person, session, stage_id, form)


def _shown(request: Request, person: Person, session: Session, stage_id: int, form: dict[str, Any], status: int = 200) -> Response:
    known = studies.known_stages(session)
    at = chosen(session, known, str(stage_id))
    values = {
        "known": known,
        "at": at,
        "state": queries.liaison_of(session, stage_id, person.unit or ""),
        "history": queries.liaison_history(session, stage_id, studies.unit_names(session, stage_id).normal(person.unit or "")),
        "names": people.names(session),
    }
    return page(request, person, "submitter/liaison.html", status=status, **values, **form)
