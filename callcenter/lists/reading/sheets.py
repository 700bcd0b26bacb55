"""A sheet as the readers hand it over, whatever the file was."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from callcenter.lists.cells import Value


class Merge(NamedTuple):
    """Merged cells, both ends included; rows count from 1, columns from 0 as in `Row.cells`."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Row(NamedTuple):
    """A row and its number: in the sheet from 1, in text files the line on which the record begins."""

    number: int
    cells: list[Value]


@dataclass(slots=True)
class Sheet:
    """A sheet: its rows once, in order."""

    name: str
    rows: Iterator[Row]
    merges: list[Merge] = field(default_factory=list)
    first_column: int = 0
    """The sheet column (from 0) in which `Row.cells` begins."""
