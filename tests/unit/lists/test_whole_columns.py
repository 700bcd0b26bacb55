"""Reading by columns gives the same answers as reading cell by cell, number by number, row by row."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata
from stdnum.cn import uscc

from callcenter.lists import credit_codes, numbering_plan
from callcenter.lists.cells import clean, clean_all, folded, folded_all
from callcenter.lists.columns import headings, may_be_header
from callcenter.lists.phone_numbers import read, read_all
from callcenter.lists.reading import tables
from callcenter.lists.reading.sheets import Merge, Row, Sheet
from callcenter.lists.verdicts import check

ODD = [
    "无",
    "暂无",
    " / ",
    "NULL",
    "#N/A",
    '="138"',
    "'0012",
    "_x000D_",
    "甲_x000D_\n乙",
    "\u200b",
    "a\x00b",
    "ｶﾞ",
    "́e",
    "　甲 乙　",
    "—",
    "=1+1",
]
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.text("甲乙丙 a1/-'=\"#_x0Dd\n\x00\ufeff１Ａ", max_size=10))
VALUES = st.one_of(
    TEXTS,
    st.floats(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.sampled_from([13612345678.0, 1.0, -0.0, 1e15, 9.1e17, 2.5, True, 1, 0, False, ""]),
    st.datetimes(),
    st.dates(),
    st.sampled_from([time(8, 5), timedelta(hours=36), datetime(2022, 5, 24), date(2022, 5, 24)]),  # noqa: DTZ001  # a cell has no zone
)


@given(st.lists(VALUES, max_size=90))
@example([1.0, True] * 40)  # equal to Python, not to a reader
@example(["e", "\u0301"] * 40)  # a mark that would join the letter before it
@example(["甲"] * 70)
def test_a_column_is_cleaned_as_its_cells_are(values: list[Any]) -> None:
    assert clean_all(values) == [clean(value) for value in values]


@given(st.lists(TEXTS, min_size=1, max_size=30).map(lambda texts: [clean(text) for text in texts]))
def test_a_column_is_folded_as_its_texts_are(texts: list[str]) -> None:
    assert folded_all(texts) == [folded(text) for text in texts]


@given(st.lists(st.one_of(VALUES, st.sampled_from(["企业名称", "*单位名称：", "姓名", "名 称", "称心公司"])), max_size=20))
def test_headings_are_found_in_a_column_as_in_a_row(values: list[Any]) -> None:
    assert headings(values) == [place for place, value in enumerate(values) if may_be_header([value])]


def test_the_numbering_plan_is_the_librarys() -> None:
    china = PhoneMetadata.metadata_for_region("CN")
    assert china is not None and china.mobile is not None and china.fixed_line is not None
    assert numbering_plan.MOBILE.pattern == china.mobile.national_number_pattern
    assert numbering_plan.FIXED.pattern == china.fixed_line.national_number_pattern


def test_every_beginning_of_a_mobile_is_judged_as_phonenumbers_does() -> None:
    for first in range(10_000, 20_000):
        number = f"{first}{first * 7919 % 10**6:06d}"
        column = read_all([number, f"+86 {number[:3]}-{number[3:7]} {number[7:]}"])
        try:
            valid = phonenumbers.is_valid_number(phonenumbers.parse(number, "CN"))
        except phonenumbers.NumberParseException:
            valid = False
        assert column.numbers == ([f"+86{number}"] * 2 if valid else ["", ""]), number


def test_every_beginning_of_a_tianjin_number_is_judged_as_phonenumbers_does() -> None:
    for first in range(1000):
        number = f"022{first:03d}{first * 7919 % 10**5:05d}"
        valid = phonenumbers.is_valid_number(phonenumbers.parse(number, "CN")) and number[3] in "2345678"
        assert read_all([number]).numbers == ([f"+86{number[1:]}"] if valid else [""]), number


def in_column(texts: list[str]) -> Iterator[tuple[Any, str]]:
    column = read_all(texts)
    for place, number in enumerate(column.numbers):
        several = column.more.get(place)
        yield several or (((number, ""),) if number else ()), column.reasons.get(place, "")


MANNERS = [
    "{}",
    "+86{}",
    "+86 {}",
    "86{}",
    "0086{}",
    "0{}",
    "{}/{}",
    "{} {}",
    "{}、{}；{}",
    "{}转801",
    "{}-801",
    "{}/12345",
    "手机{}",
    "({}){}",
    "{}.0",
]
NUMBERS = st.sampled_from(
    ["13800001111", "138-0000-1111", "022-24532093", "24532093", "02224532093", "16100001111", "17400001111", "17410001111"]
)
CELLS = st.one_of(
    st.tuples(st.sampled_from(MANNERS), NUMBERS, NUMBERS, NUMBERS).map(lambda parts: parts[0].format(*parts[1:])),
    st.text("0123456789+- /、.()转x*八86", max_size=24),
    st.integers(0, 10**13).map(str),
)


@settings(max_examples=300)
@given(st.lists(CELLS.map(clean), min_size=1, max_size=20))
def test_a_column_of_telephones_is_read_as_its_cells_are(texts: list[str]) -> None:
    assert list(in_column(texts)) == [(cell.phones, cell.reason) for cell in map(read, texts)]


BODIES = st.tuples(*(st.text(letters, min_size=n, max_size=n) for letters, n in (("0123456789", 8), (credit_codes.ALPHABET, 9)))).map(
    "".join
)
CODES = st.one_of(
    BODIES.map(lambda body: body + credit_codes.check_character(body)),
    st.tuples(BODIES, st.sampled_from(credit_codes.ALPHABET)).map("".join),
    st.text("0123456789ABCDEFGHIOSVZ甲", min_size=16, max_size=20),
)


@settings(max_examples=200)
@given(st.lists(CODES, max_size=10))
def test_codes_of_a_column_are_judged_as_by_themselves_and_by_the_library(codes: list[str]) -> None:
    found = credit_codes.valid_ones(codes)
    assert found == [code if credit_codes.is_valid(code) else "" for code in codes]
    for code, valid in zip(codes, found, strict=True):
        if code[:2].isdigit() and code.isascii():  # the library knows no bodies that begin with a letter
            assert bool(valid) == uscc.is_valid(code)


HEAD = ["序号", "区域", "企业名称", "统一社会信用代码", "联系人", "联系电话", "联系电话", "办理日期"]
ROWS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                HEAD,
                ["名单（2022年）"],
                ["单位名称", "手机"],
                ["", "", "联系人", "手机"],
                ["合计", "", "5"],
                ["", "", "注：完"],
                ["……", "", "..."],
                [3.0],
                ["一、东丽区"],
                [],
                [""] * 8,
                [1.0, "", "称心公司", "", "", "13800000009"],
                ["", "名单（2022年）"],
            ]
        ),
        st.tuples(
            st.sampled_from([1.0, 2.0, "", "3", "合 计", "……"]),
            st.sampled_from(["", "东丽", "西青区", "外省"]),
            st.sampled_from(["甲公司", "乙 公司", "丙公司", "", "无", "注", "..."]),
            st.sampled_from(["", "91120116MAXBQRWY4R", "91120116maxbqrwy4r", "91120110MAX0000014", "错"]),
            st.sampled_from(["", "王某"]),
            st.sampled_from(["", "13800000001", 13800000002.0, "13800000001/13800000003", "138****0001", "022-24532093转1", "12", "..."]),
            st.sampled_from(["", "13800000004"]),
        ).map(list),
    ),
    max_size=14,
)
MERGES = st.lists(
    st.tuples(st.integers(1, 16), st.integers(0, 4), st.integers(0, 3), st.integers(0, 2)).map(
        lambda m: Merge(m[0], m[1], m[0] + m[2], m[1] + m[3])
    ),
    max_size=2,
)


def one_by_one(sheet: Sheet) -> list[tuple[int, list[Any]]]:
    """The data rows as `_Table.take` finds them, each looked at by itself."""
    table = tables._Table(sheet, persons=False)
    rows = list(sheet.rows)
    found = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if table.layout is None and row.number > tables.LAST_HEADER_ROW:
            break
        taken = table.take(row, following)
        found += [(data.number, list(data.cells)) for data in taken.rows()] if taken else []
    return found


@settings(max_examples=300)
@given(ROWS, ROWS, MERGES, st.integers(1, 6))
def test_data_rows_are_the_same_in_stretches_of_any_length(above: list[Any], below: list[Any], merges: list[Merge], at_once: int) -> None:
    cells = [[*row, *[""] * (8 - len(row))] for row in (*above, HEAD, *below)]
    rows = [Row(number, row) for number, row in enumerate(cells, 1)]
    before = tables.AT_ONCE
    try:
        tables.AT_ONCE = at_once
        _, found = tables.data_rows(Sheet("表", iter(rows), merges))
        together = [(row.number, list(row.cells)) for row in found]
    finally:
        tables.AT_ONCE = before
    assert together == one_by_one(Sheet("表", iter(rows), merges))


def test_rows_of_uneven_length_keep_their_place() -> None:
    out = io.StringIO()
    csv.writer(out).writerows(
        [["企业名称", "联系电话", "区域"], ["甲公司", "13800000001"], ["乙公司"], ["丙公司", "13800000003", "东丽", "多", "余"]]
    )
    judged = check(out.getvalue().encode(), keep_cells=True).rows
    assert [(row.name, row.verdict, row.district) for row in judged] == [
        ("甲公司", "accepted", "未知"),
        ("乙公司", "rejected", "未知"),
        ("丙公司", "accepted", "东丽区"),
    ]
    assert judged[2].cells == {"企业名称": "丙公司", "联系电话": "13800000003", "区域": "东丽", "第4列": "多", "第5列": "余"}


def test_a_long_list_is_judged_as_its_rows_are_wherever_stretches_end() -> None:
    chosen = random.Random(3)  # noqa: S311  # the same rows in every run
    names = [f"天津{chosen.choice('甲乙丙丁戊己庚辛')}{chosen.choice('甲乙丙丁戊己庚辛')}公司" for _ in range(200)]
    lines = [
        [n, chosen.choice(["东丽", "西青", ""]), name, "", "王某", f"138000{chosen.randrange(150):05d}"] for n, name in enumerate(names, 1)
    ]
    out = io.StringIO()
    csv.writer(out).writerows([HEAD[:6], *lines])
    before, found = tables.AT_ONCE, []
    try:
        for tables.AT_ONCE in (1, 7, 4096):
            found.append([(row.verdict, row.reasons, row.duplicate_of, row.phones) for row in check(out.getvalue().encode()).rows])
    finally:
        tables.AT_ONCE = before
    assert found[0] == found[1] == found[2]
    assert {row[0] for row in found[0]} == {"accepted", "duplicate"}
    assert any("phone_shared" in row[1] for row in found[0])
