"""Empty forms: read as lists without rows, with the columns that an item asks for, and filled in they are complete."""

import io
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from callcenter.lists.asks import Column
from callcenter.lists.columns import find_layout
from callcenter.lists.templates import Form, workbook
from callcenter.lists.verdicts import check


def lines(data: bytes) -> list[list[str]]:
    return [[str(cell) for cell in line] for line in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()]


def test_the_form_has_the_asked_columns_before_the_remarks() -> None:
    asked = (Column("业务描述"), Column("近两次事项名称"), Column("近两次办理时间"), Column("网办或线下", values=("网办", "线下")))
    made = workbook(Form("市政务服务办", "18. 政务全程网办", asked, persons=True, dates=True))
    title, line, head = lines(made)
    assert title[0] == "企业全量样本表（18. 政务全程网办）"
    assert line[0].startswith("部门：市政务服务办")
    assert head[-4:] == ["近两次事项名称", "近两次办理时间", "网办或线下", "备注"]
    assert check(made).totals["rows"] == 0
    with ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "和平区,河东区" in sheet and "网办,线下" in sheet


def test_a_column_that_the_form_has_is_not_added_again() -> None:
    head = lines(workbook(Form(extra=(Column("联系人"), Column("业务描述")))))[2]
    assert len(head) == 8


def test_where_a_period_is_set_the_date_of_the_matter_is_asked_for() -> None:
    assert lines(workbook(Form(dates=True)))[2][-2:] == ["办理时间", "备注"]


@pytest.mark.parametrize("stages", [1, 3, 12])
def test_the_work_order_form_is_read_with_all_its_stages(stages: int) -> None:
    made = workbook(Form("市水务局", extra=(Column("报装渠道"),), stages=stages), work_orders=True)
    assert check(made).totals["rows"] == 0
    upper, lower = lines(made)[2:4]
    layout = find_layout(upper, lower, [7 + 3 * stage for stage in range(stages)])
    assert layout is not None and layout.work_orders
    assert sorted(layout.stages) == list(range(1, stages + 1))
    assert layout.names[-3:] == ["各环节累计总时长", "报装渠道", "备注"]
