"""Where the evaluator begins: what there is, how far it has come."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.response_rates.cohorts import named_rates
from callcenter.response_rates.queries import study_counts
from callcenter.studies.queries import studies
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/evaluator")


@router.get("")
def start(request: Request, session: Work, person: Annotated[Person, allow("evaluator", "commissioner")]) -> Response:
    """Every population that was drawn, with its counts and rates."""
    found = [(study, study_counts(session, study.id or 0)) for study in studies(session)]
    drawn = [(study, populations) for study, populations in found if populations]
    return page(request, person, "evaluator/start.html", found=drawn, named_rates=named_rates)
