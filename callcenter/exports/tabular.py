"""The data set as CSV, Parquet and XLSX: streamed, and the same bytes for the same rows."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from callcenter.exports.dataset import GROUP, Column, Dataset, named, quoted
from callcenter.exports.sheets import LONGEST_CELL, NO_MOMENT, Sheet, fitting_cell, one_line_end, plain
from callcenter.lists.formulas import SIGNS

FORMULA = rf"regexp_matches({{0}}, '^([\t\r\n]| *[{SIGNS}])') AND NOT regexp_matches({{0}}, '^-[0-9]+(\.[0-9]+)?$')"
"""What a spreadsheet would take for a formula; a plain negative number is none."""
LONG = ("case", "question", "instance", "value", "label", "nonanswer", "version", "answered_at", "shared")
WIDE_MOMENTS, LONG_MOMENTS = ("started_at", "ended_at"), ("answered_at",)
"""Columns that hold moments; those of the wide table stand before any question."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of a workbook holds."""
BOM = b"\xef\xbb\xbf"


def wide_csv(data: Dataset, file: Path) -> None:
    """One row a case."""
    columns = data.wide_columns()
    sql_csv(data, data.wide_sql(columns), [column.name for column in columns if _is_text(column)], file)


def long_csv(data: Dataset, file: Path) -> None:
    """One row an answer."""
    sql_csv(data, data.long_sql(), [name for name in LONG if name not in ("version", "answered_at", "shared")], file)


def _is_text(column: Column) -> bool:
    """Whether something written by a person may stand in it."""
    if column.variable is None:
        return column.name in ("stratum", "district", "questionnaire")
    return column.variable.kind in ("text", "category")


def sql_csv(data: Dataset, sql: str, texts: Sequence[str], file: Path) -> None:
    """UTF-8 with the mark that lets Excel read Chinese; no text acts as a formula."""
    replaced = ", ".join(f"{tamed(named(name))} AS {named(name)}" for name in texts)
    chosen = f"SELECT * REPLACE ({replaced})" if replaced else "SELECT *"
    bare = data.folder / "bare.csv"
    data.run(f"COPY ({chosen} FROM ({sql})) TO {quoted(str(bare))} (FORMAT csv, HEADER)")
    with bare.open("rb") as read, file.open("wb") as written:
        written.write(BOM)
        shutil.copyfileobj(read, written, 1 << 20)
    bare.unlink()


def tamed(sql: str) -> str:
    """The SQL of a text that no spreadsheet takes for a formula."""
    return f"CASE WHEN {FORMULA.format(sql)} THEN '''' || {sql} ELSE {sql} END"


def parquet(data: Dataset, sql: str, file: Path, moments: Sequence[str] = ()) -> None:
    """Any statement as a Parquet file in small row groups; the columns `moments` become timestamps in field time."""
    replaced = ", ".join(f"CAST(left({named(name)}, 19) AS TIMESTAMP) AS {named(name)}" for name in moments)
    chosen = f"SELECT * REPLACE ({replaced}) FROM ({sql})" if replaced else sql
    data.run(f"COPY ({chosen}) TO {quoted(str(file))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP})")


def sheet_parquet(data: Dataset, sheet: Sheet, file: Path) -> None:
    """A table of the package as a Parquet file; a column is numbers where all its values are."""
    names = list(sheet.header)
    numeric = [all(isinstance(row[at], int | float) or row[at] is None for row in sheet.rows) for at in range(len(names))]
    kinds = ["DOUBLE" if is_number and sheet.rows else "VARCHAR" for is_number in numeric]
    data.run(f"CREATE OR REPLACE TEMP TABLE sheet ({', '.join(f'{named(n)} {k}' for n, k in zip(names, kinds, strict=True))})")
    columns = [[_told(value) for value in column] for column in zip(*sheet.rows, strict=True)]
    data.insert("sheet", pd.DataFrame({at: pd.Series(column, dtype=object) for at, column in enumerate(columns)}))
    parquet(data, "SELECT * FROM sheet", file)


def _told(value: Any) -> Any:
    return value if isinstance(value, int | float | str) or value is None else str(plain(value))


def workbook(data: Dataset, beside: Sequence[Sheet], file: Path) -> list[str]:
    """Wide and long table and the sheets `beside` as a workbook; what did not fit is told."""
    told: list[str] = []
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(file), {**options, "tmpdir": str(data.folder)}) as book:
        book.set_properties({"created": NO_MOMENT.replace(tzinfo=None)})
        columns = data.wide_columns()
        if len(columns) > MOST_COLUMNS:
            told.append(f"宽表有 {len(columns)} 列，工作表只能放 {MOST_COLUMNS} 列：其余见 CSV 或 Parquet。")
        shown = columns[:MOST_COLUMNS]
        cut = _pages(book, "answers", [column.name for column in shown], data.rows_of(data.wide_sql(shown)), WIDE_MOMENTS)
        cut += _pages(book, "answers_long", LONG, data.rows_of(data.long_sql()), LONG_MOMENTS)
        for sheet in beside:
            cut += _pages(book, sheet.name, sheet.header, sheet.rows)
    if cut:
        told.append(f"answers.xlsx：{cut} 个文字超过 {LONGEST_CELL} 个字符，末尾被截；全文见 CSV 或 Parquet。")
    return told


def sheets_workbook(sheets: Sequence[Sheet], file: Path) -> None:
    """A workbook of tables that are in memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(file), {**options, "tmpdir": str(file.parent)}) as book:
        book.set_properties({"created": NO_MOMENT.replace(tzinfo=None)})
        for sheet in sheets:
            _pages(book, sheet.name, sheet.header, sheet.rows)


def _pages(book: Any, name: str, header: Sequence[str], rows: Any, moments: Sequence[str] = ()) -> int:
    """One table, on as many sheets as it takes; how many texts were cut. The columns `moments` become times, of the field's zone."""
    bold, looks = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    times = {header.index(each): looks for each in moments if each in header}
    page: Any = None
    line, cut = MOST_ROWS, 0
    pages = 0
    for row in rows:
        if line >= MOST_ROWS:
            pages += 1
            page, line = _page(book, name if pages == 1 else f"{name}_{pages}", header, bold), 1
        cut += _write_row(page, line, row, times)
        line += 1
    if page is None:
        _page(book, name, header, bold)
    return cut


def _page(book: Any, name: str, header: Sequence[str], bold: Any) -> Any:
    page = book.add_worksheet(name[:31])
    page.freeze_panes(1, 0)
    for place, title in enumerate(header):
        page.write_string(0, place, str(title)[:LONGEST_CELL], bold)
    return page


def _write_row(page: Any, line: int, row: Sequence[Any], times: Mapping[int, Any]) -> int:
    cut = 0
    for place, value in enumerate(row):
        cell = plain(value)
        if place in times and cell is not None:
            page.write_datetime(line, place, datetime.fromisoformat(cell).replace(tzinfo=None), times[place])
        elif isinstance(cell, str):
            cut += len(cell.encode("utf-16-le")) // 2 > LONGEST_CELL
            page.write_string(line, place, fitting_cell(one_line_end(cell)))
        elif cell is not None:
            page.write_number(line, place, cell)
    return cut
