"""Telephones in every dress become E.164, or the one reason why not."""

import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.lists.cells import clean
from callcenter.lists.phone_numbers import read

MOBILE, OTHER, LANDLINE = "+8613800001111", "+8613900002222", "+862224532093"


def numbers(written: str) -> list[str]:
    return [phone.number for phone in read(clean(written)).phones]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("13800001111", [MOBILE]),
        ("１３８００００１１１１", [MOBILE]),
        ("138-0000-1111", [MOBILE]),
        ("138 0000 1111", [MOBILE]),
        ("138.0000.1111", [MOBILE]),
        ("1 3 8 0 0 0 0 1 1 1 1", [MOBILE]),
        ("+86 138 0000 1111", [MOBILE]),
        ("0086-13800001111", [MOBILE]),
        ("86 13800001111", [MOBILE]),
        ("（+86）138 0000 1111", [MOBILE]),
        ("013800001111", [MOBILE]),  # a 0 before a mobile is dropped
        ("13800001111.0", [MOBILE]),  # a number cell
        ('="13800001111"', [MOBILE]),
        ("'13800001111", [MOBILE]),
        ("手机:13800001111", [MOBILE]),
        ("13800001111（王某）", [MOBILE]),
        ("13800001111微信同号", [MOBILE]),
        ("*13800001111", [MOBILE]),  # stars of a form around a whole number
        ("24532093", [LANDLINE]),  # 8 digits: Tianjin
        ("2453-2093", [LANDLINE]),
        ("022-24532093", [LANDLINE]),
        ("(022)2453-2093", [LANDLINE]),
        ("022――24532093", [LANDLINE]),
        ("2224532093", [LANDLINE]),  # 022 that lost its zero
        ("2224532093.0", [LANDLINE]),
        ("86-22-2453-2093", [LANDLINE]),
        ("+86 (022) 2453 2093", [LANDLINE]),
        ("+8602224532093", [LANDLINE]),
        ("0311-88887777", ["+8631188887777"]),
        ("010-60000646", ["+861060000646"]),
        ("13800001111/13900002222", [MOBILE, OTHER]),
        ("13800001111、13900002222", [MOBILE, OTHER]),
        ("13800001111，13900002222", [MOBILE, OTHER]),
        ("13800001111；13900002222", [MOBILE, OTHER]),
        ("13800001111或13900002222", [MOBILE, OTHER]),
        ("13800001111\n13900002222", [MOBILE, OTHER]),
        ("13800001111_x000D_\n13900002222", [MOBILE, OTHER]),
        ("13800001111 13900002222", [MOBILE, OTHER]),  # a space between two whole numbers
        ("138 0000 1111 022-24532093", [MOBILE, LANDLINE]),
        ("王某13800001111李某13900002222", [MOBILE, OTHER]),
        ("13800001111(13900002222)", [MOBILE, OTHER]),
        ("022-24532093、13800001111", [MOBILE, LANDLINE]),  # mobile first
        ("13800001111/138-0000-1111", [MOBILE]),  # each once
        ("12345/13800001111", [MOBILE]),  # the others are dropped
        ("13800001111 12345", [MOBILE]),
    ],
)
def test_dialled_are(written: str, expected: list[str]) -> None:
    assert numbers(written) == expected


@pytest.mark.parametrize(
    "written", ["022-24532093转801", "022-24532093-801", "24532093 分机801", "24532093ext.801", "24532093 EXT: 801", "24532093x801"]
)
def test_an_extension_is_kept_apart(written: str) -> None:
    [phone] = read(clean(written)).phones
    assert (phone.number, phone.extension) == (LANDLINE, "801")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "phone_missing"),
        ("无", "phone_missing"),
        ("—", "phone_missing"),
        ("NULL", "phone_missing"),
        ("138****1111", "phone_masked"),
        ("138＊＊＊＊1111", "phone_masked"),
        ("138xxxx1111", "phone_masked"),
        ("138XXXX1111", "phone_masked"),
        ("138××××1111", "phone_masked"),
        ("138●●●●1111", "phone_masked"),
        ("138-****-1111", "phone_masked"),
        ("138 **** 1111", "phone_masked"),
        ("1380000****", "phone_masked"),
        ("12345/138****1111", "phone_masked"),  # the first reason that fits any of them
        ("1.38E+10", "phone_invalid"),
        ("1.38001E+10", "phone_invalid"),
        ("1380000111", "phone_invalid"),  # a digit short
        ("138000011112", "phone_invalid"),
        ("1380000111113900002222", "phone_invalid"),  # glued together
        ("1380000 24532093", "phone_invalid"),  # the space does not stand between two whole numbers
        ("110", "phone_invalid"),
        ("12345", "phone_invalid"),
        ("95588", "phone_invalid"),
        ("96599966", "phone_invalid"),  # no person answers there
        ("400-800-1234", "phone_invalid"),
        ("8008101234", "phone_invalid"),
        ("+852 23456789", "phone_invalid"),  # only +86
        ("已停机", "phone_invalid"),
        ("0", "phone_invalid"),
        ("11111111111", "phone_invalid"),
        ("6000732", "phone_invalid"),
    ],
)
def test_no_number_has_one_reason(written: str, reason: str) -> None:
    cell = read(clean(written))
    assert (cell.phones, cell.reason) == ((), reason)


@pytest.mark.parametrize("unit", ["1", "-", "138", "13800001111", "…", "2022-", " ", "(", "(1)", "*1", "x", "转", "1.", "+86", "#1/"])
def test_a_cell_of_a_hundred_thousand_characters_takes_no_longer_than_many_short_ones(unit: str) -> None:
    began = time.process_time()
    read.__wrapped__(clean((unit * 100_000)[:100_000]))
    assert time.process_time() - began < 3


@given(st.integers(10**10, 2 * 10**10 - 1))
def test_eleven_digits_are_judged_as_phonenumbers_does(digits: int) -> None:
    try:
        valid = phonenumbers.is_valid_number(phonenumbers.parse(str(digits), "CN"))
    except phonenumbers.NumberParseException:  # 117… is the domestic way to dial abroad: some of these are no number at all
        valid = False
    assert bool(read(str(digits)).phones) == valid


@given(st.sampled_from(["010", "022", "0311", "0755", "0991", "0439"]), st.integers(2 * 10**6, 9 * 10**7))
def test_landlines_are_judged_as_phonenumbers_does(area: str, local: int) -> None:
    valid = phonenumbers.is_valid_number(phonenumbers.parse(f"{area}{local}", "CN")) and str(local)[0] in "2345678"
    assert bool(numbers(f"{area}-{local}")) == valid


@given(st.text(max_size=60))
def test_any_text_has_numbers_or_a_reason(text: str) -> None:
    cell = read(clean(text))
    assert bool(cell.phones) != bool(cell.reason)
    for phone in cell.phones:
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone.number))
