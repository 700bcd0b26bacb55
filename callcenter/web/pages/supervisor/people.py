"""People and shifts: what every operator is doing since when, and the day's sums."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from sqlmodel import Session
from sse_starlette import EventSourceResponse
from starlette.responses import Response

from callcenter import clock
from callcenter.call_queue.calling_hours import at_minute
from callcenter.people import queries as people
from callcenter.people.operator_states import STATES, time_in_states
from callcenter.responses import queries as responses
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.live import stream
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow

router = APIRouter(prefix="/supervisor/people")
Supervisor = Annotated[Person, allow("supervisor")]
SUMMED = tuple(state for state in STATES if state != "off")


@dataclass(frozen=True)
class Row:
    """One operator: the present state, and the day's time by state, calls and completes."""

    name: str
    username: str
    state: str
    code: str | None
    since: datetime | None
    times: dict[str, timedelta]
    calls: int
    complete: int


@router.get("")
def shifts(request: Request, person: Supervisor, session: Work) -> Response:
    """The page, or its table alone where only that is asked for."""
    now = clock.now()
    rows = _rows(session, now)
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    return page(request, person, "supervisor/people.html", rows=rows, counts=counts, now=now, summed=SUMMED)


@router.get("/live")
async def live(request: Request, person: Supervisor) -> EventSourceResponse:  # noqa: ARG001  # the door
    """That somebody's state changed."""
    return stream(request, {"operators": "operators"})


def _rows(session: Session, now: datetime) -> list[Row]:
    start = at_minute(field_day(now), 0)
    counted = responses.calls_of_operators(session, start, now + timedelta(seconds=1))
    found = []
    for operator in people.operators(session, start, now + timedelta(seconds=1)):
        calls, complete = counted.get(operator.id, (0, 0))
        present = operator.present
        state, code, since = (present.state, present.code, present.since) if present else ("off", None, None)
        times = time_in_states(operator.spells, start, now)
        found.append(Row(operator.name, operator.username, state, code, since, times, calls, complete))
    return sorted(found, key=lambda row: (row.state == "off", row.name))
