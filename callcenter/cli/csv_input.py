"""People's own CSV files: UTF-8 (with or without a mark at its start) or GB18030, as Excel saves them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from callcenter.errors import InvalidInput

Rows = list[tuple[int, dict[str, str]]]
"""Each row under its header, with its line number."""


def read(file: Path, columns: Sequence[str] = ()) -> tuple[list[str], Rows]:
    """The header and the rows that are not blank; every one of `columns` must be there."""
    reader = csv.reader(io.StringIO(_text(file), newline=""))
    try:
        header = [name.strip() for name in next(reader, [])]
        require(file, header, columns)
        rows = [(reader.line_num, _row(header, cells)) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as broken:
        raise InvalidInput("not_csv", "{file} 第 {line} 行不是 CSV：请另存为 CSV 再试。", file=file, line=reader.line_num) from broken
    return header, rows


def require(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a file without one of `columns`, naming what it has."""
    for column in columns:
        if column not in header:
            sentence = "{file} 没有“{column}”一列：现有的列是 {header}。"
            raise InvalidInput("missing_column", sentence, file=file, column=column, header="、".join(header) or "（空）")


def _text(file: Path) -> str:
    raw = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("not_csv", "{file} 不是 UTF-8 或 GB18030 编码的文本：请另存为 CSV 再试。", file=file)


def _row(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name: cells[place] if place < len(cells) else "" for place, name in enumerate(header)}
