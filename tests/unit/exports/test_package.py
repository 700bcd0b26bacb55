"""A package proves itself, and its bytes depend on its content alone."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from callcenter.cli import main
from callcenter.errors import CallcenterError
from callcenter.exports import package
from callcenter.exports.dataset import Dataset
from callcenter.exports.pseudonyms import pseudonym
from callcenter.exports.sheets import Sheet, as_csv
from callcenter.exports.tabular import sheets_workbook

FILES = {"b.csv": b"1\r\n", "a.csv": "值\r\n".encode()}


def made() -> dict[str, bytes]:
    return package.with_manifest(FILES, {"study": "试验"})[0]


def laid_out(folder: Path) -> Path:
    for name, data in made().items():
        (folder / name).write_bytes(data)
    return folder


def test_the_same_files_make_the_same_bytes_in_any_order() -> None:
    assert package.archive(made()) == package.archive(dict(reversed(made().items())))
    assert package.unpack(package.archive(made())) == made()


def test_an_untouched_package_verifies_as_folder_and_as_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.zip").write_bytes(package.archive(made()))
    folder = tmp_path / "folder"
    folder.mkdir()
    assert main(["export", "verify", str(laid_out(folder))]) == 0
    assert main(["export", "verify", str(tmp_path / "p.zip"), "--json"]) == 0
    assert '{"ok": true, "files": 2}' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"other", "file_changed"),
        ("a.csv", None, "file_gone"),
        ("c.csv", b"", "file_added"),
        ("manifest.json", made()["manifest.json"].replace("试验".encode(), "试试".encode()), "manifest_changed"),
        ("manifest.json", b"[]", "manifest_changed"),
        ("manifest.json", b"\xff", "manifest_changed"),
        ("manifest.json", None, "missing_file"),
    ],
)
def test_any_change_is_found_and_named(name: str, data: bytes | None, code: str) -> None:
    files = made() | ({} if data is None else {name: data})
    if data is None:
        files.pop(name)
    with pytest.raises(CallcenterError) as refused:
        package.verify(files)
    assert refused.value.code == code
    assert name in str(refused.value)


def test_the_command_exits_1_naming_the_changed_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = laid_out(tmp_path)
    (folder / "b.csv").write_bytes(b"2\r\n")
    assert main(["export", "verify", str(folder)]) == 1
    assert "b.csv" in capsys.readouterr().err
    assert main(["export", "verify", str(folder / "nowhere")]) == 2
    assert main(["export", "verify", str(folder / "b.csv")]) == 1


HOSTILE = ["=1+1", "+86138", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "正常", "多\n行", "🙂", "x" * 32_767]


def test_no_text_can_act_as_a_formula_and_numbers_stay_numbers(tmp_path: Path) -> None:
    sheet = Sheet("s", ("text", "n"), [(text, -1.5) for text in HOSTILE])
    read = as_csv(sheet).decode("utf-8-sig")
    assert not any(cell.startswith(("=", "+", "@", "-", '"=', '"\t')) for line in read.split("\r\n")[1:] for cell in [line])
    assert read.split("\r\n")[3].endswith(",-1.5")
    sheets_workbook([sheet], tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    cells = [row[0] for row in book["s"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(HOSTILE)
    assert [str(cell.value).lstrip("'") for cell in cells] == HOSTILE
    assert [row[1].value for row in book["s"].iter_rows(min_row=2)] == [-1.5] * len(HOSTILE)


def test_a_workbook_has_no_moment_of_its_making(tmp_path: Path) -> None:
    sheet = Sheet("s", ("at",), [(datetime(2022, 6, 1, 1, tzinfo=UTC),)])
    for name in ("a", "b"):
        sheets_workbook([sheet], tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(tmp_path / "a") as opened:
        assert {entry.date_time[0] for entry in opened.infolist()} == {1980}
    assert "2022-06-01T09:00:00+08:00" in as_csv(sheet).decode()


def test_a_pseudonym_is_the_same_in_a_study_and_another_elsewhere() -> None:
    assert pseudonym("salt", "E1") == pseudonym("salt", "E1")
    assert len({pseudonym("salt", "E1"), pseudonym("salt", "E2"), pseudonym("other", "E1")}) == 3


def test_cases_beyond_one_reading_are_named_while_others_are_read(tmp_path: Path) -> None:
    """More cases than are held at a time."""
    (tmp_path / "c.csv").write_text("".join(f"{n},u{n},s,d,main,1.1,I,1,1,q v1,,,\n" for n in range(1, 12_002)), encoding="utf-8")
    with Dataset(tmp_path, []) as data:
        data.add_cases(tmp_path / "c.csv")
        data.name_cases((case.id, f"p{case.id}", 1.0, 2.0) for case in data.released())
        assert data.one('SELECT count(DISTINCT "case") FROM cases WHERE weight = 2') == 12_001
