"""Who must deliver what until when, and what is still open: the matrix of populations and units of a stage.

A unit that leads an item owes a list for each of its populations; one that is responsible may send one (or owes it too, where the study
says `must_send: named`). All districts stand for each of them, a district's departments deliver in its place, and groups that name nobody
(`等有关单位`) owe nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial

from callcenter.studies.units import LEAD, UnitNames
from callcenter.studies.windows import Intake, Window

LEADS, NAMED = "leads", "named"
NOT_SENT, OVERDUE, WAITING, ONLY_REFUSED, LATE, SENT = "not_sent", "overdue", "waiting", "only_refused", "late", "sent"
STATES = (OVERDUE, NOT_SENT, ONLY_REFUSED, WAITING, LATE, SENT)
OPEN = frozenset({OVERDUE, NOT_SENT, ONLY_REFUSED})
"""States in which nothing counts yet."""


@dataclass(frozen=True)
class Expected:
    """A population of the checklist and the units that its item names."""

    population_id: int
    code: str
    title: str
    item_number: int
    item_title: str
    topic_number: int
    leads: Sequence[str]
    responsible: Sequence[str]


@dataclass(frozen=True)
class Arrival:
    """A list that came in, also one that was replaced since."""

    submission_id: int
    population_id: int
    department: str
    received_at: datetime
    state: str
    late: bool
    rows: int = 0
    accepted: int = 0
    orders: int = 0
    """Rows that are work orders."""


@dataclass(frozen=True)
class Cell:
    """What one unit delivers for one population; `part` is empty where the checklist does not name the unit."""

    expected: Expected
    unit: str
    part: str
    owed: bool
    state: str
    window: Window
    arrivals: Sequence[Arrival] = ()
    """Newest first."""

    @property
    def open(self) -> bool:
        """Whether the unit owes it and nothing that counts is here."""
        return self.owed and self.state in OPEN

    @property
    def accepted(self) -> int:
        """Rows that count."""
        return sum(arrival.accepted for arrival in self.arrivals if arrival.state == "judged")


@dataclass(frozen=True)
class Checklist:
    """The populations of a stage, its upload windows, and by which rule units owe lists."""

    expected: Sequence[Expected]
    intake: Intake
    names: UnitNames
    rule: str = LEADS


def matrix(checklist: Checklist, arrivals: Iterable[Arrival], today: date) -> list[Cell]:
    """Every delivery that is expected or came: by population, leads first, then responsible units, then others that sent."""
    came: dict[int, dict[str, list[Arrival]]] = {expected.population_id: {} for expected in checklist.expected}
    for arrival in sorted(arrivals, key=lambda each: (each.received_at, each.submission_id), reverse=True):
        unit = checklist.names.answers_for(arrival.department)
        came.get(arrival.population_id, {}).setdefault(unit, []).append(arrival)
    window = cache(partial(checklist.intake.window, today))
    return [cell for expected in checklist.expected for cell in _row(expected, checklist, came[expected.population_id], window)]


def _row(expected: Expected, checklist: Checklist, came: Mapping[str, list[Arrival]], window: Callable[[str], Window]) -> Iterator[Cell]:
    """The cells of one population."""
    parts = checklist.names.parts(expected.leads, expected.responsible)
    named = sorted(parts, key=lambda unit: parts[unit] != LEAD)
    for unit in [*named, *sorted(came.keys() - parts.keys())]:
        part, sent = parts.get(unit, ""), came.get(unit, [])
        owed = part == LEAD or (checklist.rule == NAMED and part != "")
        yield Cell(expected, unit, part, owed, state_of(sent, over=window(unit).over), window(unit), sent)


def state_of(arrivals: Sequence[Arrival], *, over: bool) -> str:
    """What the lists of a unit come to. A list mended late is not late: the first one that had usable rows decides."""
    if any(arrival.state == "judged" and arrival.accepted for arrival in arrivals):
        usable = [arrival for arrival in arrivals if arrival.accepted]
        return LATE if all(arrival.late for arrival in usable) else SENT
    if any(arrival.state == "waiting" for arrival in arrivals):
        return WAITING
    if arrivals:
        return ONLY_REFUSED
    return OVERDUE if over else NOT_SENT


@dataclass(frozen=True)
class Chosen:
    """Which cells of the matrix to show; what is none does not choose."""

    topic: int | None = None
    item: int | None = None
    unit: str = ""
    state: str = ""
    only_open: bool = False

    def holds(self, cell: Cell) -> bool:
        """Whether the cell is shown."""
        return (
            self.topic in (None, cell.expected.topic_number)
            and self.item in (None, cell.expected.item_number)
            and self.unit in ("", cell.unit)
            and self.state in ("", cell.state)
            and (cell.open or not self.only_open)
        )


@dataclass
class Tally:
    """Deliveries counted: owed ones by their state, and those that came without being owed."""

    owed: int = 0
    arrived: int = 0
    late: int = 0
    only_refused: int = 0
    waiting: int = 0
    overdue: int = 0
    missing: int = 0
    """Owed, nothing sent, and the window is not over."""
    more: int = 0
    accepted: int = 0
    cells: list[Cell] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Owed and not here."""
        return self.overdue + self.missing + self.only_refused

    def add(self, cell: Cell) -> None:
        """Count a cell."""
        self.cells.append(cell)
        self.accepted += cell.accepted
        here = cell.state in (SENT, LATE)
        if not cell.owed:
            self.more += here
            return
        self.owed += 1
        self.arrived += here
        self.late += cell.state == LATE
        self.only_refused += cell.state == ONLY_REFUSED
        self.waiting += cell.state == WAITING
        self.overdue += cell.state == OVERDUE
        self.missing += cell.state == NOT_SENT


def tally(cells: Iterable[Cell]) -> Tally:
    """The cells counted."""
    counted = Tally()
    for cell in cells:
        counted.add(cell)
    return counted


def by_unit(cells: Iterable[Cell]) -> list[tuple[str, Tally]]:
    """Each unit with its tally: most open first, then by name."""
    found: dict[str, Tally] = defaultdict(Tally)
    for cell in cells:
        found[cell.unit].add(cell)
    return sorted(found.items(), key=lambda each: (-each[1].open, -each[1].owed, each[0]))


def by_population(cells: Iterable[Cell]) -> list[tuple[Expected, Tally]]:
    """Each population with its tally, in the order of the checklist."""
    found: dict[int, Tally] = defaultdict(Tally)
    for cell in cells:
        found[cell.expected.population_id].add(cell)
    return [(counted.cells[0].expected, counted) for counted in found.values()]
