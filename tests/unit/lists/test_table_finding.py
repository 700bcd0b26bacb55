"""A table is found by its column names, and only its data rows count."""

import csv
import io
from typing import Any

import pytest
import xlsxwriter

from callcenter.lists.refusals import ListRefused
from callcenter.lists.verdicts import ListCheck, check
from tests.factories.lists import code, row, workbook

HEAD = ["序号", "区域", "企业名称", "统一社会信用代码", "联系人", "联系电话"]


def text_file(lines: list[list[Any]], encoding: str = "utf-8", delimiter: str = ",", first: str = "") -> bytes:
    out = io.StringIO()
    out.write(first)
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode(encoding)


def good(number: int) -> list[Any]:
    return [number, "东丽区", f"天津某{number}有限公司", code(number), "王某", f"138000{number:05d}"]


def sheet_of(fill: Any) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book.add_worksheet("表"))
    book.close()
    return out.getvalue()


def verdicts(checked: ListCheck) -> list[tuple[int, str]]:
    return [(each.source_row, each.verdict) for each in checked.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimited_text_of_every_encoding(encoding: str, delimiter: str) -> None:
    checked = check(text_file([["名单"], HEAD, good(1), good(2)], encoding, delimiter))
    assert verdicts(checked) == [(3, "accepted"), (4, "accepted")]
    assert checked.rows[0].sheet == ""


def test_a_first_line_names_the_delimiter() -> None:
    checked = check(text_file([HEAD, good(1)], delimiter="^", first="sep=^\r\n"))
    assert verdicts(checked) == [(3, "accepted")]


def test_a_record_over_several_lines_is_named_by_its_first() -> None:
    broken = [2, "东丽区", "天津某\n二有限公司", code(2), "王某", "13800000002\n13800000009"]
    checked = check(text_file([HEAD, good(1), broken, good(3)]))
    assert [each.source_row for each in checked.rows] == [2, 3, 6]
    assert checked.rows[1].name == "天津某二有限公司"


def test_names_of_columns_are_matched_without_spaces_stars_colons_and_brackets() -> None:
    head = ["No.", "*所属区：", "企业（单位）\n名 称", "税号[18位]", "经 办 人", "联系方式（手机/座机）"]
    checked = check(text_file([head, good(1)]))
    assert checked.rows[0].reasons == []


def test_two_telephone_columns_are_read_as_one_cell() -> None:
    checked = check(
        text_file(
            [
                ["企业名称", "手机", "电话", "联系人", "法人"],
                ["甲公司", "", "022-24532093", "", "张某"],
                ["乙", "13800000001", "24532094", "李某", ""],
            ]
        )
    )
    assert [[phone.number for phone in each.phones] for each in checked.rows] == [["+862224532093"], ["+8613800000001", "+862224532094"]]
    assert [each.contact for each in checked.rows] == ["张某", "李某"]


@pytest.mark.parametrize(
    "line",
    [
        ["", "", "", "", "", ""],
        ["7", "", "", "", "", ""],
        ["……", "", "", "", "", ""],
        ["...", "", "", "", "", ""],
        ["一、东丽区", "", "", "", "", ""],
        HEAD,
        ["名单（2022年）", "", "", "", "", ""],  # a line that stood above the header
        ["合 计", "", "100家", "", "", ""],
        ["合计：", "", "5", "", "", ""],
        ["", "总计3家", "", "", "", ""],
        ["填表人：李某", "", "", "审核人：王某", "", ""],
        ["注：以上为全部企业", "", "", "", "", ""],
        ["注1", "", "说明文字", "", "", ""],
        ["", "/", "-", "无", "", "—"],
    ],
)
def test_what_is_no_data_row_is_not_counted(line: list[str]) -> None:
    checked = check(text_file([["名单（2022年）"], HEAD, good(1), line, good(2)]))
    assert verdicts(checked) == [(3, "accepted"), (5, "accepted")]


@pytest.mark.parametrize(
    "line",
    [
        ["8", "东丽区", "", "", "", ""],
        ["", "", "", "", "", "12345"],
        ["", "", "注册中的公司", "", "", ""],
        ["合计划公司", "", "甲", "", "", ""],
    ],
)
def test_a_poor_row_is_a_data_row_all_the_same(line: list[str]) -> None:
    assert check(text_file([HEAD, good(1), line])).rows[1].verdict == "rejected"


def test_a_header_below_row_thirty_is_no_table() -> None:
    assert verdicts(check(text_file([["x"]] * 29 + [HEAD, good(1)]))) == [(31, "accepted")]
    with pytest.raises(ListRefused) as refusal:
        check(text_file([["x"]] * 30 + [HEAD, good(1)]))
    assert refusal.value.code == "no_table"


def test_a_header_of_two_rows_is_read_by_its_lower_names() -> None:
    upper = ["序号", "企业名称", "联系方式", "", "区域"]
    lower = ["", "", "联系人", "手机号", ""]
    checked = check(text_file([upper, lower, [1, "甲公司", "王某", "13800000001", "东丽"]]))
    assert [(each.source_row, each.name, each.contact, each.district) for each in checked.rows] == [(3, "甲公司", "王某", "东丽区")]


def test_a_header_of_two_rows_with_merged_cells() -> None:
    def fill(sheet: Any) -> None:
        for column, name in ((0, "序号"), (1, "单位名称"), (4, "辖区")):
            sheet.merge_range(0, column, 1, column, name)
        sheet.merge_range(0, 2, 0, 3, "联系方式")
        sheet.write_row(1, 2, ["姓名", "手机"])
        sheet.write_row(2, 0, [1, "甲公司", "王某", "13800000001", "东丽"])

    [judged] = check(sheet_of(fill)).rows
    assert (judged.name, judged.district, judged.reasons) == ("甲公司", "东丽区", ["uscc_missing", "contact_missing"])
    assert judged.phones[0].number == "+8613800000001"


@pytest.mark.parametrize("height", [2, 3])
def test_a_header_merged_downward_is_no_row_even_where_its_lower_names_are_unknown(height: int) -> None:
    def fill(sheet: Any) -> None:
        for column, name in enumerate(["序号", "企业名称（与执照一致" + "，" * 80 + "）", "联系电话"]):
            sheet.merge_range(2, column, 1 + height, column, name)
        sheet.merge_range(2, 3, 2, 4, "经营情况")
        sheet.write_row(3, 3, ["年营业额", "员工数"])
        sheet.write_row(2 + height, 0, [1, "甲公司", "13800000001", 5, 6])

    checked = check(sheet_of(fill), keep_cells=True)
    assert verdicts(checked) == [(3 + height, "accepted")]
    assert checked.rows[0].cells["年营业额"] == "5"


def test_a_later_header_begins_a_table_with_its_own_columns() -> None:
    checked = check(text_file([HEAD, good(1), [], ["单位名称", "手机", "区县"], ["乙公司", "13800000009", "西青"]]))
    assert [(each.name, each.district) for each in checked.rows] == [("天津某1有限公司", "东丽区"), ("乙公司", "西青区")]


def test_the_title_of_a_later_table_is_no_row() -> None:
    other = [["单位名称", "手机", "区县"], ["乙公司", "13800000009", "西青"]]
    first = [["企业名称", "联系电话"], ["甲公司", "13800000001"]]
    assert [each.name for each in check(text_file([*first, ["表二：变更登记"], *other])).rows] == ["甲公司", "乙公司"]
    # under the same header a line with a name alone is an enterprise without a telephone, above it or not
    assert [each.name for each in check(text_file([*first, ["丙公司"], *first])).rows] == ["甲公司", "丙公司", "甲公司"]


def test_a_line_that_names_the_sender_is_no_header() -> None:
    sender = ["单位名称：", "市税务局", "联系人：", "王某", "联系电话：", "24530000"]
    assert verdicts(check(text_file([sender, ["填报日期：2022年5月"], HEAD, good(1)]))) == [(4, "accepted")]
    example = ["企业名称", "联系电话（例：13800000000）"]
    assert verdicts(check(text_file([example, ["甲公司", "13800000001"]]))) == [(2, "accepted")]


def test_a_cell_merged_downward_gives_its_value_to_each_row() -> None:
    def fill(sheet: Any) -> None:
        sheet.write_row(2, 1, HEAD)  # the table begins in column B
        for line in (3, 4, 5):
            sheet.write_row(line, 1, [line, "", *good(line)[2:]])
        sheet.merge_range(3, 2, 4, 2, "西青区")

    assert [each.district for each in check(sheet_of(fill)).rows] == ["西青区", "西青区", "未知"]


def test_sheets_are_judged_in_order_and_those_without_a_table_named() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("说明").write(0, 0, "请填写")
    for name, number in (("甲", 1), ("乙", 1)):
        page = book.add_worksheet(name)
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, good(number))
        page.hide()
    book.add_chartsheet("图")
    book.worksheets()[0].activate()
    book.close()
    checked = check(out.getvalue())
    assert [(each.sheet, each.verdict) for each in checked.rows] == [("甲", "accepted"), ("乙", "duplicate")]
    assert checked.totals["skipped_sheet_names"] == ["说明", "图"]


def test_persons_are_told_apart_by_name_and_mobile() -> None:
    lines = [
        ["姓名", "手机"],
        ["张三", "13800000001"],
        ["张三", "13800000002"],
        ["张三", "13800000001/13800000003"],
        ["李四", "13800000001"],
    ]
    assert [each.verdict for each in check(text_file(lines), persons=True).rows] == ["accepted", "accepted", "duplicate", "accepted"]


def test_an_enterprise_without_a_code_is_known_by_name_and_district() -> None:
    rows = [row(1, code=""), row(1), row(2, name="天津某1有限公司"), row(3, code=code(1), name="别名", district="西青")]
    checked = check(workbook(rows))
    # the second gives the first its code, so the third (another code) is another enterprise and the fourth is the first again
    assert [each.verdict for each in checked.rows] == ["accepted", "duplicate", "accepted", "duplicate"]
    assert checked.rows[0].reasons == ["uscc_missing"]
    assert [each.duplicate_of for each in checked.rows] == [None, 1, None, 1]


def test_a_number_of_three_enterprises_is_warned_of_at_all_of_them() -> None:
    agent = "13800009999"
    checked = check(workbook([row(1, phone=agent), row(2, phone=f"13800000002/{agent}"), row(3, phone=agent, contact=""), row(4)]))
    assert [each.reasons for each in checked.rows] == [["phone_shared"], ["phone_shared"], ["contact_missing", "phone_shared"], []]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no_table"),
        (b"a,b,c\r\n1,2,3\r\n", "no_table"),
        (b"<html><body>", "unsupported"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "unsupported"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "unsupported"),
        (b"MIME-Version: 1.0\r\n", "unsupported"),
        (b"%PDF-1.7", "unsupported"),
        (b"{\\rtf1", "unsupported"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "unsupported"),
        (b"Rar!\x1a\x07", "unsupported"),
        (b"\x00\x01\x02\x03" * 100, "unsupported"),
        (b"PK\x03\x04broken", "corrupt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "corrupt"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(ListRefused) as refusal:
        check(data)
    assert refusal.value.code == why


@pytest.mark.parametrize(
    ("name", "data", "why", "said"),
    [
        ("a.xlsx", "说明：名单稍后再报。\n".encode(), "corrupt", "或不是 Excel 文件"),
        ("a.XLSX", b"\x00\x01\x02\x03" * 100, "corrupt", "或不是 Excel 文件"),
        ("a.xlsx", b"", "corrupt", "文件是空的"),
        ("a.xlsx", b"PK\x03\x04broken", "corrupt", "没有上传完整"),
        ("a.xlsx", b"a,b,c\r\n1,2,3\r\n", "no_table", "按模板的表头"),
        ("a.xls", b"<html><body>", "unsupported", "网页"),
        ("a.txt", "说明：名单稍后再报。\n".encode(), "no_table", ".csv 文本"),
        ("a.txt", b"\x00\x01\x02\x03" * 100, "unsupported", "二进制"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told_so(name: str, data: bytes, why: str, said: str) -> None:
    with pytest.raises(ListRefused) as refusal:
        check(data, file_name=name)
    assert refusal.value.code == why
    assert said in str(refusal.value)


def test_delimited_text_under_the_name_of_a_workbook_is_still_read() -> None:
    text = "企业名称,联系电话,统一社会信用代码\n天津测试有限公司,13800000001,\n".encode()
    assert check(text, file_name="a.xlsx").totals["rows"] == 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_broken_upload_is_refused(share: float) -> None:
    whole = workbook([row(number) for number in range(1, 200)])
    with pytest.raises(ListRefused) as refusal:
        check(whole[: int(len(whole) * share)])
    assert refusal.value.code == "corrupt"


def test_one_stray_cell_far_away_is_refused_before_it_fills_the_memory() -> None:
    def fill(sheet: Any) -> None:
        sheet.write_row(0, 0, HEAD)
        sheet.write(1048575, 16383, "x")

    with pytest.raises(ListRefused) as refusal:
        check(sheet_of(fill))
    assert refusal.value.code == "bomb"
