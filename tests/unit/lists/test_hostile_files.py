"""Files made to harm: each ends in a refusal or in verdicts, within seconds, and nothing of them stays."""

import io
import resource
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from callcenter.lists import phone_numbers
from callcenter.lists.refusals import ListRefused
from callcenter.lists.verdicts import check
from tests.factories.packed import GOOD, HEADER, OPEN_GOOD, OPEN_HEADER, line, ods, open_row, repacked, text_cell, xlsx

EXAMPLES = Path(__file__).parents[2] / "golden" / "lists"
LAST = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "'
    + "a" * 60
    + '">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
)


pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def within_bounds(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Half a gigabyte, and not a word on the standard error; what hangs is ended by the time-out of all tests here."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 512 * 1024
    assert capfd.readouterr().err == ""


def refused(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(ListRefused) as refusal:
        check(data, file_name=name)
    assert "重新上报" in str(refusal.value)
    return refusal.value.code


def accepted(data: bytes) -> int:
    counted: int = check(data).totals["accepted"]
    return counted


@pytest.mark.parametrize(
    "far",
    [
        LAST,
        '<row r="1048576">' + "<c><v>1</v></c>" * 16384 + "</row>",  # places not written: counted by the reader
        LAST.replace('"', "'"),
        LAST.replace("<c r", '<c s="0" r'),
        LAST.replace("XFD", "xfd"),
        LAST.replace("<c ", "<x:c ").replace("</c>", "</x:c>"),
        LAST.replace("XFD1048576", "A4294967290"),
    ],
    ids=range(7),
)
def test_a_cell_far_away_in_any_spelling_is_refused(far: str) -> None:
    assert refused(xlsx(HEADER + GOOD + far)) == "bomb"


def test_a_far_cell_in_another_part_than_the_usual_is_found() -> None:
    def moved(name: str, content: bytes) -> bytes:
        return content.replace(b"worksheets/sheet1.xml", b"media/picture.png") if name.endswith(".rels") else content

    sheet = zipfile.ZipFile(io.BytesIO(xlsx(HEADER + LAST))).read("xl/worksheets/sheet1.xml")
    assert refused(repacked(xlsx(HEADER + GOOD, parts=[("xl/media/picture.png", sheet)]), moved)) == "bomb"


def test_many_sheets_that_reach_far_are_refused_together() -> None:
    assert refused(xlsx(HEADER + GOOD + '<row r="1048576"><c r="Z1048576"><v>1</v></c></row>', sheets=200)) == "bomb"


def test_what_is_only_formatted_reaches_nowhere() -> None:
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="1"/><c r="XFD{row}" s="1"/></row>' for row in range(3, 5000))
    assert accepted(xlsx(HEADER + GOOD + empty)) == 1


def test_two_hundred_sheets_and_all_columns_are_read() -> None:
    assert check(xlsx(HEADER + GOOD, sheets=200)).totals["rows"] == 200
    every = [f"{a}{b}{c}" for a in "_ABCDEFGHIJKLMNOPQRSTUVWX" for b in "_ABCDEFGHIJKLMNOPQRSTUVWXYZ" for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    columns = [name.strip("_") for name in every if "_" not in name.lstrip("_")][:16384]
    assert columns[-1] == "XFD"
    wide = '<row r="2">' + "".join(f'<c r="{column}2"><v>1</v></c>' for column in columns[2:]) + "</row>"
    assert accepted(xlsx(HEADER + wide + line(3, "天津某有限公司", "13800000001"))) == 1


def test_one_long_text_in_many_cells_is_refused_before_it_is_copied() -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 20_000))
    assert refused(xlsx(HEADER + cells, strings=["长" * 300_000])) == "bomb"


def test_cells_of_a_megabyte_are_judged() -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 5))
    assert check(xlsx(HEADER + cells, strings=["长" * 300_000])).totals["rejected"] == 3


def test_nothing_of_giant_cells_stays_when_they_are_judged() -> None:
    giants = "".join(f"{'电' * 9000}{n},甲公司,{'1' * 9000}{n}\n" for n in range(50))
    kept = phone_numbers.read.cache_info().currsize
    assert check(("区域,企业名称,联系电话\n" + giants).encode()).totals["rejected"] == 50
    assert phone_numbers.read.cache_info().currsize == kept


@pytest.mark.parametrize(
    "rows",
    [
        open_row("甲", columns="16384", rows="1048570"),
        open_row("甲", rows="99999999999999999999"),
        open_row("甲", columns="4294967295"),
    ],
    ids=["rectangle", "rows", "columns"],
)
def test_repeats_without_end_are_refused(rows: str) -> None:
    assert refused(ods(OPEN_HEADER + rows)) == "bomb"


def test_repeats_of_nothing_are_honest() -> None:
    blank = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert check(ods(OPEN_HEADER + OPEN_GOOD + blank)).totals["rows"] == 1
    assert refused(ods(OPEN_HEADER + open_row("甲", rows="-5"))) == "corrupt"


def _with_entities(before: str, name: str, content: bytes) -> bytes:
    return before.encode() + content if "sheet1" in name else content


def test_entities_are_never_unfolded() -> None:
    outside = '<!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/hostname">]>'
    for before in (ENTITIES, outside):
        assert refused(ods(OPEN_HEADER + open_row("&h;", "13800000001"), before=before)) == "corrupt"
        bomb = repacked(xlsx(HEADER + line(2, "&h;", "13800000001")), partial(_with_entities, before))
        assert refused(bomb) == "corrupt"


def test_sizes_that_lie_or_grow_without_measure_are_refused() -> None:
    bomb = xlsx(HEADER + GOOD, parts=[("xl/media/a.bin", b"\0" * (257 * 2**20))])
    assert refused(bomb) == "bomb"
    place = bomb.rfind(b"PK\x01\x02")
    short = bomb[: place + 24] + (1000).to_bytes(4, "little") + bomb[place + 28 :]
    assert refused(short) == "corrupt"
    assert refused(xlsx(HEADER + GOOD, parts=[(f"x/{n}", b"") for n in range(20_001)])) == "bomb"


def test_two_parts_of_one_name_cannot_hide_a_bomb() -> None:
    out = io.BytesIO(xlsx(HEADER + GOOD))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b"</sheetData>", LAST.encode() + b"</sheetData>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    assert refused(out.getvalue()) == "bomb"


def test_names_of_parts_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert accepted(xlsx(HEADER + GOOD, parts=[("../../out.txt", b"x"), ("/out.txt", b"x")])) == 1
    assert list(tmp_path.iterdir()) == []


def test_merged_cells_laid_over_one_another_take_no_time() -> None:
    rows = "".join(f'<row r="{row}">{text_cell(f"A{row}", "企业名称")}{text_cell(f"B{row}", "联系电话")}</row>' for row in range(1, 3000))
    merges = "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1, 20_000))
    assert check(xlsx(rows, after=f"<mergeCells>{merges}</mergeCells>")).totals["rows"] == 0


@pytest.mark.parametrize("name", ["p07_legacy.xls", "p08_open.ods", "p01_template.xlsx"])
def test_a_file_cut_anywhere_is_refused(name: str) -> None:
    whole = (EXAMPLES / name).read_bytes()
    for share in (0.05, 0.3, 0.6, 0.9):
        assert refused(whole[: int(len(whole) * share)], name) == "corrupt"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (68, b"\x00\x00\x00\x00"),  # a chain of tables that leads back to itself
        (48, b"\xff\xff\xff\x00"),  # a directory far beyond the end
        (30, b"\x0c\x00"),  # another size of sectors
    ],
)
def test_an_old_workbook_with_a_lying_head_is_refused(place: int, value: bytes) -> None:
    whole = (EXAMPLES / "p07_legacy.xls").read_bytes()
    assert refused(whole[:place] + value + whole[place + len(value) :], "a.xls") in {"corrupt", "bomb"}


def test_an_old_workbook_with_a_password_is_called_so() -> None:
    whole = (EXAMPLES / "p07_legacy.xls").read_bytes()
    begin = whole.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    second = begin + 20
    assert refused(whole[:second] + b"\x2f\x00" + whole[second + 2 :], "a.xls") == "encrypted"


def test_a_file_without_stored_results_or_sheets_has_no_table() -> None:
    formulas = '<row r="1"><c r="A1"><f>"企业名称"</f></c><c r="B1"><f>"联系电话"</f></c></row>'
    assert refused(xlsx(formulas)) == "no_table"
    assert refused(xlsx("", sheets=0)) in {"no_table", "corrupt"}
    assert refused(b"PK\x05\x06" + b"\0" * 18) == "unsupported"
