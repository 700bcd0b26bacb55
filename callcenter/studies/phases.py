"""Dated phases in field time: which are open on a day, and how a trial moves them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIELD_ZONE = ZoneInfo("Asia/Shanghai")
"""Days, dayparts and phases are those of Tianjin; moments are stored in UTC."""

KINDS = (
    "framework",
    "plan",
    "design",
    "notice",
    "training",
    "intake",
    "evidence",
    "calling",
    "tracking",
    "opinions",
    "verification",
    "supplementary",
    "detail_table",
    "report_frame",
    "reporting",
)
OPEN_IN_TRIAL = frozenset({"design", "intake", "evidence", "calling", "tracking", "opinions", "verification", "supplementary"})
AFTER_FIELDWORK = frozenset({"detail_table", "report_frame", "reporting"})
TRIAL_DAYS = 90


@dataclass(frozen=True)
class PhaseSpan:
    """A phase as its stage's schedule states it, both days included."""

    kind: str
    title: str
    first_day: date
    last_day: date
    description: str = ""

    def holds(self, day: date) -> bool:
        """Whether the phase is open on `day`."""
        return self.first_day <= day <= self.last_day


def field_day(moment: datetime) -> date:
    """The calendar day in Tianjin at an aware moment."""
    return moment.astimezone(FIELD_ZONE).date()


def for_trial(phases: Iterable[PhaseSpan], trial_from: date) -> list[PhaseSpan]:
    """The same phases with fieldwork open from `trial_from` for 90 days, reports after it and all else as it was."""
    last_day = trial_from + timedelta(days=TRIAL_DAYS - 1)
    return [_moved(phase, trial_from, last_day) for phase in phases]


def _moved(phase: PhaseSpan, first_day: date, last_day: date) -> PhaseSpan:
    if phase.kind in OPEN_IN_TRIAL:
        return replace(phase, first_day=first_day, last_day=last_day)
    if phase.kind in AFTER_FIELDWORK:
        length = phase.last_day - phase.first_day
        return replace(phase, first_day=last_day + timedelta(days=1), last_day=last_day + timedelta(days=1) + length)
    return phase
