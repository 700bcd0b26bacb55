"""People's own CSV files: UTF-8 (with or without a mark at its start), GB18030 or marked UTF-16, as Excel saves them."""

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from callcenter.errors import InvalidInput

MARKS = (",", ";", "\t", "，")
LOOKED_AT, ROWS_LOOKED_AT = 200_000, 20
"""Characters and rows at the start of a file by which its delimiter is found."""

Rows = list[tuple[int, dict[str, str]]]
"""Each row under its header, with its line number."""


class Read(NamedTuple):
    """What a file holds; cells that a row lacks at its end are empty."""

    header: list[str]
    rows: Rows
    lacking: dict[int, list[str]]
    """Line of a row that is shorter than the header: the columns that it lacks."""


def read(file: Path, columns: Sequence[str] = ()) -> Read:
    """The header and the rows that are not blank; every one of `columns` must be there, once."""
    text = _text(file)
    skipped = text[:4].lower() == "sep="  # a spreadsheet's own note
    if skipped:
        text = text.partition("\n")[2]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        require(file, header, columns)
        found = [(reader.line_num + skipped, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as broken:
        raise InvalidInput("not_csv", "{file} 第 {line} 行不是 CSV：请另存为 CSV 再试。", file=file, line=reader.line_num) from broken
    rows = [(line, _row(file, line, header, cells)) for line, cells in found]
    return Read(header, rows, {line: header[len(cells) :] for line, cells in found if len(cells) < len(header)})


def require(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a file without some of `columns`, or with two of one name: all of them at once, with what the file has."""
    missing = [column for column in dict.fromkeys(columns) if column not in header]
    if missing:
        sentence = "{file} 没有“{column}”一列：现有的列是 {header}。"
        raise InvalidInput("missing_column", sentence, file=file, column="”“".join(missing), header="、".join(header) or "（空）")
    if twice := [column for column in dict.fromkeys(columns) if header.count(column) > 1]:
        sentence = "{file} 有不止一列“{column}”，不知道用哪一列：请删去多余的列或改名。"
        raise InvalidInput("column_twice", sentence, file=file, column="”“".join(twice))


def _text(file: Path) -> str:
    raw = file.read_bytes()
    marked = "utf-16" if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"
    for encoding in (marked, "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("not_csv", "{file} 不是 UTF-8 或 GB18030 编码的文本：请另存为 CSV 再试。", file=file)


def _delimiter(text: str) -> str:
    """The mark that parts header and first rows into as many cells, the most of them; a comma where none does."""
    start = text[:LOOKED_AT]
    found = {mark: _widths(start, mark) for mark in MARKS}
    parting = [mark for mark, widths in found.items() if widths and widths[0] > 1]
    agreeing = [mark for mark in parting if len(set(found[mark])) == 1]
    return max(agreeing or parting[:1], key=lambda mark: found[mark][0], default=",")


def _widths(text: str, mark: str) -> list[int]:
    """How many cells the first rows have under a delimiter; blank rows aside, and what may be cut off."""
    try:
        cells = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True) if row]
    except csv.Error:
        return []
    return [len(row) for row in (cells if len(text) < LOOKED_AT else cells[:-1])][:ROWS_LOOKED_AT]


def _row(file: Path, line: int, header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        sentence = "{file} 第 {line} 行有 {cells} 格，表头只有 {columns} 列：文字里的分隔符要加引号。"
        raise InvalidInput("row_too_long", sentence, file=file, line=line, cells=len(cells), columns=len(header))
    return {name: cells[place] if place < len(cells) else "" for place, name in enumerate(header)}
