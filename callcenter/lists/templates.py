"""The empty form (Annex 4) that a department starts from, with the extra columns of its item."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

COLUMNS = (
    "序号",
    "区域",
    "企业名称",
    "统一社会信用代码",
    "企业办理业务联系人\n（或法定代表人）",
    "联系电话\n（手机号）",
    "业务描述",
)
REMARK = "备注"


def workbook(*, department: str = "", about: str = "", extra_columns: Sequence[str] = ()) -> bytes:
    """An Annex 4 workbook; code and telephone columns are text, so that no digit is lost."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2022, 5, 24)})  # noqa: DTZ001  # fixed: the same form has the same bytes
    names = [*COLUMNS, *extra_columns, REMARK]
    sheet = book.add_worksheet("企业全量样本")
    title = book.add_format({"bold": True, "align": "center", "font_size": 14})
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#E4E7EB"})
    text = book.add_format({"num_format": "@"})
    sheet.merge_range(0, 0, 0, len(names) - 1, f"企业全量样本表{f'（{about}）' if about else ''}", title)
    sheet.merge_range(1, 0, 1, len(names) - 1, f"部门：{department}          联系人：          手机号码：")
    for column, name in enumerate(names):
        sheet.write_string(2, column, name, head)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 36)
    sheet.set_column(3, 3, 22, text)
    sheet.set_column(4, 4, 18)
    sheet.set_column(5, 5, 16, text)
    sheet.set_column(6, len(names) - 1, 20)
    sheet.set_row(2, 34)
    sheet.freeze_panes(3, 0)
    book.close()
    return out.getvalue()
