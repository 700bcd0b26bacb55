"""The receipt gives back the sender's rows: it can be sent as it is, mended, and made of itself, and no cell of it runs."""

import io
from datetime import date, datetime, time, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from callcenter.lists import receipts
from callcenter.lists.receipts import Judgement, judgements, write
from callcenter.lists.verdicts import ListCheck, check
from tests.factories.lists import code, row, workbook


def receipt_of(data: bytes, **more: Any) -> bytes:
    judged = check(data)
    out = io.BytesIO()
    write(out, data, judgements(judged), judged.totals, **more)
    return out.getvalue()


def told(judged: ListCheck) -> list[tuple[Any, ...]]:
    return [(r.name, r.uscc, r.district, r.verdict, list(r.reasons), list(r.phones), list(r.stage_days), r.total_days) for r in judged.rows]


def shown(data: bytes, sheet: int = 1) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(sheet).to_python()


def raw(lines: list[list[Any]], sheets: int = 1) -> bytes:
    """Cells of every kind; dates and times as such."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    formats = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy/m/d", time: "hh:mm", timedelta: "[h]:mm"}
    for number in range(sheets):
        page = book.add_worksheet(f"表{number + 1}")
        for line, cells in enumerate(lines):
            for column, value in enumerate(cells):
                if type(value) in formats:
                    page.write_datetime(line, column, value, book.add_format({"num_format": formats[type(value)]}))
                elif value is not None:
                    page.write(line, column, value)
    book.close()
    return out.getvalue()


HEAD = ["序号", "区域", "企业名称", "统一社会信用代码", "联系人", "联系电话", "业务描述", "备注"]
GOOD = [1, "东丽区", "天津甲有限公司", code(1), "王某", 13800000001, "申领", None]


def test_a_receipt_of_a_receipt_shows_the_rows_once_with_one_pair_of_columns() -> None:
    data = workbook([row(1), row(2, phone=""), row(1), row(3, code="")])
    once = receipt_of(data)
    twice = receipt_of(once)
    assert told(check(once)) == told(check(data)) == told(check(twice))
    assert shown(once)[0] == shown(twice)[0]
    assert shown(once)[0][:4] == ["核对结果", "原因", "原行号", "序号"]
    assert [line[2] for line in shown(once)[1:]] == [r.source_row for r in check(data).rows]


def test_what_is_mended_in_the_receipt_is_accepted() -> None:
    lines = shown(receipt_of(raw([HEAD, GOOD, [2, "西青区", "天津乙有限公司", code(2), "李某", "138****0002", "申领", ""]])))
    assert lines[2][:2] == ["退回", "电话号码被打了星号，无法拨打"]
    lines[2][8] = "13800000002"
    assert [r.verdict for r in check(raw(lines)).rows] == ["accepted", "accepted"]


def test_dates_times_and_numbers_stay_what_they_were() -> None:
    kinds: list[Any] = [date(2022, 5, 24), datetime(2022, 5, 24, 10, 30), time(9, 5), timedelta(hours=30), 3.5, True, "2022年5月"]  # noqa: DTZ001  # cells have no zone
    data = raw([[*HEAD, *"甲乙丙丁戊己庚"], [*GOOD, *kinds]])
    assert shown(receipt_of(data))[1][-7:] == shown(data, 0)[1][-7:]


@pytest.mark.parametrize("cell", ["=1+1", "+86 13800000001", "-5", "@SUM(A1)", "\t=1", '=HYPERLINK("http://example.invalid","x")'])
def test_no_cell_runs_even_when_it_is_edited(cell: str) -> None:
    made = receipt_of(raw([HEAD, [*GOOD[:7], cell]]))
    with ZipFile(io.BytesIO(made)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    assert shown(made)[1][-1] == cell


def test_work_orders_come_back_with_their_stages() -> None:
    upper = ["序号", "工单号", "企业名称", "联系电话", "环节1（单位：天）", None, None, "环节2（单位：天）", None, None, "各环节累计总时长"]
    lower = [None, None, None, None, "开始时间", "完成时间", "环节1总时长", "开始时间", "完成时间", "环节2总时长", None]
    days = [date(2022, 5, 1), datetime(2022, 5, 3, 12), None, "2022.5.3", "2022年5月6日", "3天", 5.5]  # noqa: DTZ001  # as above
    data = raw([["XX系统工单"], upper, lower, [1, "A1", "天津甲有限公司", 13800000001, *days], [2, "A2", "天津乙", "22", *days[:-1], 9]])
    assert told(check(receipt_of(data))) == told(check(data))
    assert check(data).rows[0].total_days == 5.5


def test_several_tables_and_sheets_keep_their_own_columns() -> None:
    other = ["公司名称", "手机", "渠道"]
    data = raw([HEAD, GOOD, [], other, ["天津乙有限公司", "13800000002", "线上"], ["天津丙", "", "线下"]], sheets=2)
    again = check(receipt_of(data))
    assert told(again) == told(check(data))
    assert len(again.rows) == 6


def test_notes_stand_beside_the_reasons_and_mark_their_cells() -> None:
    data = raw([[*HEAD, "报装渠道", "办理时间"], [*GOOD, "", "2019-01-01"]])
    out = io.BytesIO()
    write(out, data, [Judgement("表1", 2, "accepted", [], ["报装渠道"], outside=True)], check(data).totals)
    assert shown(out.getvalue())[1][:2] == ["采用", "没有填写“报装渠道”；办理时间不在统计期间内"]


def test_a_list_longer_than_a_sheet_goes_on_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "LAST_LINE", 4)
    data = workbook([row(n) for n in range(1, 8)])
    again = check(receipt_of(data))
    assert told(again) == told(check(data))
    assert len({r.sheet for r in again.rows}) == 4


def test_breaks_and_long_texts_do_not_change_a_verdict() -> None:
    phones = "13800000001_x000D_\n022-24532093"
    data = raw([HEAD, [*GOOD[:5], phones, "长" * 40000, "甲\r\n乙"]])
    assert told(check(receipt_of(data))) == told(check(data))


def test_our_own_summary_is_known_by_its_shape_and_still_counted() -> None:
    data = workbook([row(1), row(2, phone="")])
    about = [("文件", "名单.xlsx"), ("样本总体", "4-1 申领使用电子印章的企业")]
    again = check(receipt_of(data, about=about))
    assert again.receipt == {"own_sheets": ["核对结果汇总"], "receipt_of": "4-1 申领使用电子印章的企业"}
    assert again.totals["skipped_sheet_names"] == ["核对结果汇总"]
    assert check(data).receipt == {}


@pytest.mark.parametrize("lines", [[["读到的行", 2], ["采用", 1]], [["说明", "随便写的"]], []])
def test_a_sheet_that_only_has_its_name_is_not_ours(lines: list[list[Any]]) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, cells in (("核对结果汇总", lines), ("名单", [HEAD, GOOD])):
        page = book.add_worksheet(name)
        for line, values in enumerate(cells):
            page.write_row(line, 0, values)
    book.close()
    assert check(out.getvalue()).receipt == {}
