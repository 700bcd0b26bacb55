"""The liaison sheet (Annex 3): an empty one to fill in, and what a filled one says."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter

from callcenter.errors import InvalidInput
from callcenter.lists import phone_numbers
from callcenter.lists.cells import clean, folded
from callcenter.lists.liaison import as_dialled
from callcenter.lists.reading import sheets

TITLE = "各部门（单位）联络员信息表"
COLUMNS = ("姓名", "处室", "职务", "联系电话", "邮箱")
LAST_ROW = 200
"""A form is short: what stands below is not looked at."""
LARGEST = 5_000_000
_NAMES = {
    "name": ("姓名", "联络员姓名", "联络员"),
    "office": ("处室", "科室", "所在处室", "内设机构"),
    "post": ("职务", "职位", "职务职级"),
    "phone": ("联系电话", "电话", "联系方式"),
    "mobile": ("手机", "手机号", "手机号码"),
    "landline": ("座机", "办公电话", "固定电话", "座机号码"),
    "mail": ("邮箱", "电子邮箱", "邮箱地址", "电子邮件"),
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
_UNIT = re.compile(r"(?:单位|部门)(?:\(部门\)|\(单位\))?名称[::](.*)", re.DOTALL)
_FILLED_IN = re.compile(r"填表人(?:姓名)?[::](.*)", re.DOTALL)
_FOOT = re.compile(r"(?:填表人|注|备注|说明|请将|此表).*", re.DOTALL)
_PART = re.compile(r"(手机|座机|办公电话|固定电话)(?:号码?)?[::]?")


@dataclass(frozen=True)
class FilledSheet:
    """What a sheet says: the unit it names, the fields as written, and how many persons it lists."""

    unit: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    persons: int = 0


def read(data: bytes) -> FilledSheet:
    """The unit and the first person of a filled sheet; ListRefused or InvalidInput where the file is none."""
    if len(data) > LARGEST:
        raise InvalidInput("liaison_sheet_large", "文件超过 5 MB，不像联络员信息表：请上传填好的表。")
    for sheet in sheets(data):
        rows = [[clean(value) for value in row.cells] for row, _ in zip(sheet.rows, range(LAST_ROW), strict=False)]
        found = _read_rows(rows)
        if found:
            return found
    raise InvalidInput("liaison_sheet_unknown", "没有找到联络员信息表：表头应有“姓名”“联系电话”两栏。请下载空表填写后再上传。")


def _read_rows(rows: Sequence[Sequence[str]]) -> FilledSheet | None:
    head = next((place for place, row in enumerate(rows) if {"name", "phone"} <= _fields(row) or {"name", "mobile"} <= _fields(row)), None)
    if head is None:
        return None
    columns = {place: _FIELD_OF[folded(text)] for place, text in enumerate(rows[head]) if folded(text) in _FIELD_OF}
    persons = list(_persons(rows[head + 1 :], columns))
    typed = persons[0] if persons else {}
    return FilledSheet(_said(_UNIT, rows), typed | {"filled_in_by": _said(_FILLED_IN, rows)}, len(persons))


def _fields(row: Iterable[str]) -> set[str]:
    return {_FIELD_OF.get(folded(text), "") for text in row}


def _persons(rows: Sequence[Sequence[str]], columns: dict[int, str]) -> Iterator[dict[str, str]]:
    """The rows below the header up to the footer that say more than the printed labels."""
    for row in rows:
        first = next((folded(text) for text in row if text), "")
        if _FOOT.fullmatch(first):
            return
        written = {field: row[place] for place, field in columns.items() if place < len(row)}
        written |= _split(written.pop("phone", ""), written)
        if any(written.values()):
            yield written


def _split(cell: str, written: dict[str, str]) -> dict[str, str]:
    """Mobile and landline out of the one cell with its two pre-printed lines; without labels, by what the numbers are."""
    parts = _PART.split(cell)
    labelled = {"手机": "", "座机": ""}
    for label, text in zip(parts[1::2], parts[2::2], strict=True):
        labelled["手机" if label == "手机" else "座机"] += text.strip(" \n;,/、")
    loose = phone_numbers.read(parts[0].strip()).phones if parts[0].strip() else ()
    if parts[0].strip() and not loose and len(parts) == 1:
        labelled["手机"] = parts[0].strip()  # what cannot be read is shown to be mended
    for phone in loose:
        kind = "手机" if phone.mobile else "座机"
        labelled[kind] = labelled[kind] or as_dialled(phone.number, phone.extension)
    return {"mobile": written.get("mobile") or labelled["手机"], "landline": written.get("landline") or labelled["座机"]}


def _said(label: re.Pattern[str], rows: Sequence[Sequence[str]]) -> str:
    """What follows a label: in its own cell, else in the next filled cell of the row."""
    for row in rows:
        for place, text in enumerate(row):
            found = label.match(folded(text))
            if found:
                return found.group(1) or next((other for other in row[place + 1 :] if other), "")
    return ""


def workbook(*, unit: str = "", mailbox: str = "") -> bytes:
    """An empty sheet as published, with the unit's name."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2022, 5, 24)})  # noqa: DTZ001  # fixed: the same form has the same bytes
    sheet = book.add_worksheet("联络员信息表")
    title = book.add_format({"bold": True, "align": "center", "font_size": 14})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#E4E7EB"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"})
    last = len(COLUMNS)
    sheet.merge_range(0, 0, 0, last, TITLE, title)
    sheet.merge_range(1, 0, 1, last, f"单位名称：{unit}")
    for column, name in enumerate(("", *COLUMNS)):
        sheet.write_string(2, column, name, head)
    for column, text in enumerate(("联络员", "", "", "", "手机：\n座机：", "")):
        sheet.write_string(3, column, text, cell)
    sheet.write_string(4, 0, "填表人：")
    if mailbox:
        sheet.merge_range(5, 0, 5, last, f"注：填好后在系统中上传，或将电子版发送至 {mailbox}。")
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 3, 16)
    sheet.set_column(4, 5, 28)
    sheet.set_row(3, 40)
    book.close()
    return out.getvalue()
