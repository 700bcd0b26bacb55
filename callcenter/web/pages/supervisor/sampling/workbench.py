"""The workbench: pick a population, see what a design promises before anything is drawn, fix one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, Conflict, InvalidInput, Refused
from callcenter.sampling import actions, queries
from callcenter.sampling.certificate import document_sha256
from callcenter.sampling.design import Wishes, frame_part, full_document, place_of
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.sampling import design_form
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/supervisor/sampling")
Supervisor = Annotated[Person, allow("supervisor")]
OURS = ("csrf_token", "draft", "name", "expected", "number")
OF_STEPS = ("public_source", "public_due", "word", "shared", "value")
"""Fields of the page that are no part of a design; those of the draw's steps are shown again when refused."""


async def _typed(request: Request) -> dict[str, str]:
    """The form's fields; of a page that was asked for, the address's."""
    fields = await request.form() if request.method == "POST" else request.query_params
    return {name: value for name, value in fields.items() if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("")
def overview(request: Request, person: Supervisor, session: Work) -> Response:
    """Every population with a frame, and how far its draw is."""
    return page(request, person, "supervisor/sampling/overview.html", rows=queries.overview(session), now=clock.now())


@router.get("/populations/{population_id}")
def workbench(request: Request, person: Supervisor, session: Work, population_id: int, typed: Typed) -> Response:
    """The steps of the population's draw, and the design tried out with what stands in the address."""
    return page(request, person, "supervisor/sampling/workbench.html", **look(session, population_id, typed))


@router.post("/populations/{population_id}/plan")
def plan(request: Request, person: Supervisor, session: Work, population_id: int, typed: Typed) -> Response:
    """The design tried out as typed: nothing is kept. For htmx the figures alone, with every mistake beside its field."""
    values = look(session, population_id, typed)
    part = "hx-request" in request.headers
    return page(request, person, f"supervisor/sampling/{'plan_part' if part else 'workbench'}.html", **values)


@router.post("/populations/{population_id}/design")
def fix(request: Request, person: Supervisor, session: Work, population_id: int, typed: Typed) -> Response:
    """Freeze the design as it was shown, with the newest frame."""
    try:
        with session.begin_nested():
            _fix(session, population_id, typed, person.id)
    except CallcenterError as refusal:
        return refused(request, person, session, population_id, refusal, typed)
    flash(request, "方案已冻结：请把方案摘要交给委托单位留存。")
    return see_other(f"/supervisor/sampling/populations/{population_id}")


def _fix(session: Session, population_id: int, typed: Mapping[str, str], user_id: int) -> None:
    values = look(session, population_id, typed)
    if values["frame"] is None:
        raise Refused("no_frame_yet", "这个总体还没有冻结的抽样框：请先在“名单与抽样框”里冻结。")
    standing, expected = values["design"], typed.get("expected", "")
    if expected and standing is not None and standing.sha256 == expected:
        return  # the same button pressed twice
    if values["tried"].plan is None:
        raise InvalidInput("design_cannot_be", "方案还不能冻结：{why}", why=next(iter(values["tried"].problems.values()), ""))
    fixed = actions.fix_design(session, frame_id=values["frame"].id, document=values["tried"].document, user_id=user_id)
    # The draw is locked from here on: who came first is certain now.
    if expected and (fixed.sha256 != expected or str(fixed.number) != typed.get("number")):
        raise Conflict("design_overtaken", "冻结没有执行：在您查看期间，抽样框或已冻结的方案有了变化。请核对下面的最新情况后再冻结。")


def refused(
    request: Request, person: Person, session: Session, population_id: int, refusal: CallcenterError, typed: Mapping[str, str]
) -> Response:
    """The page again with what was typed, and why nothing was done."""
    status = 422 if isinstance(refusal, InvalidInput) else 409
    session.expire_all()
    values = look(session, population_id, typed)
    values["problem"] = _(refusal.text, **refusal.about)
    return page(request, person, "supervisor/sampling/workbench.html", status=status, **values)


def look(session: Session, population_id: int, typed: Mapping[str, str]) -> dict[str, Any]:
    """All that the page shows: the population, its frame, its draws, and the design tried out."""
    population = studies.population(session, population_id)
    draws = queries.draws(session, population_id)
    last = draws[-1] if draws else None
    frames = queries.frames(session, population_id)
    values: dict[str, Any] = {
        "population": population,
        "frame": frames[0] if frames else None,
        "draws": draws,
        "shareable": queries.shareable(session, population_id, clock.now()),
        "words": queries.words(session, population_id),
        "draw": last,
        "steps": queries.steps(session, last) if last else None,
        "next_step": queries.steps(session, last).next(clock.now()) if last else "commit",
        "design": queries.design(session, last.design_id) if last and last.design_id else None,
        "strata": queries.strata(session, last.id) if last and last.id else [],
        "drafts": queries.drafts(session, population_id),
        "problem": "",
        "other": {name: value for name, value in typed.items() if name in OF_STEPS},
    }
    settings = studies.study_of_population(session, population_id).settings
    return {**values, **_try_out(session, values, _design_typed(session, values, typed), settings)}


def _design_typed(session: Session, values: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, str]:
    """The page begins with the frozen design or a chosen draft; what is typed goes over it, what is typed whole stands alone."""
    own = {name: value for name, value in typed.items() if name not in (*OURS, *OF_STEPS)}
    if "method" in own:
        return own
    if typed.get("draft", "").isdecimal():
        document = queries.draft(session, values["population"].id, int(typed["draft"])).document
    elif values["design"]:
        document = values["design"].document
    else:
        return own
    cells = queries.cell_sizes(session, values["frame"].id, design_form.fields(document)) if values["frame"] else {}
    return {**design_form.filled(document, cells), **own}


def _try_out(session: Session, values: Mapping[str, Any], typed: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of the design in the form, and the document that would be frozen with its hash."""
    form = {**design_form.defaults(settings), **typed}
    if "method" in typed and "finite" not in typed and typed.get("size_by"):
        form["finite"] = "0"  # a box that is not ticked is not sent
    frame = values["frame"]
    cells = queries.cell_sizes(session, frame.id, design_form.fields(form)) if frame else {}
    tried = design_form.try_out(form, cells) if frame else design_form.Tried({})
    found: dict[str, Any] = {
        "form": form,
        "tried": tried,
        "by": design_form.fields(form),
        "sizes": design_form.strata_sizes(cells, tried.merged),
        "parameter": design_form.PARAMETER.get(form["method"]),
        "earlier": _unfrozen(session, values) if form["coordination"] == "negative" else [],
        "expected": "",
        "number": 0,
    }
    if frame and tried.plan and values["next_step"] in ("freeze", "wait"):
        found |= _to_be_frozen(session, frame, values["draw"], tried)
    return found


def _unfrozen(session: Session, values: Mapping[str, Any]) -> list[str]:
    """The populations of the same commitment that stand before this one and have no frozen design: their shares are asked for."""
    if values["next_step"] not in ("freeze", "wait"):
        return []
    return [neighbour.population for neighbour in queries.neighbours_before(session, values["draw"]) if neighbour.share is None]


def _to_be_frozen(session: Session, frame: Any, draw: Any, tried: design_form.Tried) -> dict[str, Any]:
    """The hash and the number that the design would be frozen under."""
    wishes = Wishes(**tried.document)
    of_frame = frame_part(frame.number, frame.sha256, screening=frame.screening, reporting_order=frame.reporting_order)
    try:
        if tried.plan is None:
            return {}
        placed = place_of(wishes, tried.plan, queries.neighbours_before(session, draw))
    except CallcenterError as refusal:
        tried.problems["coordination"] = _(refusal.text, **refusal.about)
        tried.plan = None
        return {}
    whole = full_document(wishes, tried.plan, frame=of_frame, placed=placed)
    return {"expected": document_sha256(whole), "number": len(queries.designs(session, frame.id)) + 1}
