"""The data rows of a sheet: what stands under a header and is neither blank nor heading, footer or a page's repeated lines.

Rows are handed on in stretches, read by columns: a list of a million rows is mostly rows about which there is nothing to ask.
What could be a header, a footer or the like is looked at row by row.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from callcenter.lists.cells import Value, clean, folded
from callcenter.lists.columns import LAST_HEADER_ROW, NAME, ORDINAL, PHONE, Layout, find_layout, headings, may_be_header
from callcenter.lists.reading.sheets import Merge, Row, Sheet
from callcenter.lists.reading.stretches import DataRow, Stretch

__all__ = ["DataRow", "Stretch", "data_rows", "stretches"]

_ELLIPSIS = re.compile(r"[.…⋯]{2,}")
_ORDINAL = re.compile(r"[((]?(?:\d{1,7}(?:\.0+)?|[一二三四五六七八九十百]+)[))]?[、.]?")
_FOOTER = re.compile(r"(?:合计|总计|小计|共计|填表人|审核人|注)(?:[:\d].*)?", re.DOTALL)
_FOOTER_STARTS = frozenset("合总小共填审注")
_NUMBER_STARTS = frozenset("-0123456789")
_TALLEST_HEADER = 5
_DOTS = frozenset(".…⋯")
_CELLS_WASTED = 1_000_000
AT_ONCE = 4096
"""Rows of a stretch: enough to make the work of a column small beside its rows, few enough to stay in the processor's memory."""


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

    def touch(self, last_row: int) -> bool:
        """Whether a row from here up to `last_row` may be covered by merged cells, or open some."""
        return bool(self.held) or bool(self.waiting and self.waiting[-1].first_row <= last_row)

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
    """Reads one sheet in order: before, in and between its tables."""

    def __init__(self, sheet: Sheet, *, persons: bool) -> None:
        self.merges = _Merges(sheet.merges)
        self.persons = persons
        self.layout: Layout | None = None
        self.above: set[tuple[str, ...]] = set()
        self.first_words: set[str] = set()
        """What the lines above begin with."""
        self.starts = _FOOTER_STARTS
        """First characters of a line above or a footer."""
        self.ordinals: set[int] = set()
        self.header_ends = 0

    def take(self, row: Row, following: Row | None) -> Stretch | None:
        """The row as a data row, or nothing where it is none."""
        cells = self.merges.filled(row)
        if row.number <= self.header_ends:
            return None
        if self._opens_table(row, following):
            return None
        if self.layout is None:
            self._stood_above(row.cells)
            return None
        texts = [clean(value) for value in row.cells]
        return None if self._is_no_data(texts) or self._announces(texts, following) else Stretch(self.layout, [row.number], [cells])

    def _announces(self, texts: Sequence[str], following: Row | None) -> bool:
        """Whether the row is the title of another table, whose header follows: a line with one cell, which is no telephone."""
        assert self.layout is not None  # noqa: S101  # asked only inside a table
        filled = [place for place, text in enumerate(texts) if text]
        if following is None or len(filled) != 1 or filled[0] in self.layout.places[PHONE] or not may_be_header(following.cells):
            return False
        opened = find_layout(following.cells, [], persons=self.persons)
        return opened is not None and opened.places != self.layout.places

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
        self._stood_above(row.cells)
        if layout.height == 2:
            self._stood_above(below)
        return True

    def _stood_above(self, cells: Sequence[Value]) -> None:
        line = _line([clean(value) for value in cells])
        self.above.add(line)
        if line:
            self.first_words.add(line[0])
            self.starts |= {line[0][0]}

    def _may_open(self, row: Row, following: Row | None) -> bool:
        return may_be_header(row.cells) or (following is not None and may_be_header(following.cells))

    def _is_no_data(self, texts: Sequence[str]) -> bool:
        """Blank, a repeated line, a heading, an ordinal alone, an ellipsis, or a footer. Values merged in from above do not count."""
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

    def take_all(self, rows: list[Row], after: Row | None) -> Iterator[Stretch]:
        """The data rows among `rows`, which stand in or after a table; `after` is the row that follows them."""
        assert self.layout is not None  # noqa: S101  # the caller's promise
        numbers, cells = (list(each) for each in zip(*rows, strict=True))
        whole = Stretch(self.layout, numbers, cells)
        done = 0
        openings = _openings(whole, after)
        for end in (*sorted(openings), len(rows)):
            while done < end and (done in openings or rows[done].number <= self.header_ends):
                found = self.take(rows[done], rows[done + 1] if done + 1 < len(rows) else after)
                done += 1
                if found:
                    yield found
            if done < end:
                yield from self._plain(whole.part(self.layout, done, end))
                done = end

    def _plain(self, rows: Stretch) -> Iterator[Stretch]:
        """The data rows among rows of which none opens a table."""
        if not rows.numbers:
            return
        no_data = self._no_data(rows)
        if self.merges.touch(rows.numbers[-1]):
            filled = [self.merges.filled(Row(number, cells)) for number, cells in zip(rows.numbers, rows.cells, strict=True)]
            rows = Stretch(rows.layout, rows.numbers, filled)
        rows = rows.without(no_data) if no_data else rows
        if rows.numbers:
            yield rows

    def _no_data(self, rows: Stretch) -> set[int]:
        """Which of the rows are no data rows. Name and telephone filled and no footer or repeated line in front: that is data."""
        layout = rows.layout
        names, phones = rows.texts(layout.places[NAME][0]), rows.texts(layout.places[PHONE][0])
        doubtful = {
            place
            for place, (name, phone) in enumerate(zip(names, phones, strict=True))
            if not name or not phone or name[0] in _DOTS or phone[0] in _DOTS
        }
        doubtful.update(self._oddly_begun(rows))
        return {place for place in doubtful if self._is_no_data(rows.texts_of_row(place))}

    def _oddly_begun(self, rows: Stretch) -> Iterator[int]:
        """Rows whose first filled cell is a footer, or begins a line that stood above."""
        empty_so_far: Sequence[int] | None = None
        for place in range(rows.width):
            if empty_so_far is None and self.starts.isdisjoint(_NUMBER_STARTS) and rows.holds_numbers_only(place):
                return
            texts = rows.texts(place)
            looked_at = range(len(texts)) if empty_so_far is None else empty_so_far
            for row in looked_at:
                text = texts[row]
                if text and text[0] in self.starts and self._is_odd(text):
                    yield row
            empty_so_far = [row for row in looked_at if not texts[row]]
            if not empty_so_far:
                return

    def _is_odd(self, text: str) -> bool:
        whole = folded(text)
        return whole in self.first_words or _FOOTER.fullmatch(whole) is not None


def _openings(rows: Stretch, after: Row | None) -> set[int]:
    """Rows that may be a header, and those before them: a header can take two."""
    found = {len(rows) - 1} if after and may_be_header(after.cells) else set()
    for place in {place for values in rows.columns for place in headings(values)}:
        found |= {place - 1, place}
    return found - {-1}


def stretches(sheet: Sheet, *, persons: bool = False) -> tuple[bool, Iterator[Stretch]]:
    """Whether the sheet has a table at all, and its data rows, many at once."""
    table = _Table(sheet, persons=persons)
    rows = iter(sheet.rows)
    ahead = next(rows, None)
    while ahead is not None and table.layout is None and ahead.number <= LAST_HEADER_ROW:
        row, ahead = ahead, next(rows, None)
        table.take(row, ahead)
    return table.layout is not None, _rest(table, ahead, rows)


def _rest(table: _Table, ahead: Row | None, rows: Iterator[Row]) -> Iterator[Stretch]:
    while table.layout is not None and ahead is not None:
        block = [ahead, *islice(rows, AT_ONCE)]
        ahead = block.pop() if len(block) > AT_ONCE else None
        lots = _of_like_width(block)
        afterwards = [*(lot[0] for lot in lots[1:]), ahead]
        for lot, after in zip(lots, afterwards, strict=True):
            yield from table.take_all(lot, after)


def _of_like_width(rows: list[Row]) -> list[list[Row]]:
    """The rows all at once; where few very wide ones stand among narrow ones, in lots: filled up to one width they fill the memory."""
    widths = [len(row.cells) for row in rows]
    if max(widths) * len(rows) <= 2 * sum(widths) + _CELLS_WASTED:
        return [rows]
    return [list(lot) for _, lot in groupby(rows, key=lambda row: len(row.cells).bit_length())]


def data_rows(sheet: Sheet, *, persons: bool = False) -> tuple[bool, Iterator[DataRow]]:
    """Whether the sheet has a table at all, and its data rows."""
    found, together = stretches(sheet, persons=persons)
    return found, (row for stretch in together for row in stretch.rows())
