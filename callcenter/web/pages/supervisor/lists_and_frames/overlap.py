"""Which populations of a stage hold the same enterprises."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.frame import queries
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter()
Supervisor = Annotated[Person, allow("supervisor")]
WIDEST = 12
"""So many populations still fit side by side as a matrix."""


@router.get("/lists/overlap/{stage_id}")
def overlap(request: Request, person: Supervisor, session: Work, stage_id: int) -> Response:
    """Pairs of populations with units in common, as a matrix and as a list, and the overlaps that the study expects."""
    stage = studies.stage(session, stage_id)
    found = queries.overlap_of_stage(session, stage_id)
    populations = {population.id or 0: population for population in studies.populations(session, stage_id)}
    items = {item.id: item.number for item in studies.items(session, stage_id)}
    expected = [
        group | {"populations": [key for key, each in populations.items() if items[each.item_id] in group["items"]]}
        for group in studies.study(session, stage.study_id).settings.get("overlaps", [])
        if str(group.get("stage")) == stage.name
    ]
    with_units = [key for key in populations if found.sizes.get(key)]
    frozen = {key: queries.newest_frame(session, key) for key in with_units}
    unmerged = [key for key in queries.with_lists(session, stage_id) if key not in found.sizes]
    overlapping = {side for pair in found.pairs for side in (pair.first, pair.second)}
    matrix = [key for key in with_units if key in overlapping or len(with_units) <= WIDEST]
    values: dict[str, Any] = {
        "stage": stage, "found": found, "populations": populations, "expected": expected, "with_units": with_units,
        "unmerged": unmerged, "frozen": frozen, "matrix": matrix if len(matrix) <= WIDEST else [],
    }  # fmt: skip
    return page(request, person, "supervisor/lists/overlap.html", **values)
