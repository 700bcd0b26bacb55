"""Interviews that ask for a look, operators against each other, and samples taken out by two persons."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.follow_up.actions import decide_invalidation, propose_invalidation
from callcenter.follow_up.actions.invalidating import REASONS
from callcenter.follow_up.queries import held_interviews
from callcenter.people import queries as people
from callcenter.responses import falsification, queries
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import whole

router = APIRouter(prefix="/supervisor")
Supervisor = Annotated[Person, allow("supervisor")]
SHOWN = 200


@router.get("/quality")
def panel(request: Request, person: Supervisor, session: Work, study: str = "") -> Response:
    """Signs by operator, corrected for the number of comparisons, and the interviews themselves."""
    known = studies.studies(session)
    chosen = next((one for one in known if str(one.id) == study), known[-1] if known else None)
    held = held_interviews(session, chosen.id or 0) if chosen else []
    found = falsification.signs(held)
    values: dict[str, Any] = {
        "chosen": chosen,
        "studies": known,
        "held": held,
        "signs": sorted(found, key=lambda sign: (sign.indicator, -sign.held.interview_id))[:SHOWN],
        "number": len(found),
        "compared": falsification.compare(held, found),
        "names": people.names(session),
        "indicators": falsification.INDICATORS,
    }
    return page(request, person, "supervisor/follow_up/quality.html", **values)


@router.get("/invalidations")
def invalidations(request: Request, person: Supervisor, session: Work, case: str = "") -> Response:
    """Proposals and decisions; no answers."""
    return _page(request, person, session, typed={"case": case})


@router.post("/invalidations")
def propose(
    request: Request,
    person: Supervisor,
    session: Work,
    case: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Propose that a valid sample counts no more."""
    try:
        number = whole(case)
        if number is None:
            raise InvalidInput("case_missing", "请填写个案编号。")
        with session.begin_nested():
            propose_invalidation(session, number, reason, note=note, user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal, {"case": case, "reason": reason, "note": note})
    flash(request, "已提议，请另一位没有看过回答的督导决定。")
    return see_other("/supervisor/invalidations")


@router.post("/invalidations/{invalidation_id}")
def decide(request: Request, person: Supervisor, session: Work, invalidation_id: int, agree: Annotated[str, Form()] = "") -> Response:
    """The second person's word."""
    try:
        if agree not in {"yes", "no"}:
            raise InvalidInput("word_missing", "请选择同意或不同意。")
        with session.begin_nested():
            decide_invalidation(session, invalidation_id, agree=agree == "yes", user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal)
    flash(request, "已记录您的决定。")
    return see_other("/supervisor/invalidations")


def _page(
    request: Request, person: Person, session: Session, refusal: CallcenterError | None = None, typed: dict[str, str] | None = None
) -> Response:
    status = 200 if refusal is None else 422 if isinstance(refusal, InvalidInput) else 409
    values = {
        "rows": queries.invalidations(session),
        "reasons": REASONS,
        "typed": typed or {},
        "problem": _(refusal.text, **refusal.about) if refusal else "",
    }
    return page(request, person, "supervisor/follow_up/invalidations.html", status=status, **values)
