"""The units of a frame or of what it would be: filtered, one by one with every report, kept out by rules, at shared numbers."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.frame import queries
from callcenter.frame.queries import Source, UnitsWanted
from callcenter.operations.actions import record
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.lists_and_frames.words import CONFLICTS, LISTED, in_order, rule_text, settled_by
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/lists/{population_id}")
Supervisor = Annotated[Person, allow("supervisor")]


def _source(session: Session, population_id: int, frame: int) -> tuple[Source, Any]:
    """The units of frame number `frame`, or of the preview (0); with what is known of all of them."""
    if frame:
        found = queries.numbered_frame(session, population_id, frame)
        return queries.frame_source(found), found
    return queries.preview_source(session, population_id), queries.stored_preview(session, population_id)


def _about(session: Session, population_id: int, frame: int, whole: Any) -> dict[str, Any]:
    population = studies.population(session, population_id)
    item = studies.item(session, population.item_id)
    return {"population": population, "item": item, "frame": frame, "counts": in_order(whole.counts), "screening": whole.screening}


@router.get("/units")
def units(
    request: Request, person: Supervisor, session: Work, population_id: int,
    frame: int = 0, kind: str = "", district: str = "", also_in: int = 0, offset: Offset = 0,
) -> Response:  # fmt: skip
    """A page of units, of one kind, district, or those that stand in another population, too."""
    source, whole = _source(session, population_id, frame)
    wanted = UnitsWanted(kind if kind in LISTED else "", district, also_in, offset)
    shown, count = queries.units_page(session, source, wanted)
    values = _about(session, population_id, frame, whole) | {
        "units": shown, "count": count, "wanted": wanted, "size": queries.PAGE, "listed": LISTED, "conflict_labels": CONFLICTS,
        "other": studies.population(session, also_in) if also_in else None, "barred": queries.still_barred(session, source),
    }  # fmt: skip
    return page(request, person, "supervisor/lists/units.html", **values)


@router.get("/units/{unit_id}")
def unit(request: Request, person: Supervisor, session: Work, population_id: int, unit_id: int, frame: int = 0) -> Response:
    """A unit: what its reports told differently, what was taken and why, and where each report stands."""
    return _unit(request, person, session, population_id, unit_id, frame)


@router.post("/units/{unit_id}/numbers")
def numbers(request: Request, person: Supervisor, session: Work, population_id: int, unit_id: int, frame: int = 0) -> Response:
    """The same with names and numbers of contacts unmasked; that is written down."""
    return _unit(request, person, session, population_id, unit_id, frame, unmasked=True)


def _unit(
    request: Request, person: Person, session: Session, population_id: int, unit_id: int, frame: int, *, unmasked: bool = False
) -> Response:
    source, whole = _source(session, population_id, frame)
    found = queries.of_source(session, source, unit_id)
    if unmasked:
        detail = {"unit": found.id, "population": population_id, "number": frame}
        record(session, person.id, "numbers_shown", "population", population_id, detail=detail)
    values = _about(session, population_id, frame, whole) | {
        "unit": found, "reports": queries.provenance(session, found.matters), "unmasked": unmasked,
        "conflict_labels": CONFLICTS, "settled_by": settled_by,
    }  # fmt: skip
    return page(request, person, "supervisor/lists/unit.html", **values)


@router.get("/removed")
def removed(
    request: Request, person: Supervisor, session: Work, population_id: int, frame: int = 0, rule: int = 0, offset: Offset = 0
) -> Response:
    """The units that screening rules keep out, of one rule or all."""
    source, whole = _source(session, population_id, frame)
    shown, count = queries.removed_page(session, source, rule, offset)
    values: dict[str, Any] = {
        "units": shown,
        "count": count,
        "rule": rule,
        "offset": offset,
        "size": queries.PAGE,
        "rule_text": rule_text,
    }
    return page(request, person, "supervisor/lists/removed.html", **_about(session, population_id, frame, whole), **values)


@router.get("/shared-numbers")
def shared(request: Request, person: Supervisor, session: Work, population_id: int, frame: int = 0, offset: Offset = 0) -> Response:
    """Numbers that serve three or more enterprises, so that departments can be asked for own ones."""
    return _shared(request, person, session, population_id, frame, offset)


@router.post("/shared-numbers")
def shared_opened(request: Request, person: Supervisor, session: Work, population_id: int, frame: int = 0, offset: Offset = 0) -> Response:
    """The same page with the numbers unmasked; that is written down."""
    detail = {"population": population_id, "number": frame, "from": offset}
    record(session, person.id, "numbers_shown", "population", population_id, detail=detail)
    return _shared(request, person, session, population_id, frame, offset, unmasked=True)


def _shared(
    request: Request, person: Person, session: Session, population_id: int, frame: int, offset: int, *, unmasked: bool = False
) -> Response:
    source, whole = _source(session, population_id, frame)
    shown, count = queries.shared_numbers(session, source, offset)
    values: dict[str, Any] = {
        "numbers": shown,
        "count": count,
        "offset": offset,
        "size": queries.NUMBERS_A_PAGE,
        "unmasked": unmasked,
    }
    return page(request, person, "supervisor/lists/shared_numbers.html", **_about(session, population_id, frame, whole), **values)
