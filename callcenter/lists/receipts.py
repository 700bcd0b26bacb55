"""The receipt workbook: the sender's own rows with verdict and reasons beside, faulty cells marked, ready to be mended and sent again."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter

from callcenter.lists import reasons as words
from callcenter.lists.cells import Value, raw_text
from callcenter.lists.columns import Layout
from callcenter.lists.reading import sheets
from callcenter.lists.reading.tables import DataRow, data_rows
from callcenter.lists.verdicts import ListCheck

ADDED = ("核对结果", "原因")
_NO_INTERPRETING = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
_LONGEST_CELL = 32767
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))

Judgement = tuple[str, list[str]]
"""Verdict and reasons of a row."""


def judgements(check: ListCheck) -> dict[tuple[str, int], Judgement]:
    """Sheet and row → verdict and reasons."""
    return {(row.sheet, row.source_row): (row.verdict, row.reasons) for row in check.rows}


def workbook(data: bytes, judged: Mapping[tuple[str, int], Judgement], totals: Mapping[str, Any], *, persons: bool = False) -> bytes:
    """The rows of the sent file `data` with their verdicts, sheet by sheet, and a sheet with the totals in front."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **_NO_INTERPRETING})
    book.set_properties({"created": datetime(2022, 5, 24)})  # noqa: DTZ001  # fixed, so that the same receipt has the same bytes
    sender = _Writer(book, judged)
    sender.summary(totals)
    for sheet in sheets(data):
        found, rows = data_rows(sheet, persons=persons)
        if found:
            sender.sheet(sheet.name, rows)
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book: Any, judged: Mapping[tuple[str, int], Judgement]) -> None:
        self.book = book
        self.judged = judged
        self.head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E4E7EB", "border": 1})
        self.fault = book.add_format({"bg_color": "#FAD4D4"})
        self.doubt = book.add_format({"bg_color": "#FFF3C4"})
        self.names: set[str] = {"核对结果汇总"}

    def summary(self, totals: Mapping[str, Any]) -> None:
        """What was read and what became of it."""
        sheet = self.book.add_worksheet("核对结果汇总")
        sheet.set_column(0, 0, 44)
        labels = {"rows": "读到的行", "accepted": "采用", "warned": "其中有提醒", "duplicate": "重复", "rejected": "退回"}
        lines: list[tuple[str, Any]] = [(label, totals.get(key, 0)) for key, label in labels.items()]
        lines += [(words.REASONS[reason], count) for reason, count in totals.get("reasons", {}).items()]
        lines += [("没有名单的工作表", name) for name in totals.get("skipped_sheet_names", [])]
        for place, (label, value) in enumerate(lines):
            sheet.write(place, 0, label)
            sheet.write(place, 1, value)

    def sheet(self, name: str, rows: Any) -> None:
        """The data rows of one sheet under the headers they came with."""
        made = self.book.add_worksheet(self._free_name(name))
        made.freeze_panes(1, 0)
        made.set_column(0, 20, 16)
        layout: Layout | None = None
        line = 0
        for row in rows:
            if row.layout is not layout:
                layout = row.layout
                self._header(made, line, layout)
                line += 1
            self._row(made, line, name, row)
            line += 1

    def _header(self, made: Any, line: int, layout: Layout) -> None:
        for column, header in enumerate([*ADDED, *layout.names]):
            made.write_string(line, column, header, self.head)

    def _row(self, made: Any, line: int, sheet: str, row: DataRow) -> None:
        verdict, reasons = self.judged.get((sheet, row.number), ("", []))
        faulty = {place for reason in reasons for place in row.layout.places.get(words.FAULTY_COLUMNS.get(reason, ""), [])}
        mark = self.fault if verdict == "rejected" else self.doubt
        made.write_string(line, 0, words.VERDICTS.get(verdict, ""), mark if reasons else None)
        made.write_string(line, 1, words.reason_texts(reasons))
        width = max(len(row.cells), *(place + 1 for place in faulty), 0) if faulty else len(row.cells)
        for place in range(width):
            value = row.cells[place] if place < len(row.cells) else ""
            _write(made, line, place + len(ADDED), value, mark if place in faulty else None)

    def _free_name(self, name: str) -> str:
        base = (name.translate(_FORBIDDEN).strip("'") or "名单")[:28]
        free, number = base, 1
        while free.casefold() in {taken.casefold() for taken in self.names}:
            number += 1
            free = f"{base}_{number}"
        self.names.add(free)
        return free


def _write(made: Any, line: int, column: int, value: Value, mark: Any) -> None:
    """A cell as it came; text stays text, so that no spreadsheet runs it."""
    if isinstance(value, bool | date | datetime | time | timedelta):
        value = raw_text(value)
    if isinstance(value, int | float) and abs(value) < 1e15:
        made.write_number(line, column, value, mark)
    elif value not in ("", None) or mark is not None:
        made.write_string(line, column, raw_text(value)[:_LONGEST_CELL], mark)
