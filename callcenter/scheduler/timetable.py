"""What the house does by itself, one line a job. Every job may run twice or late without harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from callcenter.operations import actions as operations

Job = Callable[[Session], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """A job, how often it runs, and what it does in one transaction; its result goes to `timetable_runs`."""

    name: str
    every: timedelta
    run: Job


def _forget_old_runs(session: Session) -> dict[str, Any]:
    return {"forgotten": operations.forget_old_runs(session)}


TIMETABLE: list[Line] = [
    Line("forget_old_runs", timedelta(hours=1), _forget_old_runs),
]
