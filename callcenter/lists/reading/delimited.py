"""Rows of delimited text: UTF-8, UTF-16 (each with or without BOM), GB18030; comma, tab, semicolon, bar or a full-width comma."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice, zip_longest

from callcenter.lists.columns import LAST_HEADER_ROW, find_layout
from callcenter.lists.reading.sheets import Row, Sheet
from callcenter.lists.refusals import ListRefused

_BLOCK = 1 << 20
_LONGEST_FIELD = 16 * 2**20
_SEP_LINE = re.compile(r"\ufeff?\"?sep=([^\"\r\n\x00])\"?\s*", re.IGNORECASE)
_DELIMITERS = ",\t;|，；"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MOST_COLUMNS = 16_384
_END = "\x00\x00end"
"""A line of our own after the last: a quote that was never closed swallows it."""


def encoding_of(data: bytes) -> str:
    """The encoding, by a rule that always answers alike: the BOM, else UTF-16 by its NUL bytes, else strict UTF-8, else GB18030."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return name
    wide = utf_16_without_mark(data)
    if wide:
        return wide
    for name in ("utf-8", "gb18030"):
        if _decodes(data, name):
            return name
    raise ListRefused("corrupt", "文字编码无法识别，请存为 UTF-8 或 GB18030")


def utf_16_without_mark(data: bytes) -> str:
    """UTF-16 told by the NUL beside each ASCII character, always on the same side; empty where `data` is something else."""
    start = data[:4096]
    low, high = start[1::2].count(0), start[::2].count(0)  # U+4E00 and its like have a NUL on the other side
    for name, beside, other in (("utf-16-le", low, high), ("utf-16-be", high, low)):
        if beside > len(start) / 40 and beside > 5 * other and _decodes(start, name) and not _CONTROLS.search(start.decode(name, "ignore")):
            return name
    return ""


def _decodes(data: bytes, encoding: str) -> bool:
    """Whether `data` is `encoding` throughout; a character cut off at the very end is forgiven."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(data[start : start + _BLOCK])
    except UnicodeDecodeError:
        return False
    return True


def _text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="replace", newline="")


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    """The records, each with the physical line on which it begins."""
    csv.field_size_limit(_LONGEST_FIELD)
    with _text(data, encoding) as lines:
        reader = csv.reader(_bounded(lines, delimiter), delimiter=delimiter)
        try:
            while True:
                number = reader.line_num + 1
                record = next(reader, None)
                if record is None or record == [_END]:
                    return
                if record[-1:] and record[-1].endswith(_END):
                    yield from _unclosed(number, reader.line_num, record)
                    return
                if len(record) > _MOST_COLUMNS:
                    raise ListRefused("bomb", "一行超过 16384 列")
                if number == 1 and _SEP_LINE.fullmatch(delimiter.join(record)):
                    continue
                yield Row(number, list(record))
        except csv.Error as broken:
            raise ListRefused("corrupt", "有一格文字长得反常，可能少了一个引号") from broken


def _bounded(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """The lines, none of them with absurdly many columns, and then the line of our own."""
    for line in lines:
        if len(line) > _MOST_COLUMNS and line.count(delimiter) > _MOST_COLUMNS:
            raise ListRefused("bomb", "一行超过 16384 列")
        yield line
    yield _END


def _unclosed(number: int, last: int, record: list[str]) -> Iterator[Row]:
    """The last record, whose quote was never closed: kept where it is one line, refused where it swallowed others."""
    if last > number + 1:
        raise ListRefused("corrupt", says="open_quote", line=number)
    yield Row(number, [*record[:-1], record[-1].removesuffix(_END).rstrip("\r\n")])


def _delimiter(data: bytes, encoding: str) -> str:
    """The first line `sep=;` names it; else the one under which a header row is found with the most columns."""
    with _text(data[:4096], encoding) as lines:
        named = _SEP_LINE.fullmatch(next(iter(lines), ""))
    if named:
        return named.group(1)
    return max(_DELIMITERS, key=lambda delimiter: _columns_found(data[:_BLOCK], encoding, delimiter))


def _columns_found(data: bytes, encoding: str, delimiter: str) -> int:
    rows: list[Row] = []
    with suppress(ListRefused):  # under another delimiter, or cut here, a quote can seem to be open
        rows.extend(islice(_records(data, encoding, delimiter), LAST_HEADER_ROW + 1))
    rows = [row for row in rows if row.number <= LAST_HEADER_ROW + 1]
    found = 0
    for row, following in zip_longest(rows, rows[1:], fillvalue=Row(0, [])):
        layout = find_layout(row.cells, following.cells, persons=True)  # whether persons or not, the same delimiter
        found = max(found, len(row.cells) if layout else 0)
    return found


def looks_like_table(data: bytes) -> bool:
    """Whether two of the first lines are divided alike, whatever their columns are called."""
    try:
        encoding = encoding_of(data)
    except ListRefused:
        return False
    with _text(data[:_BLOCK], encoding) as lines:
        first = list(islice(lines, LAST_HEADER_ROW))
    divided = ([line.count(delimiter) for line in first if delimiter in line] for delimiter in _DELIMITERS)
    return any(len(counts) > len(set(counts)) for counts in divided)


def sheet(data: bytes) -> Sheet:
    """The whole file as one sheet without a name."""
    encoding = encoding_of(data)
    delimiter = _delimiter(data, encoding)
    return Sheet("", _records(data, encoding, delimiter))
