"""People from a sheet (CSV or a workbook): what each row would do, before anything is done."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from callcenter.errors import InvalidInput
from callcenter.people.roles import role_of

COLUMNS = {"用户名": "username", "姓名": "name", "角色": "role", "单位": "unit"}
"""Column names, in Chinese or English."""
MOST = 200
"""Rows of one import: each new password takes its time to hash."""


@dataclass(frozen=True)
class PlannedUser:
    """One row of the sheet: whom it would add, or why it cannot."""

    row: int
    username: str
    name: str
    role: str
    unit: str
    problem: str | None = None


def read(data: bytes) -> list[PlannedUser]:
    """The rows of a sheet with the columns 用户名, 姓名, 角色, 单位 (or their English names), wherever its header stands."""
    rows = _rows(data)
    number = next((number for number, row in enumerate(rows, 1) if {"username", "name", "role"} <= set(_places(row))), None)
    if number is None:
        raise InvalidInput("no_people_table", "表格里没有找到“用户名、姓名、角色”这些列：请在第一行写上列名。")
    places = _places(rows[number - 1])
    planned = []
    for below, cells in enumerate(rows[number:], number + 1):
        values = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        if any(values.values()):
            planned.append(PlannedUser(below, values["username"], values["name"], values["role"], values.get("unit", "")))
    if len(planned) > MOST:
        raise InvalidInput(
            "too_many_people", "一次最多导入 {most} 人，这个表格有 {count} 人：请分几次导入。", most=MOST, count=len(planned)
        )
    return planned


def judge(planned: Iterable[PlannedUser], taken: set[str]) -> list[PlannedUser]:
    """The same rows with roles by their key and with what is wrong; `taken` are the names in use, in lower case."""
    seen: set[str] = set()
    judged = []
    for row in planned:
        role = role_of(row.role)
        problem = _problem(row, role, taken, seen)
        judged.append(PlannedUser(row.row, row.username, row.name, role or row.role, row.unit, problem))
        seen.add(row.username.lower())
    return judged


def _places(header: list[str]) -> dict[str, int]:
    named = {COLUMNS.get(cell, cell.lower()): place for place, cell in enumerate(header)}
    return {name: place for name, place in named.items() if name in COLUMNS.values()}


def _problem(row: PlannedUser, role: str | None, taken: set[str], seen: set[str]) -> str | None:
    name = row.username.lower()
    tests = {
        "缺少用户名或姓名。": not row.username or not row.name,
        "用户名不能有空格，最多 64 个字符。": any(mark.isspace() for mark in name) or len(name) > 64,
        "没有这个角色，可用的有：报送单位、话务员、督导、评估人员、管理员、委托方。": role is None,
        "报送单位的用户要写明单位名称。": role == "submitter" and not row.unit,
        "这个用户名已经有人使用。": name in taken,
        "这个用户名在表格里出现了两次。": name in seen,
    }
    return next((problem for problem, holds in tests.items() if holds), None)


def _rows(data: bytes) -> list[list[str]]:
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        except CalamineError as failure:
            raise InvalidInput("unreadable_sheet", "这个文件打不开：请另存为 .xlsx 或 .csv 再上传。") from failure
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(_decoded(data)))]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("unreadable_sheet", "这个文件打不开：请另存为 .xlsx 或 .csv 再上传。")
