"""Top-up proposals: both numbers of each, accepted with a count or declined with a reason."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.follow_up import queries as proposals
from callcenter.follow_up.actions import accept_top_up, decline_top_up, wrong_with_top_up
from callcenter.response_rates.cohorts import Cohort, Price, price
from callcenter.response_rates.queries import study_counts
from callcenter.sampling import queries
from callcenter.sampling.releases import whole_steps
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.sampling.workbench import Supervisor
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import whole

router = APIRouter(prefix="/supervisor/sampling/top-ups")
HERE = "/supervisor/sampling/top-ups"


@dataclass(frozen=True)
class Waiting:
    """A proposal with what a supervisor needs beside it to decide."""

    proposal: object
    population: object
    stratum: str
    reserves: int
    offered: int
    """The safe number in whole steps, at most what is left."""
    price: Price
    """What the offered number does to the stratum's RR1."""
    closes_soon: int | None
    """Workdays of the protocol where it takes a reason to release now."""


@router.get("")
def top_ups(request: Request, person: Supervisor, session: Work) -> Response:
    """The proposals that wait for a word."""
    return _page(request, person, session)


@router.post("/{proposal_id}/accept")
def accept(
    request: Request,
    person: Supervisor,
    session: Work,
    proposal_id: int,
    count: Annotated[str, Form()] = "",
    word: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Release that many reserves into the queue; near the window's close only with a reason."""
    typed = {"id": str(proposal_id), "count": count, "word": word}
    try:
        number, unread = _count(count)
        if wrong := [*unread, *wrong_with_top_up(session, proposal_id, number, word)]:
            return _page(request, person, session, *wrong, typed=typed)
        with session.begin_nested():
            release = accept_top_up(session, proposal_id, number, person.id, word=word)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal, typed=typed)
    flash(request, "已补充释放 {count} 个个案，话务员现在可以领取。", count=release.count)
    return see_other(HERE)


@router.post("/{proposal_id}/decline")
def decline(
    request: Request, person: Supervisor, session: Work, proposal_id: int, reason: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Leave the stratum short, with a recorded reason."""
    try:
        with session.begin_nested():
            decline_top_up(session, proposal_id, person.id, reason)
    except CallcenterError as refusal:
        return _page(request, person, session, refusal)
    flash(request, "已决定不补充，理由已记录。")
    return see_other(HERE)


def _page(
    request: Request, person: Supervisor, session: Session, *refusals: CallcenterError, typed: dict[str, str] | None = None
) -> Response:
    status = 200 if not refusals else 422 if isinstance(refusals[0], InvalidInput) else 409
    values = {"rows": _waiting(session), "problems": [_(one.text, **one.about) for one in refusals], "typed": typed or {}}
    return page(request, person, "supervisor/sampling/top_ups.html", status=status, **values)


def _waiting(session: Session) -> list[Waiting]:
    rows = []
    for proposal in proposals.open_proposals(session):
        draw = queries.draw(session, proposal.draw_id)
        stratum = next(one for one in queries.strata(session, proposal.draw_id) if one.id == proposal.stratum_id)
        reserves = stratum.size - stratum.released
        offered = whole_steps(proposal.safe_count, queries.release_step(session, proposal.draw_id), reserves)
        population = studies.population(session, draw.population_id)
        (counted,) = study_counts(session, studies.study_of_population(session, draw.population_id).id or 0, draw.population_id)
        cohort = next((one for one in counted.strata if one.name == stratum.name), Cohort())
        costs = price(cohort, offered, expected=proposal.expected, yield_rate=proposal.yield_rate)
        soon = proposals.closes_soon(session, proposal.draw_id, field_day(clock.now()))
        rows.append(Waiting(proposal, population, stratum.name, reserves, offered, costs, soon))
    return rows


def _count(typed: str) -> tuple[int | None, list[CallcenterError]]:
    """The number that was typed, or what is wrong with it."""
    number = whole(typed.strip().removeprefix("-"))
    if number is not None:
        return (-number if typed.strip().startswith("-") else number), []
    return None, [InvalidInput("not_a_number", "“{field}”填的是“{typed}”：应填数字。", field=_("补充个数"), typed=typed[:40])]
