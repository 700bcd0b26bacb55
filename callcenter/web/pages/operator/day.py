"""My appointments and my day: two simple tables."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue.calling_hours import at_minute
from callcenter.calls import outcomes
from callcenter.follow_up import queries as follow_up
from callcenter.people import queries as people
from callcenter.people.operator_states import time_in_states
from callcenter.responses import queries as responses
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/operator")


@router.get("/appointments")
def appointments(request: Request, session: Work, person: Annotated[Person, allow("operator")]) -> Response:
    """What I promised, soonest first."""
    now = clock.now()
    listed = follow_up.appointments_of(session, person.id, now + timedelta(days=90))
    return page(request, person, "operator/appointments.html", listed=listed, now=now)


@router.get("/day")
def day(request: Request, session: Work, person: Annotated[Person, allow("operator")]) -> Response:
    """What I did today."""
    now = clock.now()
    start = at_minute(field_day(now), 0)
    counted = responses.outcomes_of_operator(session, person.id, start, start + timedelta(days=1))
    told = [(outcomes.label(code), count, seconds) for code, count, seconds in counted]
    sums = {
        "calls": sum(count for _, count, _ in counted),
        "complete": sum(count for code, count, _ in counted if code == "complete"),
        "seconds": sum(seconds for _, _, seconds in counted),
    }
    times = time_in_states(people.spells(session, person.id, start, now), start, now)
    return page(request, person, "operator/day.html", told=told, sums=sums, times=times, today=start)
