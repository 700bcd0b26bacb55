"""Text files as they come out of old programs: encodings, delimiters, marks and quotes that are not quite right."""

import resource

import pytest

from callcenter.lists.refusals import ListRefused
from callcenter.lists.verdicts import check

HEAD = ["序号", "区域", "企业名称", "统一社会信用代码", "联系人", "联系电话"]


def text(*more: list[str], delimiter: str = ",") -> str:
    good = [["1", "东丽", "甲公司", "", "王某", "13800000001"], ["2", "西青", "乙公司", "", "李某", "13800000002"]]
    return "".join(delimiter.join(line) + "\r\n" for line in [HEAD, *good, *more])


def names(data: bytes) -> list[str]:
    return [row.name for row in check(data).rows]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", ["\t", ",", "，"])
def test_encodings_are_told_without_a_mark(encoding: str, delimiter: str) -> None:
    assert names(text(delimiter=delimiter).encode(encoding)) == ["甲公司", "乙公司"]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_lists_of_persons_have_any_delimiter(delimiter: str) -> None:
    lines = ["姓名", "手机"], ["张三", "13800000001"]
    data = "\n".join(delimiter.join(line) for line in lines).encode()
    assert check(data, persons=True).totals["accepted"] == 1


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
def test_line_breaks_of_every_system(breaks: str) -> None:
    checked = check(text().replace("\r\n", breaks).encode())
    assert [row.source_row for row in checked.rows] == [2, 3]


def test_stray_control_characters_do_not_make_a_binary_file() -> None:
    odd = text(["3", "东丽", "丙\x01公\x00司", "", "\x0e", "13800000003"]) + "\x1a"
    assert names(odd.encode()) == ["甲公司", "乙公司", "丙公司"]


@pytest.mark.parametrize("named", ['sep="', "sep=\r", "sep=\x00", "sep=", "sep=ab"])
def test_a_first_line_that_names_no_usable_delimiter_does_no_harm(named: str) -> None:
    assert names(f"{named}\r\n{text()}".encode()) == ["甲公司", "乙公司"]


def test_a_quote_that_is_never_closed_does_not_swallow_rows() -> None:
    with pytest.raises(ListRefused, match="第 4 行有一个没有配对的英文引号") as refusal:
        check(text(["3", "东丽", '"丙公司', "", "", "13800000003"], ["4", "东丽", "丁公司", "", "", "13800000004"]).encode())
    assert refusal.value.why == "corrupt"


def test_a_quote_left_open_in_the_last_line_harms_nobody() -> None:
    assert names(text(["3", "东丽", "丙公司", "", "王", '"13800000003'])[:-2].encode()) == ["甲公司", "乙公司", "丙公司"]
    assert names(text(["3", "东丽", '丙"某"公司', "", "王", "13800000003"]).encode())[2] == '丙"某"公司'


def test_a_quote_that_only_another_delimiter_would_leave_open_is_no_fault() -> None:
    assert names(text(["3", "\n", "丙公司", "", "", "13800000003"]).replace("\n,", '"\n",').encode())[2] == "丙公司"
    long = text(["3", "东丽", "丙公司", "", "", "13800000003", '"' + "长\n" * 400_000 + '"'])  # the first look ends within the quotes
    assert names(long.encode())[2] == "丙公司"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "markup", ["<html><body>", '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "\n <TABLE>", "<tr><td>"]
)
def test_markup_of_any_width_is_called_what_it_is(encoding: str, markup: str) -> None:
    with pytest.raises(ListRefused, match=r"网页|XML") as refusal:
        check(markup.encode(encoding))
    assert refusal.value.why == "unsupported"


def test_one_very_wide_line_does_not_widen_all_others() -> None:
    narrow = "".join(f"{n},东丽,公司{n},,王,138{n:08d}\r\n" for n in range(4000))
    wide = "9,东丽,宽公司,,王,13900000001" + "," * 16_000 + "x\r\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    checked = check((text() + narrow + wide + narrow).encode(), keep_cells=True)
    assert checked.rows[4002].name == "宽公司"
    assert checked.rows[4002].cells["第16006列"] == "x"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_absurdly_many_columns_and_an_absurdly_long_cell_are_refused() -> None:
    with pytest.raises(ListRefused) as wide:
        check(b"a" + b"," * 20_000)
    with pytest.raises(ListRefused) as long:
        check(text().encode() + b'"' + b"x" * (17 * 2**20) + b'",')
    assert (wide.value.why, long.value.why) == ("bomb", "corrupt")
