"""Upload windows: on which days a unit may send lists for a stage, extensions counted, and what comes late. Both ends are included."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from callcenter.studies.units import UnitNames


@dataclass(frozen=True)
class IntakeSpan:
    """An intake phase: as it stands for everybody, and until when the schedule planned it."""

    phase_id: int
    title: str
    first_day: date
    last_day: date
    scheduled_last_day: date


@dataclass(frozen=True)
class UnitExtension:
    """Another last day of an intake phase for one unit only."""

    phase_id: int
    unit: str
    last_day: date


@dataclass(frozen=True)
class Window:
    """The days on which lists are taken, and whether the asked day is one of them. A stage without the phase takes them always."""

    open: bool
    first_day: date | None = None
    last_day: date | None = None
    scheduled_last_day: date | None = None
    for_unit: bool = False
    """Whether its last day is one given to the unit alone."""
    over: bool = False
    """Whether the asked day lies behind it."""

    @property
    def extended(self) -> bool:
        """Whether it ends later than the schedule planned."""
        return self.last_day is not None and self.scheduled_last_day is not None and self.last_day > self.scheduled_last_day

    def is_late(self, day: date) -> bool:
        """Whether what arrives on `day` is late: after the last day that the schedule planned."""
        return self.scheduled_last_day is not None and day > self.scheduled_last_day


@dataclass(frozen=True)
class Intake:
    """The intake phases of a stage in order, with what was given to single units (oldest first: the newest word counts)."""

    spans: Sequence[IntakeSpan]
    extensions: Sequence[UnitExtension] = ()
    names: UnitNames = field(default_factory=UnitNames)

    def window(self, day: date, unit: str | None = None) -> Window:
        """The window on `day`, for `unit` where one is named: the open one, else the next, else the last."""
        windows = [self._of(span, day, unit) for span in self.spans]
        if not windows:
            return Window(True)
        now = next((window for window in windows if window.open), None)
        coming = next((window for window in windows if window.first_day and window.first_day > day), None)
        return now or coming or windows[-1]

    def _of(self, span: IntakeSpan, day: date, unit: str | None) -> Window:
        given = [one.last_day for one in self.extensions if one.phase_id == span.phase_id and unit and self._holds(one.unit, unit)]
        alone = bool(given) and given[-1] > span.last_day
        last_day = given[-1] if alone else span.last_day
        return Window(span.first_day <= day <= last_day, span.first_day, last_day, span.scheduled_last_day, alone, day > last_day)

    def _holds(self, given_to: str, unit: str) -> bool:
        """What a district was given its departments have too; what one of them was given, the district shows."""
        mine, theirs = self.names.normal(unit), self.names.normal(given_to)
        district, other = self.names.answers_for(unit), self.names.answers_for(given_to)
        return mine == theirs or (district == other and (mine == district or theirs == other))
