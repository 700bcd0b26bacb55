"""Sheets of .xlsx, .xls and .ods files."""

import io
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import python_calamine
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from callcenter.lists.reading.sheets import Merge, Row, Sheet
from callcenter.lists.refusals import ListRefused

_APART = Path(__file__).with_name("apart.py")
_LEAST_MEMORY, _MOST_MEMORY = 1536 * 2**20, 4 * 2**30
_SECONDS = 60
_KEPT_BLANK = 100
"""Blank rows after so many are left out at once: a sheet can have a million of them under its last line."""


_REFUSED_APART = {
    "corrupt": lambda: ListRefused("corrupt", "表格内容无法解析"),
    "bomb": lambda: ListRefused("bomb", "工作表范围过大"),
    "encrypted": lambda: ListRefused("encrypted"),
}


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
        if number <= _KEPT_BLANK or cells.count("") < len(cells):
            yield Row(number, cells)  # type: ignore[arg-type]  # the library's own union of cell types, the same as ours


def sheets(data: bytes) -> Iterator[Sheet]:
    """Every sheet in order, hidden ones too, each read when its turn comes."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for place, name in enumerate(workbook.sheet_names):
            yield _sheet(workbook, place, name)
    except ListRefused:
        raise
    except BaseException as failure:
        if _guarded(failure):
            raise _refusal(failure) from failure
        raise


def _sheet(workbook: CalamineWorkbook, place: int, name: str) -> Sheet:
    """The sheet; an empty one for chart sheets and the like, which hold no cells."""
    metadata = workbook.sheets_metadata[place]
    sheet = workbook.get_sheet_by_index(place) if str(metadata.typ).endswith("WorkSheet") else None
    if sheet is None or sheet.start is None:
        return Sheet(name, iter(()))
    return Sheet(name, _rows(sheet), _merges(sheet, sheet.start[1]), sheet.start[1])


def sheets_apart(data: bytes) -> Iterator[Sheet]:
    """The same, read by a process of its own whose memory and time are bounded: for workbooks that could harm this one."""
    library = str(Path(python_calamine.__file__).parents[1])
    memory = min(_LEAST_MEMORY + 16 * len(data), _MOST_MEMORY)
    command = [sys.executable, "-I", str(_APART), library, str(memory), str(_SECONDS + len(data) // 2**20)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603  # our own script
        assert process.stdin is not None and process.stdout is not None  # noqa: S101  # both are pipes
        try:
            _hand_over(process.stdin, data)
            yield from _told(process.stdout)
        finally:
            process.kill()


def _hand_over(pipe: IO[bytes], data: bytes) -> None:
    try:
        pipe.write(data)
        pipe.close()
    except BrokenPipeError as ended:
        raise ListRefused("corrupt", "表格内容无法解析") from ended


def _next(pipe: IO[bytes]) -> tuple[Any, ...]:
    """What the process tells next; one that ended without a word was stopped at its limits."""
    try:
        found: tuple[Any, ...] = pickle.load(pipe)  # noqa: S301  # written by our own script
    except (EOFError, pickle.UnpicklingError) as stopped:
        raise ListRefused("bomb", "读取所需的内存或时间超过限度") from stopped
    if found[0] == "refused":
        raise _REFUSED_APART[found[1]]()
    return found


def _told(pipe: IO[bytes]) -> Iterator[Sheet]:
    found = _next(pipe)
    while found[0] == "sheet":
        _, name, first_column, merges = found
        rest: list[tuple[Any, ...]] = []
        rows = _rows_told(pipe, rest)
        yield Sheet(name, rows, [Merge(*merge) for merge in merges], first_column)
        for _ in rows:  # a sheet without a table is not read to its end
            pass
        found = rest[0]


def _rows_told(pipe: IO[bytes], rest: list[tuple[Any, ...]]) -> Iterator[Row]:
    """The rows of a sheet; into `rest` goes what was told after them."""
    while (found := _next(pipe))[0] == "rows":
        yield from (Row(number, cells) for number, cells in found[1])
    rest.append(found)
