"""Sheets of .xlsx, .xls and .ods files."""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from callcenter.lists.reading.sheets import Merge, Row, Sheet
from callcenter.lists.refusals import ListRefused

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_SPANNED = re.compile(rb'number-rows-spanned="(?!1")')


def _refusal(failure: BaseException) -> ListRefused:
    encrypted = isinstance(failure, PasswordError) or "password" in str(failure).lower() or "encrypt" in str(failure).lower()
    return ListRefused("encrypted") if encrypted else ListRefused("corrupt", "表格内容无法解析")


def _guarded(failure: BaseException) -> bool:
    """Whether `failure` means a broken file; a Rust panic is no ordinary Exception."""
    return isinstance(failure, CalamineError | OSError | ValueError) or type(failure).__name__ == "PanicException"


def _merges(sheet: CalamineSheet, offset: int) -> list[Merge]:
    ranges = sheet.merged_cell_ranges or []
    return [Merge(top + 1, left - offset, bottom + 1, right - offset) for (top, left), (bottom, right) in ranges if left >= offset]


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield Row(number, cells)  # type: ignore[arg-type]  # the library's own union of cell types, the same as ours


def sheets(data: bytes, kind: str) -> Iterator[Sheet]:
    """Every sheet in order, hidden ones too, each read when its turn comes."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        spans = _ods_merges(data) if kind == "ods" else {}
        for place, name in enumerate(workbook.sheet_names):
            sheet = _open(workbook, place)
            if sheet is None or sheet.start is None:
                yield Sheet(name, iter(()))
                continue
            offset = sheet.start[1]
            merges = _merges(sheet, offset) if kind != "ods" else _shifted(spans.get(name, []), offset)
            yield Sheet(name, _rows(sheet), merges, offset)
    except ListRefused:
        raise
    except BaseException as failure:
        if _guarded(failure):
            raise _refusal(failure) from failure
        raise


def _open(workbook: CalamineWorkbook, place: int) -> CalamineSheet | None:
    """The sheet; none for chart sheets and the like, which hold no cells."""
    metadata = workbook.sheets_metadata[place]
    return workbook.get_sheet_by_index(place) if str(metadata.typ).endswith("WorkSheet") else None


def _shifted(merges: list[Merge], offset: int) -> list[Merge]:
    return [Merge(m.first_row, m.first_column - offset, m.last_row, m.last_column - offset) for m in merges if m.first_column >= offset]


def _ods_merges(data: bytes) -> dict[str, list[Merge]]:
    """Cells merged downward in an OpenDocument sheet, which the reader does not tell; looked for only where there are any."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    if not _SPANNED.search(content):
        return {}
    found: dict[str, list[Merge]] = {}
    try:
        for _, table in ElementTree.iterparse(io.BytesIO(content), events=("end",)):  # noqa: S314  # size is bounded, entities refused by expat's limits
            if table.tag == _TABLE + "table":
                found[table.get(_TABLE + "name", "")] = list(_table_merges(table))
                table.clear()
    except ElementTree.ParseError:
        return {}
    return found


def _table_merges(table: ElementTree.Element) -> Iterator[Merge]:
    row_number = 1
    for row in table.iter(_TABLE + "table-row"):
        column = 0
        for cell in row:
            down = int(cell.get(_TABLE + "number-rows-spanned", "1"))
            right = int(cell.get(_TABLE + "number-columns-spanned", "1"))
            if down > 1 or right > 1:
                yield Merge(row_number, column, row_number + down - 1, column + right - 1)
            column += int(cell.get(_TABLE + "number-columns-repeated", "1"))
        row_number += int(row.get(_TABLE + "number-rows-repeated", "1"))
