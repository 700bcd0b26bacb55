"""Reads one workbook in a process of its own, with limits: run as a script, the file on its standard input, the rows on its output.

Old and unusual workbooks can make the reader fail in ways that no caller can catch: memory that is not there ends the whole process,
a fault in the library writes to the standard error, a loop in the file's chains never ends. Here that ends this process only.
What it writes is pickled, one after the other: `("sheet", name, first column, merges)`, `("rows", [(number, cells), …])`, and last
`("end",)` or `("refused", why)`. It imports nothing of the program, so that it starts fast.
"""

import contextlib
import io
import pickle
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE_TYPE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 value-type"
_CELLS_AT_ONCE = 20_000
_KEPT_BLANK = 100
_MAX_CELLS = 30_000_000

Found = tuple[Any, ...]


class _TooLarge(Exception):
    """The cells of a sheet span more than can be held."""


class _OpenSheets:
    """Cells merged downward in the sheets of an OpenDocument file, which the library does not tell, and how far the filled cells reach."""

    def __init__(self, content: bytes) -> None:
        self.merges: dict[str, list[tuple[int, int, int, int]]] = {}
        self.name, self.row, self.row_repeats, self.column, self.reach = "", 1, 1, 0, 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.Parse(content, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _TABLE + "table":
            self.name, self.row, self.reach = attributes.get(_TABLE + "name", ""), 1, 0
        elif tag == _TABLE + "table-row":
            self.column, self.row_repeats = 0, int(attributes.get(_TABLE + "number-rows-repeated", "1"))
        elif tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._cell(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        repeats = int(attributes.get(_TABLE + "number-columns-repeated", "1"))
        down, right = (int(attributes.get(f"{_TABLE}number-{way}-spanned", "1")) for way in ("rows", "columns"))
        if down > 1 or right > 1:
            cell = (self.row, self.column, self.row + down - 1, self.column + right - 1)
            self.merges.setdefault(self.name, []).append(cell)
        self.column += repeats
        if _OFFICE_TYPE in attributes:
            self.reach = max(self.reach, self.column)
            if self.reach * (self.row + self.row_repeats - 1) > _MAX_CELLS:
                raise _TooLarge

    def _end(self, tag: str) -> None:
        if tag == _TABLE + "table-row":
            self.row += self.row_repeats


def _open_sheets(data: bytes) -> _OpenSheets | None:
    if not data.startswith(b"PK"):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _OpenSheets(archive.read("content.xml")) if "content.xml" in archive.namelist() else None


def _merges(sheet: Any, open_sheets: _OpenSheets | None, offset: int) -> list[tuple[int, int, int, int]]:
    """Merged cells: first row (from 1) and column, last row and column, columns counted from `offset`."""
    if open_sheets:
        found = open_sheets.merges.get(sheet.name, [])
        return [(top, left - offset, bottom, right - offset) for top, left, bottom, right in found if left >= offset]
    ranges = sheet.merged_cell_ranges or []
    return [(top + 1, left - offset, bottom + 1, right - offset) for (top, left), (bottom, right) in ranges if left >= offset]


def _row_lots(sheet: Any) -> Iterator[Found]:
    """The rows with their numbers, a few thousand cells at once; blank ones only near the top."""
    rows: list[Any] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number <= _KEPT_BLANK or cells.count("") < len(cells):
            rows.append((number, cells))
        if len(rows) * len(cells) >= _CELLS_AT_ONCE:
            yield ("rows", rows)
            rows = []
    yield ("rows", rows)


def _found(data: bytes) -> Iterator[Found]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  # its place is known only when the script has started

    open_sheets = _open_sheets(data)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for place, (name, about) in enumerate(zip(workbook.sheet_names, workbook.sheets_metadata, strict=True)):
        sheet = workbook.get_sheet_by_index(place) if str(about.typ).endswith("WorkSheet") else None
        if sheet is None or sheet.start is None:
            yield ("sheet", name, 0, [])
            continue
        offset = sheet.start[1]
        yield ("sheet", name, offset, _merges(sheet, open_sheets, offset))
        yield from _row_lots(sheet)


def _why(failure: BaseException) -> str:
    if isinstance(failure, MemoryError | _TooLarge):
        return "bomb"
    return "encrypted" if "assword" in f"{type(failure).__name__} {failure}" or "ncrypt" in str(failure) else "corrupt"


def _limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system cannot, it is bounded by what the file itself holds."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  # not on every system

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main(library: str, memory: str, seconds: str) -> None:
    """Read the file on standard input within `memory` bytes and `seconds` of work; `library` is the folder of the reading library."""
    sys.path.insert(0, library)
    _limit(int(memory), int(seconds))
    out = sys.stdout.buffer
    try:
        for found in _found(sys.stdin.buffer.read()):
            pickle.dump(found, out)
        pickle.dump(("end",), out)
    except BrokenPipeError:
        return
    except BaseException as failure:  # a fault of the library is no ordinary Exception
        pickle.dump(("refused", _why(failure)), out)
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
