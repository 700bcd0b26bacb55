"""Workbook and YAML are two spellings of one document."""

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import CallcenterError
from callcenter.questionnaire.documents import read_document, remarks_on
from callcenter.questionnaire.workbooks import read_workbook, write_workbook, write_yaml

Sheet = list[list[Any]]


def book(**sheets: Sheet) -> bytes:
    made, target = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(target)
    return target.getvalue()


FORM = book(
    survey=[
        ["type", "name", "label::中文 (zh)", "label::English (en)", "say", "relevant", None, "hint"],
        ["select_one yn", "q1", "办过吗", "Done?", "请问\n办过 吗？", None, "a remark beside", None],
        [],
        ["integer", "q2", " 几天 ", "Days", None, "${q1} = 'yes'"],
    ],
    choices=[["list_name", "name", "label"], ["yn", 1, "是"], ["yn", 0, "否"], ["yn", 2.5, True]],
    Notes=[["what"], ["kept too"]],
)


def test_a_workbook_is_read_row_by_row_with_its_headers_in_order() -> None:
    document = read_document("form.XLSX", FORM)
    assert list(document) == ["survey", "choices", "Notes"]
    assert list(document["survey"][0]) == ["type", "name", "label::中文 (zh)", "label::English (en)", "say", "relevant", "(G)", "hint"]
    assert document["survey"][1] == {} and document["survey"][2]["label::中文 (zh)"] == " 几天 "
    assert [row["name"] for row in document["choices"]] == [1, 0, 2.5] and document["choices"][2]["label"] is True


def test_no_cell_is_lost_on_the_way_there_and_back() -> None:
    document = read_document("form.xlsx", FORM)
    again = read_document("form.yaml", write_yaml(document).encode())
    assert again == document
    assert read_document("form.xlsx", write_workbook("form.yaml", again)) == document


HEADERS = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8), min_size=1, max_size=4, unique=True
)
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "So")), min_size=1, max_size=12)
CELLS = st.one_of(
    TEXTS,
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.sampled_from(["yes", "no", "null", "1e3", "2022-06-01", "=1+1", "您好 世界\n再见 吧", "#x", "001"]),
)


@settings(max_examples=30)
@given(HEADERS.flatmap(lambda names: st.lists(st.dictionaries(st.sampled_from(names), CELLS), min_size=1, max_size=5)))
def test_any_cells_survive_both_ways(rows: list[dict[str, Any]]) -> None:
    def cells(document: Any) -> list[list[tuple[str, Any]]]:
        filled = [[(name, value) for name, value in row.items() if value is not None] for row in document["survey"]]
        headers = list(dict.fromkeys(name for row in rows for name in row))
        return [sorted(row, key=lambda cell: headers.index(cell[0])) for row in filled if row]

    given = {"survey": rows}
    there = read_document("f.xlsx", write_workbook("f.yaml", given))
    back = read_document("f.yaml", write_yaml(there).encode())
    assert cells(there) == cells(given) == cells(back)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"PK\x03\x04 broken", book(survey=[["type", "type"], ["text", "text"]]), book(survey=[["type"] * 501])],
)
def test_what_is_no_workbook_of_a_questionnaire_is_told_in_a_sentence(data: bytes) -> None:
    with pytest.raises(CallcenterError) as refused:
        read_workbook("form.xlsx", data)
    assert "form.xlsx" in str(refused.value)


def test_a_cell_no_workbook_holds_is_told_with_its_row() -> None:
    for cell in ("长" * 40_000, [1], {"a": 1}):
        with pytest.raises(CallcenterError, match="第 2 行"):
            write_workbook("f.yaml", {"survey": [{"label": cell}]})
    with pytest.raises(CallcenterError):
        write_workbook("f.yaml", {"survey": "text"})


def test_what_pyxform_says_is_passed_on_with_its_row() -> None:
    (found,) = remarks_on("f.xlsx", book(survey=[["type", "name", "label"], ["text", "a", "x"], ["text", "a b", "x"]]))
    assert not found.message.endswith((".", "。"))
    assert found.code == "Q029" and found.severity == "warning" and (found.sheet, found.row) == ("survey", 3)
    (misspelt,) = remarks_on("f.xlsx", book(survey=[["type", "name", "label"], ["text", "a", "x"]], settngs=[["form_title"], ["x"]]))
    assert "settngs" in misspelt.message
    assert remarks_on("f.yaml", b"") == []
