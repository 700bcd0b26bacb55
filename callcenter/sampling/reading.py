"""Frames, sizes and strata as CSV text: read and checked, every mistake named by its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from callcenter.errors import InvalidInput
from callcenter.sampling.allocation import StratumFacts


@dataclass(frozen=True)
class Sheet:
    """A CSV file: its header, and every row with its line number."""

    name: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_sheet(name: str, data: bytes, needed: Sequence[str]) -> Sheet:
    """Rows of a UTF-8 (or else GB18030) CSV file that has the `needed` columns."""
    header, rows = _rows(name, data, needed)
    return Sheet(name, header, list(rows))


def read_frame(name: str, data: bytes) -> list[tuple[str, str]]:
    """(unit key, stratum) of every row of a file with columns unit_key and stratum; a key that stands twice is refused."""
    header, rows = _rows(name, data, ["unit_key", "stratum"])
    key_at, stratum_at = header.index("unit_key"), header.index("stratum")
    strata: dict[str, str] = {}
    units = []
    for line, row in rows:
        key, stratum = row[key_at].strip(), row[stratum_at].strip()
        _check_text(name, line, key, stratum)
        units.append((key, strata.setdefault(stratum, stratum)))  # one text for each stratum, however many units
    if not units:
        raise InvalidInput("empty_frame", "{file} 里没有任何单位：抽样框不能为空。", file=name)
    if len({key for key, _ in units}) < len(units):
        _refuse_twice(name, data)
    return units


def _refuse_twice(name: str, data: bytes) -> None:
    """Name the first key that stands twice, and both its lines."""
    first: dict[str, int] = {}
    for line, (key, _) in _columns(read_sheet(name, data, ["unit_key", "stratum"]), "unit_key", "stratum"):
        if first.setdefault(key, line) != line:
            text = "{file} 第 {line} 行的单位“{unit_key}”与第 {first} 行重复：请先去重。"
            raise InvalidInput("duplicate_unit", text, file=name, line=line, unit_key=key, first=first[key])


def _rows(name: str, data: bytes, needed: Sequence[str]) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header, and every row that is not empty with its line number."""
    reader = csv.reader(io.StringIO(_text(name, data), newline=""))
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as broken:
        raise _not_csv(name, reader.line_num) from broken
    for column in needed:
        if column not in header:
            raise InvalidInput("missing_column", "{file} 缺少 {column} 列：第一行应是列名。", file=name, column=column)
    return header, _whole_rows(name, reader, len(header))


def _whole_rows(name: str, reader: Any, width: int) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in reader:
            if not "".join(row).strip():
                continue
            if len(row) != width:
                text = "{file} 第 {line} 行有 {found} 列，列名有 {expected} 个：请对齐。"
                raise InvalidInput("ragged_row", text, file=name, line=reader.line_num, found=len(row), expected=width)
            yield reader.line_num, row
    except csv.Error as broken:
        raise _not_csv(name, reader.line_num) from broken


def _not_csv(name: str, line: int) -> InvalidInput:
    return InvalidInput("not_csv", "{file} 第 {line} 行不是 CSV：请另存为 CSV 再试。", file=name, line=line)


def read_sizes(name: str, data: bytes) -> dict[str, int]:
    """n by stratum from a file with columns stratum and n."""
    sizes: dict[str, int] = {}
    for line, (stratum, count) in _columns(read_sheet(name, data, ["stratum", "n"]), "stratum", "n"):
        if stratum in sizes:
            raise InvalidInput("duplicate_stratum", "{file} 第 {line} 行的层“{stratum}”出现了两次。", file=name, line=line, stratum=stratum)
        sizes[stratum] = _whole(name, line, "n", count)
    return sizes


def read_strata(sheet: Sheet, method: str) -> list[StratumFacts]:
    """What `allocate` needs from a file with columns stratum, N and those of the method."""
    at = {column: sheet.header.index(column) for column in ("stratum", "N", "S", "CV", "X", "n") if column in sheet.header}
    strata = []
    for line, row in sheet.rows:
        numbers = {column: _number(sheet.name, line, column, row[at[column]]) if column in at else None for column in ("S", "CV", "X")}
        wanted = _whole(sheet.name, line, "n", row[at["n"]]) if method == "fixed" and "n" in at else None
        size = _whole(sheet.name, line, "N", row[at["N"]])
        _check_text(sheet.name, line, "-", row[at["stratum"]].strip())
        strata.append(StratumFacts(row[at["stratum"]].strip(), size, numbers["S"], numbers["CV"], numbers["X"], wanted))
    return strata


def _text(name: str, data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("not_csv", "{file} 不是 UTF-8 或 GB18030 编码的文本：请另存为 CSV 再试。", file=name)


def _columns(sheet: Sheet, one: str, other: str) -> Iterator[tuple[int, tuple[str, str]]]:
    first, second = sheet.header.index(one), sheet.header.index(other)
    for line, row in sheet.rows:
        yield line, (row[first].strip(), row[second].strip())


def _check_text(name: str, line: int, key: str, stratum: str) -> None:
    if not key or not stratum:
        raise InvalidInput("empty_cell", "{file} 第 {line} 行的单位或层是空的：请补上。", file=name, line=line)
    # A tab or line break inside a key would make two different frames hash alike.
    if not (key + stratum).isprintable() and any(sign in key or sign in stratum for sign in "\t\n\r\x00"):
        raise InvalidInput("control_character", "{file} 第 {line} 行含有制表符或换行：请去掉。", file=name, line=line)


def _whole(name: str, line: int, column: str, cell: str) -> int:
    number = _number(name, line, column, cell)
    if number is None or number.denominator != 1 or number < 0:
        text = "{file} 第 {line} 行的 {column} 是“{cell}”：应是不小于 0 的整数。"
        raise InvalidInput("absurd_number", text, file=name, line=line, column=column, cell=cell)
    return int(number)


def _number(name: str, line: int, column: str, cell: str) -> Fraction | None:
    """The cell as an exact number; None where it is empty."""
    if not (cell := cell.strip()):
        return None
    # "1/3" would be a Fraction and "1e999999" would never end: only plain decimals are numbers here.
    if "/" not in cell and "_" not in cell and len(cell) <= 40 and (cell.isascii()):
        try:
            return _plain(cell)
        except ValueError:
            pass
    text = "{file} 第 {line} 行的 {column} 是“{cell}”：应是数字。"
    raise InvalidInput("absurd_number", text, file=name, line=line, column=column, cell=cell)


def _plain(cell: str) -> Fraction:
    mantissa, _, exponent = cell.lower().partition("e")
    if exponent and abs(int(exponent)) > 300:
        raise ValueError(cell)
    return Fraction(mantissa) * Fraction(10) ** int(exponent or 0)
