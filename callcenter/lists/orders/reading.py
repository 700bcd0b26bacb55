"""The work orders of a file, each with what its sheet says of every stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from callcenter.lists import columns
from callcenter.lists.cells import Value, clean, folded
from callcenter.lists.columns import Layout, StageColumns
from callcenter.lists.reading import sheets
from callcenter.lists.reading.tables import DataRow, data_rows
from callcenter.lists.work_orders import moment, written_days


class Stage(NamedTuple):
    """A stage as the sheet has it. A cell that is filled but cannot be read stands in `unreadable` as start, finish or days."""

    number: int
    start: datetime | None = None
    finish: datetime | None = None
    written: float | None = None
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in its columns: the order did not pass it."""
        return self.start is None and self.finish is None and self.written is None and not self.unreadable

    @property
    def span(self) -> "Span | None":
        """From start to finish, where both are there in that order."""
        return Span(self.start, self.finish) if self.start and self.finish and self.start <= self.finish else None

    @property
    def days(self) -> float | None:
        """Days as intake counts them: as written, else finish minus start."""
        if self.written is not None:
            return self.written
        return (self.finish - self.start).total_seconds() / 86400 if self.span and self.start and self.finish else None


class Span(NamedTuple):
    """From a start to a finish that is not before it."""

    start: datetime
    finish: datetime

    @property
    def whole_days(self) -> bool:
        """Whether both ends are dates without a time of day."""
        return self.start.time() == time() == self.finish.time()

    @property
    def ends(self) -> tuple[date, date]:
        """Both ends: dates where no time of day is given, else moments."""
        return (self.start.date(), self.finish.date()) if self.whole_days else (self.start, self.finish)


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One row of a work-order sheet. `number` counts the file's data rows from 1, as the verdicts do."""

    number: int
    sheet: str
    source_row: int
    order: str
    name: str
    stages: tuple[Stage, ...]
    total: float | None

    @property
    def used(self) -> list[Stage]:
        """The stages that the order passed, in the order of their numbers."""
        return [stage for stage in self.stages if not stage.is_empty]


def orders_of(data: bytes, *, persons: bool = False) -> Iterator[WorkOrder]:
    """The work orders of the file `data`, sheet by sheet; nothing of its other tables. Raises ListRefused where it cannot be read."""
    number = 0
    for sheet in sheets(data):
        _, rows = data_rows(sheet, persons=persons)
        for row in rows:
            number += 1
            if row.layout.work_orders:
                yield _order(number, sheet.name, row)


def stored(stage: Stage) -> list[Any]:
    """A stage as it is kept: number, start, finish, written days."""
    return [stage.number, stage.start and stage.start.isoformat(), stage.finish and stage.finish.isoformat(), stage.written]


def from_stored(kept: Sequence[Any]) -> Stage:
    """The stage that was kept."""
    number, start, finish, written = kept
    return Stage(number, start and datetime.fromisoformat(start), finish and datetime.fromisoformat(finish), written)


def _order(number: int, sheet: str, row: DataRow) -> WorkOrder:
    cells, layout = row.cells, row.layout
    stages = tuple(_stage(stage, cells, layout.stages[stage]) for stage in sorted(layout.stages))
    total = next((days for cell in _cells(cells, layout, columns.TOTAL) if (days := written_days(cell)) is not None), None)
    return WorkOrder(number, sheet, row.number, _text(cells, layout, columns.ORDER), _text(cells, layout, columns.NAME), stages, total)


def _stage(number: int, cells: Sequence[Value], places: StageColumns) -> Stage:
    start, finish, days = (cells[at] if at is not None and at < len(cells) else None for at in (places.start, places.finish, places.days))
    read = Stage(number, moment(start), moment(finish), written_days(days))
    known = {"start": (start, read.start), "finish": (finish, read.finish), "days": (days, read.written)}
    unreadable = tuple((part, clean(cell)) for part, (cell, value) in known.items() if value is None and clean(cell))
    return read._replace(unreadable=unreadable) if unreadable else read


def _cells(cells: Sequence[Value], layout: Layout, column: str) -> list[Value]:
    return [cells[place] for place in layout.places.get(column, ()) if place < len(cells)]


def _text(cells: Sequence[Value], layout: Layout, column: str) -> str:
    return next((folded(text) for cell in _cells(cells, layout, column) if (text := clean(cell))), "")
