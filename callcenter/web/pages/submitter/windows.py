"""When lists may be sent: the intake phase of a stage."""

from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from callcenter import clock
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day


class Window(NamedTuple):
    """The days on which a stage takes lists, and whether today is one of them. A stage without the phase takes them always."""

    open: bool
    first_day: date | None
    last_day: date | None


def window(session: Session, stage_id: int) -> Window:
    """The intake window of a stage as it stands today."""
    today = field_day(clock.now())
    intake = [phase for phase in studies.phases(session, stage_id) if phase.kind == "intake"]
    if not intake:
        return Window(True, None, None)
    now = next((phase for phase in intake if phase.first_day <= today <= phase.last_day), None)
    shown = now or next((phase for phase in intake if phase.first_day > today), intake[-1])
    return Window(now is not None, shown.first_day, shown.last_day)
