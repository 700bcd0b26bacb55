"""Calls that come in, as a ready operator sees them: who waits, which cases they could be about, and taking one."""

from typing import Annotated, Any

import structlog
from fastapi import Request
from pydantic import BaseModel
from sqlmodel import Session

from callcenter import clock
from callcenter.calls import actions as calls
from callcenter.calls import queries, voice_scripts
from callcenter.calls.actions.incoming import GONE_AFTER
from callcenter.calls.phone_line import LineFailure, PhoneLine
from callcenter.db.engine import transaction
from callcenter.operations.logs import told
from callcenter.people import queries as people
from callcenter.web import formats
from callcenter.web.deps import Work
from callcenter.web.documents import DocumentRouter
from callcenter.web.pages.operator.state import state
from callcenter.web.security import Person, allow

router = DocumentRouter(prefix="/operator/api/incoming")
Operator = Annotated[Person, allow("operator")]
log = structlog.get_logger("incoming")


class Taking(BaseModel):
    """Which of the caller's cases; none: the first."""

    case_id: int | None = None


@router.get("")
def offered(session: Work, person: Operator) -> dict[str, Any]:
    """Callers who wait now; an operator with a call or a case of their own sees that somebody waits, but takes nobody."""
    spell = people.present(session, person.id)
    waiting = queries.offered_calls(session, clock.now() - GONE_AFTER)
    return {"may_take": spell is not None and spell.state == "ready", "calls": [_offer(session, call) for call in waiting]}


@router.post("/{call_id}/take")
def take(request: Request, person: Operator, call_id: int, taking: Taking) -> dict[str, Any]:
    """Take a caller: the case is leased and the caller brought to the operator."""
    with transaction() as session:
        queries.require_seat(session, person.id, needed=request.app.state.phone_line.needs_seats)
        calls.take(session, call_id, person.id, taking.case_id)
        sid, room = calls.room_of(session, call_id)
    _bring(request.app.state.phone_line, sid, room)
    with transaction() as session:
        return state(session, person)


def _bring(line: PhoneLine, sid: str, room: str) -> None:
    """At once; where the carrier does not answer now, the caller's next question within seconds leads to the room too."""
    try:
        line.lead(sid, voice_scripts.answered(room))
    except LineFailure as failure:
        log.warning("caller_not_led", **told(failure))


def _offer(session: Session, call: queries.IncomingRow) -> dict[str, Any]:
    waits = (clock.now() - (call.offered_at or call.came_at)).total_seconds()
    return {
        "id": call.id,
        "line": call.line,
        "number": formats.masked_phone(call.caller),
        "waits_seconds": int(waits),
        "cases": [
            {
                "case_id": case.id,
                "enterprise": case.enterprise_name,
                "matter": str(case.matters[0].get("what", "")) if case.matters else "",
                "free": case.state != "leased",
            }
            for case in queries.open_cases_of_number(session, call.study_id, call.caller)
        ],
    }
