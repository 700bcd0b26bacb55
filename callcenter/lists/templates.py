"""The empty forms that a department starts from: the full list (Annex 4) and the work orders (Annex 5), with an item's further columns."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from callcenter.lists.asks import Column
from callcenter.lists.columns import find_layout
from callcenter.lists.districts import DISTRICTS

COLUMNS = (
    "序号",
    "区域",
    "企业名称",
    "统一社会信用代码",
    "企业办理业务联系人\n（或法定代表人）",
    "联系电话\n（手机号）",
    "业务描述",
)
ORDER_COLUMNS = ("序号", "工单号", "企业名称", "统一社会信用代码", "企业联系人\n（或法定代表人）", "联系电话\n（手机号）", "业务描述")
FOR_PERSONS = {"企业名称": "企业名称\n（个人填姓名）", "统一社会信用代码": "统一社会信用代码\n（个人不填）"}
TOTAL, REMARK, DATE = "各环节累计总时长", "备注", "办理时间"
STAGES, MOST_STAGES = 3, 30
LINES = 5000
"""So many rows of the form are prepared: a choice of districts, code and telephone as text."""
_WIDTHS = {"序号": 6, "区域": 12, "工单号": 18, "企业名称": 36, "统一社会信用代码": 22, "业务描述": 24}
_HEAD = {"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#E4E7EB"}
_ASKED = {**_HEAD, "bg_color": "#FFF3C4"}


@dataclass(frozen=True)
class Form:
    """What a form is made for. `dates`: the population has a period, so the date of the matter is asked for too."""

    department: str = ""
    about: str = ""
    extra: Sequence[Column] = ()
    persons: bool = False
    dates: bool = False
    stages: int = STAGES
    contacts: str = field(default="          联系人：          ")


def workbook(form: Form, *, work_orders: bool = False) -> bytes:
    """The form as a workbook; code and telephone columns are text, so that no digit is lost."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2022, 5, 24)})  # noqa: DTZ001  # fixed: the same form has the same bytes
    _Sheet(book, form).work_orders() if work_orders else _Sheet(book, form).full_list()
    book.close()
    return out.getvalue()


def _beside(form: Form, names: Sequence[str]) -> list[Column]:
    """The further columns that the form itself does not have."""
    layout = find_layout(list(names), [])
    known = set(layout.places) if layout else set()
    asked = [column for column in form.extra if column.name not in known]
    dated = any("时间" in column.name or "日期" in column.name for column in asked)
    return [*asked, Column(DATE)] if form.dates and not dated else asked


class _Sheet:
    def __init__(self, book: Any, form: Form) -> None:
        self.book = book
        self.form = form
        self.title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        self.head = book.add_format(_HEAD)
        self.asked = book.add_format(_ASKED)
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})

    def full_list(self) -> None:
        """Annex 4: one header row under the title and the unit's line."""
        beside = _beside(self.form, COLUMNS)
        names = [*(FOR_PERSONS.get(name, name) if self.form.persons else name for name in COLUMNS), *(c.name for c in beside), REMARK]
        sheet = self.book.add_worksheet("企业全量样本")
        self._top(sheet, "企业全量样本表", f"部门：{self.form.department}{self.form.contacts}手机号码：", len(names))
        for column, name in enumerate(names):
            sheet.write_string(2, column, name, self.asked if len(COLUMNS) <= column < len(names) - 1 else self.head)
            self._column(sheet, column, name)
        sheet.set_row(2, 34)
        sheet.freeze_panes(3, 0)
        self._choices(sheet, names, beside, first=3)

    def work_orders(self) -> None:
        """Annex 5: fixed columns, then three columns a stage under its heading, the total, the remarks."""
        form, fixed = self.form, len(ORDER_COLUMNS)
        beside = [column for column in _beside(form, ORDER_COLUMNS) if column.name != DATE]
        after = [TOTAL, *(column.name for column in beside), REMARK]
        width = fixed + 3 * form.stages + len(after)
        sheet = self.book.add_worksheet("系统工单")
        self._top(sheet, "系统工单", f"上报部门（单位）：{form.department}{form.contacts}联系电话：", width)
        for column, name in enumerate(ORDER_COLUMNS):
            sheet.merge_range(2, column, 3, column, name, self.head)
            self._column(sheet, column, name)
        for stage in range(1, form.stages + 1):
            first = fixed + 3 * (stage - 1)
            sheet.merge_range(2, first, 2, first + 2, f"环节{stage}（单位：天）", self.head)
            for place, name in enumerate(("开始时间", "完成时间", f"环节{stage}总时长")):
                sheet.write_string(3, first + place, name, self.head)
            sheet.set_column(first, first + 1, 12, self.day)
            sheet.set_column(first + 2, first + 2, 12)
        for place, name in enumerate(after, fixed + 3 * form.stages):
            sheet.merge_range(2, place, 3, place, name, self.asked if name in {column.name for column in beside} else self.head)
            sheet.set_column(place, place, 18)
        sheet.freeze_panes(4, 3)
        self._choices(sheet, [*ORDER_COLUMNS, *[""] * (3 * form.stages), *after], beside, first=4)

    def _top(self, sheet: Any, title: str, line: str, width: int) -> None:
        about = self.form.about
        sheet.merge_range(0, 0, 0, width - 1, f"{title}（{about}）" if about else title, self.title)
        sheet.merge_range(1, 0, 1, width - 1, line)

    def _column(self, sheet: Any, column: int, name: str) -> None:
        plain = name.partition("\n")[0]
        of_text = plain in {"统一社会信用代码", "联系电话", "工单号"}
        sheet.set_column(column, column, _WIDTHS.get(plain, 18), self.text if of_text else self.day if plain == DATE else None)

    @staticmethod
    def _choices(sheet: Any, names: Sequence[str], beside: Sequence[Column], *, first: int) -> None:
        """A list to choose from for the district and for columns with set answers; another text is warned of, not refused."""
        offered = {"区域": list(DISTRICTS.values())} | {column.name: list(column.values) for column in beside if column.values}
        for column, name in enumerate(names):
            if name in offered:
                rule = {"validate": "list", "source": offered[name], "error_type": "warning"}
                told = {"error_title": name, "error_message": "不在可选范围内，请核对。"}
                sheet.data_validation(first, column, first + LINES, column, rule | told)
