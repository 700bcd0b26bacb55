"""Cells, codes and districts in their normal forms."""

from datetime import date, datetime

import pytest

from callcenter.lists import credit_codes, districts
from callcenter.lists.cells import clean, folded, number_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("　天津　某　公司　", "天津 某 公司"),
        ("ＡＢＣ１２３", "ABC123"),
        ("\u200b甲\ufeff乙\u200f", "甲乙"),
        ("甲_x000D_\n乙", "甲\n\n乙"),
        ('="0012"', "0012"),
        ("'0012", "0012"),
        ("=1+1", "=1+1"),  # text like any other
        ("无", ""),
        ("暂无", ""),
        ("空", ""),
        ("null", ""),
        (" / ", ""),
        ("-", ""),
        ("——", ""),
        ("#N/A", ""),
        ("#DIV/0!", ""),
        ("无锡某公司", "无锡某公司"),
        (None, ""),
        (12.0, "12"),
        (13612345678.0, "13612345678"),
        (2.5, "2.5"),
        (True, "TRUE"),
        (date(2022, 5, 24), "2022-05-24"),
        (datetime(2022, 5, 24, 14, 5), "2022-05-24 14:05:00"),  # noqa: DTZ001  # a cell has no zone
    ],
)
def test_a_cell_says(value: object, expected: str) -> None:
    assert clean(value) == expected  # type: ignore[arg-type]  # the table mixes what readers give


def test_a_number_that_lost_digits_shows_it() -> None:
    assert number_text(911110000600037341.0) == "9.11110E+17"


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91120116MAXBQRWY4R", True),
        ("91120116MAXBQRWY4P", False),  # check character
        ("9112O116MAXBQRWY4R", False),  # the letter O
        ("91120116MAXBQRWY4", False),
        ("120100077516477", False),  # an old registration number
    ],
)
def test_a_credit_code_is_checked_by_its_last_character(code: str, valid: bool) -> None:
    assert credit_codes.is_valid(code) is valid


@pytest.mark.parametrize("start", ["N2", "Y1", "11", "92"])
def test_codes_of_every_registering_body_can_be_valid(start: str) -> None:
    first = start + "120116MAXBQRWY4"
    assert credit_codes.is_valid(first + credit_codes.check_character(first))


def test_a_code_is_folded_before_it_is_judged() -> None:
    assert credit_codes.normal(clean(" ９１１２０１１６max bqrwy4r\t")) == "91120116MAXBQRWY4R"


@pytest.mark.parametrize(
    ("written", "name", "sub_area"),
    [
        ("东丽", "东丽区", ""),
        ("天津市东丽区", "东丽区", ""),
        ("蓟 州 区", "蓟州区", ""),
        ("120110", "东丽区", ""),
        ("120110.0", "东丽区", ""),
        ("滨海", "滨海新区", ""),
        ("蓟县", "蓟州区", ""),
        ("宁河县", "宁河区", ""),
        ("开发区", "滨海新区", "开发区"),
        ("天津滨海高新区", "滨海新区", "高新区"),
        ("天津经济技术开发区", "滨海新区", "开发区"),
        ("天津港保税区", "滨海新区", "保税区"),
        ("天津滨海高新技术产业开发区", "滨海新区", "高新区"),
        ("东疆综合保税区", "滨海新区", "东疆"),
        ("中新天津生态城", "滨海新区", "中新生态城"),
        ("塘沽区", "滨海新区", "塘沽"),
        ("武清开发区", "未知", ""),  # matched whole
        ("东丽区张贵庄街道", "未知", ""),
        ("全市", "未知", ""),
        ("北京市朝阳区", "未知", ""),
    ],
)
def test_districts_by_any_of_their_names(written: str, name: str, sub_area: str) -> None:
    found = districts.find(clean(written))
    assert (found.name, found.sub_area) == (name, sub_area)


def test_names_are_compared_without_white_space() -> None:
    assert folded(clean("天津市　某某 （分公司）\n")) == "天津市某某(分公司)"
