"""The two spellings of a questionnaire, workbook and YAML: one becomes the other without losing a cell or the order.

Cells are read with openpyxl, which pyxform brings along: pyxform's own reading makes every cell text, strips it and leaves out
sheets and columns that it does not know. What pyxform itself has to say about a workbook is passed on (`remarks`).
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

import yaml

from callcenter.errors import InvalidInput, Refused
from callcenter.questionnaire.problems import Problem, problem

SHEETS = ("survey", "choices", "settings")
MOST_BYTES, MOST_UNPACKED, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 10 * 2**20, 200 * 2**20, 20_000, 500, 32_767
_UNNAMED = re.compile(r"\(([A-Z]{1,3})\)")
Document = dict[str, Any]


def read_workbook(name: str, data: bytes) -> Document:
    """The document in a workbook: every sheet a list of rows under its headers; the first row names them all, in order."""
    import openpyxl  # noqa: PLC0415  # only who reads a workbook waits for it, not every process that may

    _look_at_size(name, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of formats and validations that it does not keep; only cells count here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            return {_title(title): _rows(name, title, sheet) for title, sheet in sheets.items()}
    except InvalidInput:
        raise
    except Exception as bad:  # whatever a broken file makes the library raise, its reader gets one sentence
        raise Refused(
            "workbook_not_read", "工作簿 {file} 打不开（{why}）：请用表格软件另存为 .xlsx 再试。", file=name, why=str(bad)[:100]
        ) from bad


def write_workbook(name: str, document: Mapping[str, Any]) -> bytes:
    """The workbook of a document."""
    import xlsxwriter  # noqa: PLC0415  # as above

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False}) as book:
        for title, rows in _sheets(name, document):
            sheet = book.add_worksheet(title)
            headers = list(dict.fromkeys(str(header) for row in rows for header in row))
            for column, header in enumerate(headers):
                _write(name, title, sheet, (0, column), None if _UNNAMED.fullmatch(header) else header)
            for number, row in enumerate(rows, start=1):
                for header, value in row.items():
                    _write(name, title, sheet, (number, headers.index(str(header))), value)
    return target.getvalue()


def write_yaml(document: Mapping[str, Any]) -> str:
    """The YAML of a document; every text stands on one line, so that reading it does not fold it."""
    return yaml.dump(dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)


def remarks(data: bytes) -> list[Problem]:
    """What pyxform has to say of a workbook: its warnings, and the first error that it stops at."""
    from pyxform.errors import PyXFormError  # noqa: PLC0415  # as above
    from pyxform.xls2json import workbook_to_json  # noqa: PLC0415  # as above
    from pyxform.xls2json_backends import get_xlsform  # noqa: PLC0415  # as above

    said: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook_to_json(get_xlsform(data, file_type=".xlsx"), form_name="form", warnings=said)
    except PyXFormError as bad:
        said.append(str(bad))
    except Exception as bad:  # it reads what people made; its own faults must not be ours
        said.append(f"{type(bad).__name__}: {bad}")
    return [problem("Q029", _sheet_in(text), _row_in(text), what=" ".join(text.split())[:500].rstrip(" .。")) for text in said]


def _look_at_size(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as bad:
        raise Refused("workbook_not_read", "{file} 不是 .xlsx 工作簿：请用表格软件另存为 .xlsx 再试。", file=name) from bad
    if len(data) > MOST_BYTES or unpacked > MOST_UNPACKED:
        raise InvalidInput("workbook_too_large", "工作簿 {file} 太大：问卷请控制在 10 MB 以内。", file=name)


def _title(title: str) -> str:
    return title.strip().lower() if title.strip().lower() in SHEETS else title


def _rows(name: str, title: str, sheet: Any) -> list[dict[str, Any]]:
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    lines: list[tuple[int, tuple[Any, ...]]] = []
    for number, line in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True)):
        if number >= MOST_ROWS or any(value is not None for value in line[MOST_COLUMNS:]):
            raise InvalidInput(
                "workbook_too_large", "工作簿 {file} 的 {sheet} 表太大：最多 {rows} 行、{columns} 列。",
                file=name, sheet=title, rows=MOST_ROWS, columns=MOST_COLUMNS,
            )  # fmt: skip
        if any(value not in (None, "") for value in line):
            lines.append((number, line))
    if not lines:
        return []
    headers = _headers(name, title, lines)
    rows: list[dict[str, Any]] = [{} for _ in range(max(lines[-1][0], 1))]
    for number, line in lines if lines[0][0] else lines[1:]:
        rows[number - 1] = {headers[place]: _plain(value) for place, value in enumerate(line) if value not in (None, "")}
    rows[0] = {header: rows[0].get(header) for header in headers.values()}
    return rows


def _headers(name: str, title: str, lines: list[tuple[int, tuple[Any, ...]]]) -> dict[int, str]:
    """Header by place; a column with cells but no header is called by its letters in brackets."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  # as above

    first = lines[0][1] if lines[0][0] == 0 else ()
    used = sorted({place for _, line in lines for place, value in enumerate(line) if value not in (None, "")})
    named = {place: str(first[place]) if place < len(first) and first[place] not in (None, "") else "" for place in used}
    headers = {place: header or f"({get_column_letter(place + 1)})" for place, header in named.items()}
    twice = {header for header in headers.values() if list(headers.values()).count(header) > 1}
    if twice:
        raise InvalidInput(
            "header_twice",
            "工作簿 {file} 的 {sheet} 表有重复的列名“{header}”：请改名或合并。",
            file=name,
            sheet=title,
            header="、".join(sorted(twice)),
        )
    return headers


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | str) else str(value)


def _sheets(name: str, document: Mapping[str, Any]) -> Iterable[tuple[str, list[dict[Any, Any]]]]:
    for title, given in document.items():
        rows = given if isinstance(given, list) else [given]
        if (
            len(str(title)) > 31
            or re.search(r"[\[\]:*?/\\]", str(title))
            or not all(row is None or isinstance(row, Mapping) for row in rows)
        ):
            raise InvalidInput("not_a_sheet", "{file} 中的“{title}”不是一张表：请写成一行一行的列表。", file=name, title=str(title)[:40])
        yield str(title), [dict(row or {}) for row in rows]


def _write(name: str, title: str, sheet: Any, place: tuple[int, int], value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float) and abs(value) < 10**15:
        sheet.write_number(*place, value)
    elif isinstance(value, list | dict) or len(str(_plain(value))) > LONGEST_CELL:
        raise InvalidInput(
            "not_a_cell", "{file} 的 {sheet} 表第 {row} 行有一格放不进工作簿：请写成不超过 {most} 字的文字。",
            file=name, sheet=title, row=place[0] + 1, most=LONGEST_CELL,
        )  # fmt: skip
    else:
        sheet.write_string(*place, str(_plain(value)))


def _sheet_in(text: str) -> str:
    return next((sheet for sheet in ("choices", "settings") if f"'{sheet}'" in text), "survey")


def _row_in(text: str) -> int:
    found = re.search(r"\[row : (\d+)\]|\brow(?: number)?[ :]+'?(\d+)", text)
    return int(found[1] or found[2]) if found else 1


class _Dumper(yaml.SafeDumper):
    """Texts over several lines are quoted with their line breaks written out."""


def _quoted(dumper: _Dumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\n" in text or "\r" in text else None)


_Dumper.add_representer(str, _quoted)
