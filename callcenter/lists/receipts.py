"""The receipt workbook: the sender's own rows with verdict and reasons beside, faulty cells marked, ready to be mended and sent again.

Written row by row: however long the list is, the writer holds one row of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any, NamedTuple

import xlsxwriter

from callcenter.lists import columns
from callcenter.lists import reasons as words
from callcenter.lists.cells import Value, raw_text
from callcenter.lists.columns import Layout, header_name
from callcenter.lists.findings import note_texts, places_of
from callcenter.lists.formulas import FORMULA
from callcenter.lists.reading import sheets
from callcenter.lists.reading.tables import DataRow, data_rows
from callcenter.lists.receipt_sheets import COUNTED, SKIPPED, SUMMARY
from callcenter.lists.verdicts import ListCheck

ADDED = ("核对结果", "原因", "原行号")
_ADDED_BEFORE = ADDED[:2]
"""What receipts had before rows told their number."""
LAST_LINE = 1_048_576
"""So many rows a sheet of this format holds; a longer list goes on on a further sheet."""
_NO_INTERPRETING = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
_LONGEST_CELL = 32767
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_BREAKS = re.compile(r"_x000[dD]_\n?|\r\n?")
_EVERY = 2000
_MARKS = {"fault": {"bg_color": "#FAD4D4"}, "doubt": {"bg_color": "#FFF3C4"}, "": {}}
_KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "text": {"quote_prefix": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "time": {"num_format": "hh:mm:ss"},
    "span": {"num_format": "[h]:mm:ss"},
}


class Judgement(NamedTuple):
    """What became of a row, and what is noted of it beside: asked columns left empty, a date outside the period."""

    sheet: str
    source_row: int
    verdict: str
    reasons: Sequence[str]
    missing: Sequence[str] = ()
    outside: bool = False


def judgements(check: ListCheck) -> Iterator[Judgement]:
    """The rows of a file just judged, in its order."""
    for row in check.rows:
        yield Judgement(row.sheet, row.source_row, row.verdict, row.reasons)


def write(
    out: IO[bytes] | str,
    data: bytes,
    judged: Iterable[Judgement],
    totals: Mapping[str, Any],
    *,
    persons: bool = False,
    about: Sequence[tuple[str, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write the rows of the sent file `data` with what became of them, sheet by sheet, behind a sheet with the totals.

    `judged` comes in the order of the file's rows; `about` are further lines of the summary; `progress` hears the rows done.
    """
    book = xlsxwriter.Workbook(out, {"constant_memory": True, **_NO_INTERPRETING})
    book.set_properties({"created": datetime(2022, 5, 24)})  # noqa: DTZ001  # fixed, so that the same receipt has the same bytes
    writer = _Writer(book, _InOrder(judged), progress)
    writer.summary(totals, about)
    for sheet in sheets(data):
        found, rows = data_rows(sheet, persons=persons)
        if found:
            writer.sheet(sheet.name, rows)
    book.close()


class _InOrder:
    """Hands each row of the file its judgement; both come in the same order."""

    def __init__(self, judged: Iterable[Judgement]) -> None:
        self.rest = iter(judged)
        self.next = next(self.rest, None)

    def of(self, sheet: str, source_row: int) -> Judgement:
        """What became of that row; nothing where it was not judged."""
        while self.next and self.next.sheet == sheet and self.next.source_row < source_row:
            self.next = next(self.rest, None)
        if self.next and (self.next.sheet, self.next.source_row) == (sheet, source_row):
            found, self.next = self.next, next(self.rest, None)
            return found
        return Judgement(sheet, source_row, "", ())


class _Table(NamedTuple):
    """A table's columns as the receipt shows them."""

    layout: Layout
    shown: list[int]
    """Places of the sender's columns, without those that an earlier receipt added."""
    dates: list[int]


def _table(layout: Layout) -> _Table:
    names = [header_name(name) for name in layout.names]
    starts = (place for place in range(len(names)) if tuple(names[place : place + 2]) == _ADDED_BEFORE)
    added = next(starts, None)
    width = 0 if added is None else (len(ADDED) if tuple(names[added : added + len(ADDED)]) == ADDED else len(_ADDED_BEFORE))
    left_out = set(range(added or 0, (added or 0) + width))
    return _Table(layout, [place for place in range(len(names)) if place not in left_out], places_of(layout, columns.DATE))


class _Writer:
    def __init__(self, book: Any, judged: _InOrder, progress: Callable[[int], None] | None) -> None:
        self.book = book
        self.judged = judged
        self.progress = progress
        self.done = 0
        self.head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E4E7EB", "border": 1})
        self.formats = {(mark, kind): book.add_format(look | how) for mark, look in _MARKS.items() for kind, how in _KINDS.items()}
        self.names: set[str] = {SUMMARY}

    def summary(self, totals: Mapping[str, Any], about: Sequence[tuple[str, str]]) -> None:
        """What was read and what became of it."""
        sheet = self.book.add_worksheet(SUMMARY)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 60)
        lines: list[tuple[str, Value]] = [*about]
        lines += [(label, totals.get(key, 0)) for key, label in COUNTED.items()]
        lines += [(words.REASONS[reason], count) for reason, count in totals.get("reasons", {}).items()]
        lines += [(SKIPPED, name) for name in totals.get("skipped_sheet_names", [])]
        for place, (label, value) in enumerate(lines):
            sheet.write_string(place, 0, label)
            self._write(sheet, place, 1, value, "")

    def sheet(self, name: str, rows: Iterable[DataRow]) -> None:
        """The data rows of one sheet under the headers they came with."""
        made, line, table = self._page(name), 0, None
        for row in rows:
            if line >= LAST_LINE - 1:
                made, line, table = self._page(name), 0, None
            if table is None or row.layout is not table.layout:
                table = _table(row.layout)
                self._header(made, line, table)
                line += 1
            self._row(made, line, table, row, self.judged.of(name, row.number))
            line += 1
            self.done += 1
            if self.progress and self.done % _EVERY == 0:
                self.progress(self.done)

    def _page(self, name: str) -> Any:
        made = self.book.add_worksheet(self._free_name(name))
        made.freeze_panes(1, 0)
        made.set_column(0, 0, 10)
        made.set_column(1, 1, 44)
        made.set_column(2, 2, 8)
        made.set_column(3, 25, 16)
        return made

    def _header(self, made: Any, line: int, table: _Table) -> None:
        for column, header in enumerate([*ADDED, *(table.layout.names[place] for place in table.shown)]):
            made.write_string(line, column, header, self.head)

    def _row(self, made: Any, line: int, table: _Table, row: DataRow, judged: Judgement) -> None:
        mark = "fault" if judged.verdict == "rejected" else "doubt"
        said = [words.REASONS[reason] for reason in judged.reasons]
        said += [text.format(**about) for text, about in note_texts(judged.missing, outside=judged.outside)]
        made.write_string(line, 0, words.VERDICTS.get(judged.verdict, ""), self.formats[mark if said else "", "plain"])
        made.write_string(line, 1, "；".join(said))
        made.write_number(line, 2, row.number)
        faulty = self._faulty(table, judged) if said else set()
        for column, place in enumerate(table.shown, len(ADDED)):
            value = row.cells[place] if place < len(row.cells) else ""
            if value not in ("", None) or place in faulty:
                self._write(made, line, column, value, mark if place in faulty else "")
        for place in range(len(table.layout.names), len(row.cells)):  # cells beyond the last heading
            self._write(made, line, place - len(table.layout.names) + len(ADDED) + len(table.shown), row.cells[place], "")

    @staticmethod
    def _faulty(table: _Table, judged: Judgement) -> set[int]:
        """Places of the cells that the sender must look at."""
        known = table.layout.places
        faulty = {place for reason in judged.reasons for place in known.get(words.FAULTY_COLUMNS.get(reason, ""), [])}
        faulty |= {place for name in judged.missing for place in places_of(table.layout, name)}
        return faulty | set(table.dates) if judged.outside else faulty

    def _free_name(self, name: str) -> str:
        base = (name.translate(_FORBIDDEN).strip("'") or "名单")[:26]
        free, number = base, 1
        taken = {name.casefold() for name in self.names}
        while free.casefold() in taken:
            number += 1
            free = f"{base}_{number}"
        self.names.add(free)
        return free

    def _write(self, made: Any, line: int, column: int, value: Value, mark: str) -> None:
        """A cell as it came: numbers, dates and times as such, all else as text that no spreadsheet runs."""
        if isinstance(value, bool):
            made.write_boolean(line, column, value, self.formats[mark, "plain"])
        elif isinstance(value, int | float) and abs(value) < 1e15:
            made.write_number(line, column, value, self.formats[mark, "plain"])
        elif (kind := _time_kind(value)) is not None:
            made.write_datetime(line, column, value, self.formats[mark, kind])
        elif value in ("", None):
            made.write_blank(line, column, None, self.formats[mark, "plain"])
        else:
            text = _BREAKS.sub("\n", raw_text(value))[:_LONGEST_CELL]
            as_text = FORMULA.match(text) or text.startswith("-")  # also a written -5 stays text when a person edits the cell
            made.write_string(line, column, text, self.formats[mark, "text" if as_text else "plain"])


def _time_kind(value: Value) -> str | None:
    """How a date or time is shown; none for all else and for days before the spreadsheet's first."""
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return None if value.year < 1901 else ("day" if midnight else "moment")
    if isinstance(value, date):
        return "day" if value.year >= 1901 else None
    if isinstance(value, time):
        return "time"
    return "span" if isinstance(value, timedelta) and value >= timedelta() else None
