import io

import openpyxl
import pytest

from callcenter.errors import InvalidInput
from callcenter.people import sheets

HEAD = "用户名,姓名,角色,单位\n"


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_each_row_says_whom_it_adds_or_why_not() -> None:
    rows = [
        "wang,王芳,话务员,",
        "li,李明,submitter,市政务服务办",
        "li,李二,督导,",
        "zhao,赵,报送单位,",
        "old,老人,督导,",
        "x,某,经理,",
        ",无名,督导,",
    ]
    judged = sheets.judge(sheets.read((HEAD + "\n".join(rows)).encode()), {"old"})
    assert [(row.row, row.username, row.role) for row in judged[:2]] == [(2, "wang", "operator"), (3, "li", "submitter")]
    assert [row.problem and row.problem[:6] for row in judged] == [
        None,
        None,
        "这个用户名在",
        "报送单位的用",
        "这个用户名已",
        "没有这个角色",
        "缺少用户名或",
    ]


def test_workbooks_and_every_encoding_of_csv_read_the_same() -> None:
    expected = sheets.read((HEAD + "w1,王芳,话务员,\n").encode())
    assert len(expected) == 1
    for encoding in ("utf-8-sig", "gb18030"):
        assert sheets.read((HEAD + "w1,王芳,话务员,\n").encode(encoding)) == expected
    assert sheets.read(workbook(["用户名", "姓名", "角色", "单位"], ["w1", "王芳", "话务员", None])) == expected


def test_the_header_may_stand_lower_and_numbers_are_names_too() -> None:
    read = sheets.read(workbook(["人员名单"], [], ["姓名", "角色", "用户名"], ["王芳", "督导", 1001]))
    assert [(row.row, row.username, row.name, row.unit) for row in read] == [(4, "1001", "王芳", "")]


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PK\x03\x04 broken", "姓名\n王".encode()])
def test_what_is_no_such_sheet_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        sheets.read(data)
    assert refusal.value.code in ("no_people_table", "unreadable_sheet")
