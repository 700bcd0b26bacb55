"""The workbench: pick a population, see what a design promises before anything is drawn, fix one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput, Refused
from callcenter.sampling import actions, queries
from callcenter.sampling.design import make_plan, merge_sizes, read_wishes
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.sampling import design_form
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor/sampling")
Supervisor = Annotated[Person, allow("supervisor")]


async def _typed(request: Request) -> dict[str, str]:
    """The form's fields; of a page that was asked for, the address's."""
    fields = await request.form() if request.method == "POST" else request.query_params
    return {name: value for name, value in fields.items() if isinstance(value, str) and name != "csrf_token"}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("")
def overview(request: Request, person: Supervisor, session: Work) -> Response:
    """Every population with a frame, and how far its draw is."""
    return page(request, person, "supervisor/sampling/overview.html", rows=queries.overview(session), now=clock.now())


@router.get("/populations/{population_id}")
def workbench(request: Request, person: Supervisor, session: Work, population_id: int, typed: Typed) -> Response:
    """The steps of the population's draw, and the design tried out with what stands in the address."""
    values = look(session, population_id, typed)
    return page(request, person, "supervisor/sampling/workbench.html", **values)


@router.post("/populations/{population_id}/design")
def fix(request: Request, person: Supervisor, session: Work, population_id: int, typed: Typed) -> Response:
    """Freeze the design as typed, with the newest frame."""
    try:
        with session.begin_nested():
            frame = _frame(session, population_id)
            wanted = _document(session, frame, typed)
            actions.fix_design(session, frame_id=frame, document=wanted, user_id=person.id)
    except CallcenterError as refusal:
        return refused(request, person, session, population_id, refusal, typed)
    flash(request, "方案已冻结：请把方案摘要交给委托单位留存。")
    return see_other(f"/supervisor/sampling/populations/{population_id}")


def refused(
    request: Request, person: Person, session: Session, population_id: int, refusal: CallcenterError, typed: Mapping[str, str]
) -> Response:
    """The page again with what was typed, and why nothing was done."""
    status = 422 if isinstance(refusal, InvalidInput) else 409
    values = look(session, population_id, typed)
    values["problem"] = _(refusal.text, **refusal.about)
    return page(request, person, "supervisor/sampling/workbench.html", status=status, **values)


def look(session: Session, population_id: int, typed: Mapping[str, str]) -> dict[str, Any]:
    """All that the page shows: the population, its frame, its draws, and the design tried out."""
    population = studies.population(session, population_id)
    study = studies.study_of_population(session, population_id)
    draws = queries.draws(session, population_id)
    last = draws[-1] if draws else None
    frames = queries.frames(session, population_id)
    values: dict[str, Any] = {
        "population": population,
        "frame": frames[0] if frames else None,
        "draws": draws,
        "draw": last,
        "steps": queries.steps(session, last) if last else None,
        "next_step": queries.steps(session, last).next(clock.now()) if last else "commit",
        "design": queries.design(session, last.design_id) if last and last.design_id else None,
        "strata": queries.strata(session, last.id) if last and last.id else [],
        "problem": "",
    }
    # Where a design is frozen the page begins with it; what is typed goes over it, and what is typed whole stands alone.
    standing = design_form.frozen(values["design"].document) if values["design"] and "method" not in typed else {}
    values["typed"] = {**standing, **typed}
    values["form"] = {**design_form.defaults(study.settings), **values["typed"]}
    return {**values, **_try_out(session, values["frame"], values["form"])}


def _try_out(session: Session, frame: Any, form: Mapping[str, str]) -> dict[str, Any]:
    """The plan of the design in the form, or why there is none."""
    tried: dict[str, Any] = {
        "districts": {},
        "sizes": {},
        "plan": None,
        "plan_problem": "",
        "parameter": design_form.PARAMETER.get(form["method"]),
    }
    if frame is None:
        return tried
    tried["districts"] = tried["sizes"] = queries.cell_sizes(session, frame.id, ["district"])
    try:
        tried["sizes"] = merge_sizes(tried["districts"], design_form.merges(form))
        tried["plan"] = make_plan(tried["districts"], read_wishes(design_form.document(form, tried["sizes"])))
    except CallcenterError as refusal:
        tried["plan_problem"] = _(refusal.text, **refusal.about)
    return tried


def _frame(session: Session, population_id: int) -> int:
    frames = queries.frames(session, population_id)
    if not frames or frames[0].id is None:
        raise Refused("no_frame_yet", "这个总体还没有冻结的抽样框：请先在“名单与抽样框”里冻结。")
    return frames[0].id


def _document(session: Session, frame_id: int, typed: Mapping[str, str]) -> dict[str, Any]:
    sizes = merge_sizes(queries.cell_sizes(session, frame_id, ["district"]), design_form.merges(typed))
    return design_form.document(typed, sizes)
