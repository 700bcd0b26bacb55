"""Files as departments send them, for tests: a few rows on an Annex 4 sheet."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from sqlmodel import Session

from callcenter.lists import actions
from callcenter.lists.credit_codes import check_character
from callcenter.lists.tables import Submission

HEAD = ("序号", "区域", "企业名称", "统一社会信用代码", "联系人", "联系电话", "业务描述", "备注")


def code(number: int, district: str = "120110") -> str:
    """A valid credit code of nobody."""
    first = f"91{district}MAX{number:06d}"
    return first + check_character(first)


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A good row; `changes` spoil it."""
    values = {
        "district": "东丽区",
        "name": f"天津某{number}有限公司",
        "code": code(number),
        "contact": "王某",
        "phone": f"138000{number:05d}",
    }
    return values | {"matter": "申领电子印章"} | changes


KEYS = ("district", "name", "code", "contact", "phone", "matter", "remark")


def workbook(
    rows: Sequence[dict[Any, Any]], head: Sequence[str] = HEAD, *, sheet: str = "企业全量样本", keys: Sequence[Any] = KEYS
) -> bytes:
    """The rows as an .xlsx file; `keys` name a row's values in the order of the columns after the first."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    book.set_properties({"created": datetime(2022, 6, 1, tzinfo=UTC)})  # the same rows are the same bytes, whenever they are made
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, head)
    for place, values in enumerate(rows, 1):
        page.write_row(place, 0, [place, *(values.get(key, "") for key in keys)])
    book.close()
    return out.getvalue()


def submit(
    session: Session, population_id: int, rows: Sequence[dict[str, Any]], department: str = "市市场监管委", **more: Any
) -> Submission:
    """A list of `rows`, taken and judged."""
    given = {"user_id": None, "file_name": "名单.xlsx", "data": workbook(rows)} | more
    return actions.submit(session, population_id=population_id, department=department, **given)


def work_order_sheet(rows: Sequence[dict[str, Any]], *, stages: int, sheet: str = "系统工单") -> bytes:
    """Annex 5 as printed, in two header rows: each row has an `order`, its `stages` as (start, finish, days) and a `total`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    book.set_properties({"created": datetime(2022, 6, 1, tzinfo=UTC)})
    page = book.add_worksheet(sheet)
    fixed = ["序号", "工单号", "企业名称", "统一社会信用代码", "企业联系人(或法定代表人)", "联系电话(手机号)", "业务描述", "区域"]
    page.write_row(
        0, 0, [*fixed, *(cell for n in range(1, stages + 1) for cell in (f"环节{n}(单位:天)", "", "")), "各环节累计总时长", "备注"]
    )
    page.write_row(1, len(fixed), [cell for n in range(1, stages + 1) for cell in ("开始时间", "完成时间", f"环节{n}总时长")])
    for place, values in enumerate(rows, 1):
        given = row(values.get("enterprise", place), **{key: values[key] for key in ("phone", "district", "name") if key in values})
        head = [place, values["order"], given["name"], given["code"], given["contact"], given["phone"], given["matter"], given["district"]]
        cells = [cell for stage in values["stages"] for cell in stage]
        page.write_row(place + 1, 0, [*head, *cells, values.get("total", "")])
    book.close()
    return out.getvalue()
