"""The liaison person: fields in normal form or a sentence on each that must be mended, and the sheet of Annex 3 both ways."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.lists import liaison, liaison_sheet
from callcenter.lists.liaison import LiaisonPerson

GOOD = {
    "name": "王 某",
    "office": "登记注册处",
    "post": "副处长",
    "mobile": "138 0000 1111",
    "landline": "24532093转801",
    "mail": "Wang@tj.gov.cn",
}


def test_a_form_gives_the_person_in_normal_form_and_back_as_one_would_type() -> None:
    person, problems = liaison.read(GOOD | {"filled_in_by": "李某"})
    assert problems == {}
    assert person == LiaisonPerson("王 某", "登记注册处", "副处长", "+8613800001111", "+862224532093", "801", "Wang@tj.gov.cn", "李某")
    assert person.typed()["mobile"] == "13800001111" and person.typed()["landline"] == "022-24532093转801"
    assert liaison.read(person.typed()) == (person, {})


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("name", " ", "请填写联络员的姓名"),
        ("name", "无", "请填写联络员的姓名"),  # stands for nothing
        ("name", "王" * 41, "太长"),
        ("mobile", "", "请填写联络员的手机号码"),
        ("mobile", "138****1111", "打了星号"),
        ("mobile", "1380000111", "不能拨打"),
        ("mobile", "022-24532093", "这是固定电话"),
        ("mobile", "13800001111/13800002222", "只填写一个手机"),
        ("landline", "13800002222", "这是手机号码"),
        ("landline", "12345", "不能拨打"),
        ("landline", "24532093/24532094", "只填写一个座机"),
        ("mail", "wang@tj", "邮箱地址不完整"),
        ("mail", "wang tj.gov.cn", "邮箱地址不完整"),
        ("mail", "a@tj.gov.cn;b@tj.gov.cn", "只写一个"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_without_repeating_the_number(field: str, written: str, said: str) -> None:
    _, problems = liaison.read(GOOD | {field: written})
    assert list(problems) == [field] and said in str(problems[field])
    assert not written.strip() or written == "无" or written not in str(problems[field])


def test_office_post_landline_and_mail_may_be_left_out() -> None:
    person, problems = liaison.read({"name": "王某", "mobile": "13800001111", "landline": "无"})
    assert problems == {} and person.landline == "" and person.mail == ""


def filled(**cells: str) -> bytes:
    """The published form, filled in: by the address of a cell, what it holds."""
    book = openpyxl.load_workbook(io.BytesIO(liaison_sheet.workbook(unit="市市场监管委", mailbox="a@b.cn")))
    for place, text in cells.items():
        book.active[place] = text  # type: ignore[index]  # a sheet
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_empty_form_names_the_unit_and_nobody() -> None:
    found = liaison_sheet.read(filled())
    assert (found.unit, found.persons) == ("市市场监管委", 0)


@pytest.mark.parametrize(
    ("cell", "mobile", "landline"),
    [
        ("手机：13800001111\n座机：022-24532093转801", "+8613800001111", "+862224532093"),  # the two printed lines
        ("手机:13800001111 座机:24532093", "+8613800001111", "+862224532093"),  # on one line
        ("13800001111", "+8613800001111", ""),  # no labels: told by what it is
        ("022-24532093\n13800001111", "+8613800001111", "+862224532093"),
        ("座机：24532093\n手机号码：138-0000-1111", "+8613800001111", "+862224532093"),
        ("手机：13800001111\n座机：", "+8613800001111", ""),
    ],
)
def test_a_filled_form_is_read(cell: str, mobile: str, landline: str) -> None:
    found = liaison_sheet.read(filled(B4="王某", C4="登记处", D4="处长", E4=cell, F4="w@tj.gov.cn", A5="填表人：李某"))
    person, problems = liaison.read(found.typed)
    assert problems == {} and found.persons == 1
    assert (person.mobile, person.landline, person.office, person.filled_in_by) == (mobile, landline, "登记处", "李某")


def test_a_form_typed_again_in_text_with_spaced_labels_and_own_columns_is_read() -> None:
    text = "各部门(单位)联络员信息表\n单位名称:,市税务局\n,姓 名,处 室,职 务,手机,办公电话,邮 箱\n"
    text += "联络员,王某,征管处,科长,13800001111,24532093,w@tj.cn\n填表人:,李某\n"
    found = liaison_sheet.read(text.encode("gb18030"))
    person, problems = liaison.read(found.typed)
    assert problems == {} and (found.unit, person.name, person.office, person.filled_in_by) == ("市税务局", "王某", "征管处", "李某")


def test_a_number_that_cannot_be_read_stays_to_be_mended() -> None:
    found = liaison_sheet.read(filled(B4="王某", E4="1380000"))
    assert found.typed["mobile"] == "1380000" and "mobile" in liaison.read(found.typed)[1]


def test_several_persons_are_counted_and_the_first_is_taken() -> None:
    found = liaison_sheet.read("姓名,联系电话\n王某,13800001111\n李某,13800002222\n".encode())
    assert (found.persons, found.typed["name"]) == (2, "王某")


@pytest.mark.parametrize("data", [b"<html></html>", b"PK\x03\x04", b"a,b\n1,2\n", b"", b"x" * 5_000_001])
def test_another_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(CallcenterError) as found:
        liaison_sheet.read(data)
    assert str(found.value).endswith("。")


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_in_the_cell_of_numbers_is_read_or_told(cell: str) -> None:
    typed = liaison_sheet._split(cell, {})
    person, problems = liaison.read({"name": "王某"} | typed)
    assert person.mobile.startswith("+861") or all(isinstance(problem, InvalidInput) for problem in problems.values())
