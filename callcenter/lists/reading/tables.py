"""The data rows of a sheet: what stands under a header and is neither blank nor heading, footer or a page's repeated lines."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from callcenter.lists.cells import Value, clean, folded
from callcenter.lists.columns import LAST_HEADER_ROW, NAME, ORDINAL, PHONE, Layout, find_layout, may_be_header
from callcenter.lists.reading.sheets import Merge, Row, Sheet

_ELLIPSIS = re.compile(r"[.…⋯]{2,}")
_ORDINAL = re.compile(r"[((]?(?:\d{1,7}(?:\.0+)?|[一二三四五六七八九十百]+)[))]?[、.]?")
_TALLEST_HEADER = 5
_FOOTER = re.compile(r"(?:合计|总计|小计|共计|填表人|审核人|注)(?:[:\d].*)?", re.DOTALL)


class DataRow(NamedTuple):
    """A row to be judged: its number, its table's columns and its values, merged cells filled in."""

    number: int
    layout: Layout
    cells: list[Value]


@dataclass(slots=True)
class _Held:
    """The value of a cell merged downward, while rows below it are covered."""

    last_row: int
    value: Value


class _Merges:
    """Hands the value of a cell merged downward to each row it covers."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self.waiting = sorted((merge for merge in merges if merge.last_row > merge.first_row), reverse=True)
        self.wide: dict[int, list[int]] = defaultdict(list)
        for merge in merges:
            if merge.last_column > merge.first_column:
                self.wide[merge.first_row].append(merge.first_column)
        self.tall: dict[int, dict[int, int]] = defaultdict(dict)
        for merge in self.waiting:
            if merge.last_row - merge.first_row < _TALLEST_HEADER:
                self.tall[merge.first_row][merge.first_column] = merge.last_row
        self.held: dict[int, _Held] = {}
        """By column, so that merges laid over one another cost no more than the row is wide."""

    def filled(self, row: Row) -> list[Value]:
        """The row's cells with what is merged into them from above; rows must come in order."""
        cells = row.cells
        if self.held:
            self.held = {column: held for column, held in self.held.items() if held.last_row >= row.number}
            cells = list(cells)
            for column, held in self.held.items():
                if column < len(cells) and cells[column] in ("", None):
                    cells[column] = held.value
        while self.waiting and self.waiting[-1].first_row <= row.number:
            merge = self.waiting.pop()
            if merge.first_row == row.number and merge.first_column < len(cells):
                self.held[merge.first_column] = _Held(merge.last_row, cells[merge.first_column])
        return cells

    def wide_columns(self, row: Row) -> list[int]:
        """Columns of this row that are merged to the right."""
        return self.wide.get(row.number, [])

    def tall_columns(self, row: Row) -> dict[int, int]:
        """Columns of this row that are merged downward as a header's are, and the last row that they cover."""
        return self.tall.get(row.number, {})


def _line(texts: Sequence[str]) -> tuple[str, ...]:
    """What a printed line says, wherever its cells stand."""
    return tuple(folded(text) for text in texts if text)


class _Table:
    """Reads one sheet row by row: before, in and between its tables."""

    def __init__(self, sheet: Sheet, *, persons: bool) -> None:
        self.merges = _Merges(sheet.merges)
        self.persons = persons
        self.layout: Layout | None = None
        self.above: set[tuple[str, ...]] = set()
        self.ordinals: set[int] = set()
        self.header_ends = 0

    def take(self, row: Row, following: Row | None) -> DataRow | None:
        """The row as a data row, or nothing where it is none."""
        cells = self.merges.filled(row)
        if row.number <= self.header_ends:
            return None
        if self._opens_table(row, following):
            return None
        if self.layout is None:
            self.above.add(_line([clean(value) for value in row.cells]))
            return None
        return None if self._is_no_data(row.cells) else DataRow(row.number, self.layout, cells)

    def _opens_table(self, row: Row, following: Row | None) -> bool:
        if (self.layout is None and row.number > LAST_HEADER_ROW) or not self._may_open(row, following):
            return False
        below = following.cells if following and following.number else []
        tall = self.merges.tall_columns(row)
        layout = find_layout(row.cells, below, self.merges.wide_columns(row), tall, persons=self.persons)
        if layout is None:
            return False
        last = following.number if following and layout.height == 2 else row.number
        self.layout, self.header_ends = layout, max(last, *(tall.get(place, 0) for place in layout.places[NAME]))
        self.ordinals = set(layout.places.get(ORDINAL, []))
        self.above.add(_line([clean(value) for value in row.cells]))
        if layout.height == 2:
            self.above.add(_line([clean(value) for value in below]))
        return True

    @staticmethod
    def _may_open(row: Row, following: Row | None) -> bool:
        return may_be_header(row.cells) or (following is not None and may_be_header(following.cells))

    def _is_no_data(self, cells: Sequence[Value]) -> bool:
        """Blank, a repeated line, a heading, an ordinal alone, an ellipsis, or a footer. Values merged in from above do not count."""
        texts = [clean(value) for value in cells]
        filled = [place for place, text in enumerate(texts) if text]
        if not filled or all(place in self.ordinals for place in filled):
            return True
        if _FOOTER.fullmatch(folded(texts[filled[0]])) or _line(texts) in self.above:
            return True
        content = [place for place in filled if not (place in self.ordinals or _ELLIPSIS.fullmatch(folded(texts[place])))]
        return not content or (len(content) == 1 and self._lone_ordinal(texts, content[0]))

    def _lone_ordinal(self, texts: Sequence[str], place: int) -> bool:
        assert self.layout is not None  # noqa: S101  # asked only inside a table
        return place not in self.layout.places.get(PHONE, []) and _ORDINAL.fullmatch(folded(texts[place])) is not None


def data_rows(sheet: Sheet, *, persons: bool = False) -> tuple[bool, Iterator[DataRow]]:
    """Whether the sheet has a table at all, and its data rows."""
    table = _Table(sheet, persons=persons)
    rows = iter(sheet.rows)
    ahead = next(rows, None)
    while ahead is not None and table.layout is None and ahead.number <= LAST_HEADER_ROW:
        row, ahead = ahead, next(rows, None)
        table.take(row, ahead)
    return table.layout is not None, _rest(table, ahead, rows)


def _rest(table: _Table, ahead: Row | None, rows: Iterator[Row]) -> Iterator[DataRow]:
    while table.layout is not None and ahead is not None:
        row, ahead = ahead, next(rows, None)
        data = table.take(row, ahead)
        if data is not None:
            yield data
