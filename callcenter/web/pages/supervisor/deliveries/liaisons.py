"""Liaison persons of all units: masked in the list, each opening on record; one can be entered for a unit that sent its sheet by mail."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.lists import actions, queries
from callcenter.operations.actions import record
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages import liaison_form
from callcenter.web.pages.stages import chosen
from callcenter.web.pages.supervisor.deliveries import units
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/supervisor/deliveries/liaisons")
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("")
def overview(request: Request, person: Supervisor, session: Work, stage: str = "", missing: str = "") -> Response:
    """Every unit of a stage with its person, masked."""
    known = studies.known_stages(session)
    at = chosen(session, known, stage)
    named = queries.liaisons(session, at.id) if at else {}
    asked = sorted({*units.of_stage(session, at.id), *named}) if at else []
    values: dict[str, Any] = {
        "known": known,
        "at": at,
        "named": named,
        "count": len(asked),
        "units": [unit for unit in asked if not (missing == "1" and unit in named)],
        "missing": missing,
        "sent": {studies.unit_names(session, at.id).normal(each.department) for each in queries.arrivals(session, at.id)} if at else set(),
    }
    return page(request, person, "supervisor/deliveries/liaisons.html", **values)


@router.get("/new")
def ask(request: Request, person: Supervisor, session: Work, stage: str = "", unit: str = "") -> Response:
    """The empty form for a unit; who is named already is shown only by opening the record."""
    at = chosen(session, studies.known_stages(session), stage)
    return _form(request, person, session, at.id if at else 0, unit, liaison_form.values({}))


@router.get("/{liaison_id}")
def opened(request: Request, person: Supervisor, session: Work, liaison_id: int) -> Response:
    """A person in full, and every earlier record of the unit; that it was opened is written down."""
    found = queries.liaison(session, liaison_id)
    record(session, person.id, "liaison_opened", "liaison", liaison_id, detail={"unit": found.unit, "version": found.version})
    history = queries.liaison_history(session, found.stage_id, found.unit)
    stage = studies.stage(session, found.stage_id)
    shown = [(each, liaison_form.stored(each)) for each in history]
    return page(request, person, "supervisor/deliveries/liaison.html", found=found, history=shown, stage=stage, names=people.names(session))


@router.post("/{stage_id}")
def save(request: Request, person: Supervisor, session: Work, stage_id: int, typed: liaison_form.Typed) -> Response:
    """Keep the person for a unit, or say what must be mended."""
    unit = typed.get("unit", "").strip()
    found, problems = liaison_form.checked(typed)
    said: dict[str, CallcenterError] = {**problems}
    if studies.unit_names(session, stage_id).normal(unit) not in units.of_stage(session, stage_id):
        said["unit"] = InvalidInput("no_unit", "没有名为“{unit}”的单位：清单、账户和已收名单中都没有。请从提示中选择。", unit=unit)
    if said:
        return _form(request, person, session, stage_id, unit, liaison_form.values(typed, said), status=422)
    _made, new = actions.name_liaison(
        session, stage_id=stage_id, unit=unit, person=found, user_id=person.id, came_by=liaison_form.came_by(typed)
    )
    flash(request, liaison_form.SAVED if new else liaison_form.SAME)
    return see_other(f"/supervisor/deliveries/liaisons?stage={stage_id}")


@router.post("/{stage_id}/sheet")
def read_sheet(
    request: Request, person: Supervisor, session: Work, stage_id: int, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Fill the form from a sheet that came by mail; the unit is the one it names."""
    form, unit = liaison_form.of_sheet(file)
    return _form(request, person, session, stage_id, unit, form)


def _form(
    request: Request, person: Person, session: Session, stage_id: int, unit: str, form: dict[str, Any], status: int = 200
) -> Response:
    stage = studies.stage(session, stage_id)
    known = units.of_stage(session, stage_id)
    values = {"stage": stage, "unit": unit, "units": known}
    return page(request, person, "supervisor/deliveries/liaison_new.html", status=status, **values, **form)
