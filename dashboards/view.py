"""What a board shows, in plain values: tables that can be sorted and taken away, charts whose titles are findings."""

import csv
import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from callcenter.lists.formulas import tamed
from callcenter.web import formats
from callcenter.web.translations import gettext as _


@dataclass(frozen=True)
class Share:
    """A part of a base; not defined where the base is 0."""

    part: float
    base: float

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.part / self.base if self.base else None


@dataclass(frozen=True)
class Percent:
    """A rate or a chance whose base is told elsewhere; None is: not defined."""

    value: float | None


@dataclass(frozen=True)
class Mark:
    """A state in colour and in word: kind is done, warning, stop or quiet."""

    text: str
    kind: str = "quiet"


@dataclass(frozen=True)
class Table:
    """A table with a name for its address; cells are texts, marks, numbers, shares, durations, or None for what is not defined."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    about: str = ""
    """What a reader must know of the figures: bases, formulas."""
    total: tuple[Any, ...] | None = None
    """The sum of the rows, which sorting leaves at the foot."""


@dataclass(frozen=True)
class Chart:
    """A chart as Plotly takes it under the finding that it shows; the table behind it stands on the same board."""

    name: str
    finding: str
    figure: dict[str, Any]


@dataclass(frozen=True)
class View:
    """All that a board shows now; `empty` says what to do where there is nothing yet."""

    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    empty: str = ""


def is_number(cell: Any) -> bool:
    """Whether a cell stands to the right and sorts by size."""
    return cell is None or isinstance(cell, int | float | Share | Percent | timedelta)


def shown(cell: Any) -> str:
    """A cell as it is read."""
    if isinstance(cell, Share):
        return formats.share(cell.part, cell.base)
    if isinstance(cell, Percent):
        return formats.percent(cell.value)
    if isinstance(cell, Mark):
        return cell.text
    if isinstance(cell, timedelta):
        return formats.duration(cell)
    if cell is None:
        return "–"
    return formats.number(cell) if isinstance(cell, int | float) else str(cell)


def sort_key(cell: Any) -> float | str:
    """What a column is sorted by; what is not defined comes first."""
    plain = exact(cell)
    return -1e300 if plain is None else plain


def exact(cell: Any) -> Any:
    """A cell for programs: shares as fractions, durations as seconds."""
    if isinstance(cell, Share | Percent):
        return cell.value
    if isinstance(cell, Mark):
        return cell.text
    return cell.total_seconds() if isinstance(cell, timedelta) else cell


def as_csv(table: Table) -> bytes:
    """A table as CSV in UTF-8 with a mark, so that spreadsheets read it; no cell begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    rows = [*table.rows, *([table.total] if table.total else [])]
    spans = {place for row in rows for place, cell in enumerate(row) if isinstance(cell, timedelta)}
    writer.writerow([head + formats.bracketed(_("秒")) if place in spans else head for place, head in enumerate(table.heads)])
    written = ([exact(cell) for cell in row] for row in rows)
    writer.writerows([tamed(cell) if isinstance(cell, str) else cell for cell in row] for row in written)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
