"""Data rows of one table that follow one another, to be read row by row or column by column."""

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from callcenter.lists.cells import Value, clean, clean_all
from callcenter.lists.columns import Layout


class DataRow(NamedTuple):
    """A row to be judged: its number, its table's columns and its values, merged cells filled in."""

    number: int
    layout: Layout
    cells: list[Value]


class Stretch:
    """Rows of one layout: `numbers` as in the sheet, `cells` row by row, merged cells filled in."""

    __slots__ = ("_texts", "cells", "columns", "layout", "numbers", "width")

    def __init__(self, layout: Layout, numbers: list[int], cells: list[list[Value]]) -> None:
        self.layout = layout
        self.numbers = numbers
        self.cells = cells
        widths = set(map(len, cells))
        even = len(widths) == 1
        self.columns: list[Sequence[Value]] = list(zip(*cells, strict=True)) if even else list(zip_longest(*cells, fillvalue=""))
        """All values by column; rows of a text file that end early are filled up."""
        self.width = len(self.columns)
        self._texts: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self) -> Iterator[DataRow]:
        """The rows one by one."""
        for number, cells in zip(self.numbers, self.cells, strict=True):
            yield DataRow(number, self.layout, cells)

    def texts(self, place: int) -> list[str]:
        """What the cells of a column say, cleaned; empty beyond the last column."""
        if place not in self._texts:
            self._texts[place] = clean_all(self.columns[place]) if place < self.width else [""] * len(self)
        return self._texts[place]

    def texts_of_row(self, row: int) -> list[str]:
        """What the cells of the row (from 0) say."""
        return [self._texts[place][row] if place in self._texts else clean(self.columns[place][row]) for place in range(self.width)]

    def first_filled(self, column: str) -> list[str]:
        """For each row the first filled cell of the columns of that name."""
        return self.first_of(self.layout.places.get(column, ()))

    def first_of(self, places: Sequence[int]) -> list[str]:
        """For each row the first filled cell of some columns."""
        if not places:
            return [""] * len(self)
        if len(places) == 1:
            return self.texts(places[0])
        return [next(filter(None, texts), "") for texts in zip(*map(self.texts, places), strict=True)]

    def holds_numbers_only(self, place: int) -> bool:
        """Whether every cell of the column is a number that a person could have typed."""
        values = self.columns[place]
        if set(map(type, values)) != {float}:
            return False
        total: float = sum(values)  # type: ignore[arg-type]  # numbers, as just seen
        return total - total == 0  # neither infinite nor no number

    def part(self, layout: Layout, first: int, end: int) -> "Stretch":
        """The rows from `first` up to before `end`, under `layout`; the same object where those are all of them."""
        if layout is self.layout and first == 0 and end == len(self):
            return self
        return Stretch(layout, self.numbers[first:end], self.cells[first:end])

    def without(self, rows: Collection[int]) -> "Stretch":
        """The same without some rows (places from 0)."""
        kept = [place for place in range(len(self)) if place not in rows]
        return Stretch(self.layout, [self.numbers[place] for place in kept], [self.cells[place] for place in kept])
