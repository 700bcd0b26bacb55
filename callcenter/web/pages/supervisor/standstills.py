"""Studies in which nobody can call now: dialling stopped, or no line in use; who did it, since when, why, and until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue import calling_hours
from callcenter.call_queue import queries as queue
from callcenter.call_queue.callable import Reason
from callcenter.calls import queries
from callcenter.calls.lines import unusable
from callcenter.calls.lines.choice import held_by
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.pages.supervisor.lines import held_back

BY_SOMEBODY = frozenset({"lines_drained", "lines_rest"})
"""Lines that were taken out of use stay so over night; lines spent or out of their hours are as they should be when nobody calls anyway."""


@dataclass(frozen=True)
class Standstill:
    """A study that cannot be dialled, and why."""

    study: Any
    stop: Any
    """The stop of its dialling that stands."""
    lines: Reason | None
    """Why no line can call."""
    held: Sequence[tuple[Any, str, Any]]
    """Each line, what holds it, and the entry of the trail that tells who did it."""
    in_hours: bool
    """Whether it would be called now if it could."""


def standstills(session: Session, known: Iterable[Any]) -> list[Standstill]:
    """The studies with cases that wait and cannot be called for a reason other than the hour, with what holds each."""
    now = clock.now()
    found = [_of_study(session, study, now) for study in known]
    return [one for one in found if one.stop is not None or one.lines is not None]


def names(session: Session, found: Iterable[Standstill]) -> dict[int, str]:
    """Names of staff, where there is anything to tell."""
    return people.names(session) if list(found) else {}


def _of_study(session: Session, study: Any, now: datetime) -> Standstill:
    lines = queries.lines(session, study.id, now)
    in_hours = _in_hours(session, study, now)
    waits = queue.ready_count(session, [study.id]) > 0
    why = unusable(lines, now) if waits else None
    if why is not None and why.code not in BY_SOMEBODY and not in_hours:
        why = None
    held = {line.number: hold for line in lines if (hold := held_by(line, now))} if why else {}
    stored = [line for line in queries.stored_lines(session, study.id) if line.number in held] if held else []
    told = [(line, held[line.number], held_back(session, line, held[line.number])) for line in stored]
    return Standstill(study, studies.dialling_stop(session, study.id), why, told, in_hours)


def _in_hours(session: Session, study: Any, now: datetime) -> bool:
    windows = [studies.calling_window(session, stage.id or 0) for stage in studies.stages(session, study.id)]
    in_window = any(window[0] <= field_day(now) <= window[1] for window in windows if window)
    return in_window and calling_hours.is_open(calling_hours.read(study.settings.get("calling") or {}, studies.work_calendar(session)), now)
