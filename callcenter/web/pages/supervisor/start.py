"""Where the supervisor begins: what needs a word now, and how far each study is."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sse_starlette import EventSourceResponse
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue import queries as queue
from callcenter.follow_up import queries as follow_up
from callcenter.operations import actions as operations
from callcenter.operations import queries as house
from callcenter.operations.liveness import silent_for
from callcenter.responses import queries as responses
from callcenter.studies import queries as studies
from callcenter.studies.actions.stops import STANDSTILLS
from callcenter.web.deps import Work
from callcenter.web.live import stream
from callcenter.web.pages.supervisor.standstills import names, standstills
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/supervisor")
Supervisor = Annotated[Person, allow("supervisor")]


@router.get("")
def start(request: Request, person: Supervisor, session: Work) -> Response:
    """Where nobody can call, open alerts, proposals that wait, and the cases of each study by state."""
    known = studies.studies(session)
    still = standstills(session, known)
    rechecks, invalidations = responses.waiting_words(session)
    return page(
        request,
        person,
        "supervisor/start.html",
        alerts=house.open_alerts(session),
        silent=silent_for(house.latest_start(session), clock.now()),
        standstills=still,
        names=names(session, still),
        rechecks=rechecks,
        invalidations=invalidations,
        proposals=len(follow_up.open_proposals(session)),
        studies=[(study, queue.waiting(session, study.id or 0)) for study in known],
    )


@router.get("/live")
async def live(request: Request, person: Supervisor) -> EventSourceResponse:  # noqa: ARG001  # the door
    """That a study may have come to stand, or goes on."""
    return stream(request, {STANDSTILLS: "standstills"})


@router.post("/alerts/close")
def close_alert(request: Request, person: Supervisor, session: Work, same_as: Annotated[str, Form()]) -> Response:
    """Say that an alert is dealt with; it comes back by itself where its cause lasts."""
    operations.close_alert(session, same_as, person.id)
    operations.record(session, person.id, "alert_closed", "alert", same_as)
    flash(request, "已处理。如果原因还在，系统会再次提醒。")
    return see_other("/supervisor")
