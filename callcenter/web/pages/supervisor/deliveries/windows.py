"""The upload windows of a stage: as planned, as they stand, who moved them and why, and the form to extend one."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput, NotFound
from callcenter.people import queries as people
from callcenter.studies import actions
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.studies.queries import KnownStage
from callcenter.web.deps import Work
from callcenter.web.pages.stages import chosen
from callcenter.web.pages.supervisor.deliveries import units
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor/deliveries/windows")
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("")
def ask(request: Request, person: Supervisor, session: Work, stage: str = "", unit: str = "") -> Response:
    """The windows of a stage."""
    at = chosen(session, studies.known_stages(session), stage)
    return _shown(request, person, session, at, given={"unit": unit})


@router.post("/{phase_id}")
def extend(
    request: Request,
    person: Supervisor,
    session: Work,
    phase_id: int,
    last_day: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
    unit: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Give the window another last day, for all units or one."""
    at = _stage_of(session, phase_id)
    try:
        with session.begin_nested():
            day = _day(last_day)
            _check_unit(session, at.id, unit)
            actions.extend_phase(session, phase_id, day, reason, person.id, unit=unit.strip() or None)
    except CallcenterError as refusal:
        given = {"last_day": last_day, "reason": reason, "unit": unit, "phase": str(phase_id), "problem": refusal}
        return _shown(request, person, session, at, given=given)
    if unit.strip():
        flash(request, "已为 {unit} 调整：报送到 {day} 截止。", unit=unit.strip(), day=day.isoformat())
    else:
        flash(request, "报送期已调整：所有单位到 {day} 截止。", day=day.isoformat())
    return see_other(f"/supervisor/deliveries/windows?stage={at.id}")


def _stage_of(session: Session, phase_id: int) -> KnownStage:
    for each in studies.known_stages(session):
        if any(phase.id == phase_id and phase.kind == "intake" for phase in studies.phases(session, each.id)):
            return each
    raise NotFound("no_window", "没有这个报送期，请从“报送期”页重新选择。")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as bad:
        raise InvalidInput("day_unreadable", "日期“{day}”读不懂：请写成 2022-06-03 的样子。", day=text) from bad


def _check_unit(session: Session, stage_id: int, unit: str) -> None:
    """A name that no unit has would be an extension for nobody."""
    if unit.strip() and studies.unit_names(session, stage_id).normal(unit) not in units.of_stage(session, stage_id):
        raise InvalidInput("no_unit", "没有名为“{unit}”的单位：清单、账户和已收名单中都没有。请从提示中选择。", unit=unit)


def _shown(request: Request, person: Person, session: Session, at: KnownStage | None, given: dict[str, Any]) -> Response:
    refusal = given.pop("problem", None)
    today = field_day(clock.now())
    values = {
        "known": studies.known_stages(session),
        "at": at,
        "spans": studies.intake(session, at.id).spans if at else [],
        "records": list(reversed(studies.extensions(session, at.id))) if at else [],
        "names": people.names(session),
        "units": units.of_stage(session, at.id) if at else [],
        "given": given,
        "today": today,
        "problem": _(refusal.text, **refusal.about) if refusal else "",
        "wrong": {"reason_missing": "reason", "no_unit": "unit"}.get(refusal.code, "last_day") if refusal else "",
    }
    return page(request, person, "supervisor/deliveries/windows.html", status=422 if refusal else 200, **values)
