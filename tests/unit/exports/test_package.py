"""A package proves itself, and its bytes depend on its content alone."""

import hashlib
import io
import json
import random
import shutil
import warnings
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


def flipped(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def test_every_flipped_bit_of_a_zip_is_found(tmp_path: Path) -> None:
    """Also bits of headers, moments, comment, and those after the end of a compressed stream."""
    data, file = package.archive(made()), tmp_path / "p.zip"
    for place in range(len(data)):
        file.write_bytes(flipped(data, place, place % 8))
        with pytest.raises(CallcenterError):
            package.verify_at(file)
    for bit in range(8):  # the end of a.csv's compressed stream: bits that no reader looks at are among them
        end = data.index(b"PK", 4) - 1
        file.write_bytes(flipped(data, end, bit))
        with pytest.raises(CallcenterError):
            package.verify_at(file)


def test_every_flipped_bit_of_a_folder_is_found(tmp_path: Path) -> None:
    folder = laid_out(tmp_path)
    for name, data in made().items():
        for place in range(len(data)):
            (folder / name).write_bytes(flipped(data, place, place % 8))
            with pytest.raises(CallcenterError, match=name):
                package.verify_at(folder)
        (folder / name).write_bytes(data)
    assert package.verify_at(folder) == 2


def rezipped(names: list[str], comment: bytes = b"", **files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            opened.writestr(name, {**made(), **files}[name])
        opened.comment = comment
    return written.getvalue()


def members(data: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return [(entry, opened.read(entry)) for entry in opened.infolist()]


def test_whatever_chance_does_to_a_zip_is_found_and_told_without_a_traceback(tmp_path: Path) -> None:
    """Bytes changed, lost, doubled and moved; members dropped, renamed, repeated, in another order, packed in another way."""
    whole, file, chance = package.archive(made()), tmp_path / "p.zip", random.Random(8)  # noqa: S311  # no secret
    damaged: list[bytes] = []
    for _ in range(150):
        data, start = bytearray(whole), chance.randrange(len(whole))
        end = min(len(whole), start + chance.randrange(1, 40))
        kind = chance.randrange(4)
        if kind == 0:
            data[start:end] = chance.randbytes(end - start)
        elif kind == 1:
            del data[start:end]
        elif kind == 2:
            data[start:start] = data[start:end]
        else:
            data = data[start:] + data[:start]
        damaged.append(bytes(data))
    for way in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", way) as opened:
            for entry, data_of in members(whole):
                opened.writestr(entry.filename, data_of)
            opened.comment = whole[-71:]
        packed = written.getvalue()
        damaged += [packed, *(packed[:place] + b"\xff\xff" + packed[place + 2 :] for place in range(30, 130, 4))]
    for data_of in (each for each in damaged if each != whole):
        file.write_bytes(data_of)
        with pytest.raises(CallcenterError):
            package.verify_at(file)


def test_a_zip_that_was_put_together_anew_is_found(tmp_path: Path) -> None:
    whole, names = package.archive(made()), sorted(made())
    forged = json.loads(made()["manifest.json"])
    forged["files"][0]["sha256"] = hashlib.sha256(b"other").hexdigest()
    tampered = {
        "package_repacked": [
            rezipped(names),
            rezipped(names[::-1]),
            rezipped(names, whole[-71:]),
            b"before" + whole,
            whole[:-71] + whole[-71:].upper(),
            whole[:-1],
            whole + b"after",
        ],
        "file_added": [rezipped([*names, "more"], more=b""), rezipped([*names, "b.csv"]), rezipped([*names, "in/"], **{"in/": b""})],
        "file_gone": [rezipped(["manifest.json", "b.csv"]), rezipped(["manifest.json", "b.csv", "A.csv"], **{"A.csv": FILES["a.csv"]})],
        "manifest_changed": [rezipped(names, **{"a.csv": b"other", "manifest.json": json.dumps(forged).encode()})],
        "package_broken": [whole[: len(whole) // 2], b"", b"PK"],
    }
    for code, every in tampered.items():
        for data in every:
            (tmp_path / "p.zip").write_bytes(data)
            with pytest.raises(CallcenterError) as refused:
                package.verify_at(tmp_path / "p.zip")
            assert refused.value.code == code


def test_a_folder_holds_nothing_but_plain_files_of_its_manifest_written_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "p" / "empty").mkdir(parents=True)
    folder = laid_out(tmp_path / "p")
    with pytest.raises(CallcenterError, match="empty"):
        package.verify_at(folder)
    (folder / "empty").rmdir()
    (folder / "a.csv").rename(tmp_path / "a.csv")
    (folder / "a.csv").symlink_to(tmp_path / "a.csv")
    with pytest.raises(CallcenterError, match=r"a\.csv"):
        package.verify_at(folder)
    (folder / "a.csv").unlink()
    (tmp_path / "a.csv").rename(folder / "a.csv")
    (folder / "manifest.json").write_bytes(made()["manifest.json"] + b"\n")
    with pytest.raises(CallcenterError, match=r"manifest\.json"):
        package.verify_at(folder)


def test_whoever_makes_both_seals_anew_is_found_by_the_seal_that_the_house_told(tmp_path: Path) -> None:
    told = json.loads(made()["manifest.json"])["seal"]
    file = tmp_path / "p.zip"
    file.write_bytes(package.archive(made()))
    assert main(["export", "verify", str(file), "--seal", told.upper()]) == 0
    file.write_bytes(package.archive(package.with_manifest({**FILES, "a.csv": b"other"}, {"study": "试验"})[0]))
    assert main(["export", "verify", str(file)]) == 0
    assert main(["export", "verify", str(file), "--seal", told]) == 1


def test_a_package_that_is_lost_or_added_as_a_whole_is_missed(tmp_path: Path) -> None:
    for name in ("1-1", "1-2"):
        (tmp_path / name).mkdir()
        laid_out(tmp_path / name)
    assert package.verify_at(tmp_path) == 4
    package.index_folder(tmp_path)
    assert package.verify_at(tmp_path) == 4
    (tmp_path / "1-2").rename(tmp_path / "1-3")
    for name in ("1-2", "1-3"):
        with pytest.raises(CallcenterError, match=name):
            package.verify_at(tmp_path)
        (tmp_path / "1-2").mkdir(exist_ok=True)
    shutil.rmtree(tmp_path / "1-2")
    (tmp_path / "1-3").rename(tmp_path / "1-2")
    (tmp_path / "1-2" / "manifest.json").unlink()
    with pytest.raises(CallcenterError, match=r"manifest\.json"):
        package.verify_at(tmp_path)


def test_what_lies_beside_a_package_is_compared_or_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the demo leaves it: the package unpacked, its zip, copies of some files."""
    (tmp_path / "package").mkdir()
    laid_out(tmp_path / "package")
    (tmp_path / "package.zip").write_bytes(package.archive(made()))
    (tmp_path / "a.csv").write_bytes(FILES["a.csv"])
    (tmp_path / "notes.txt").write_bytes(b"mine")
    (tmp_path / "mine.zip").write_bytes(b"not a package")
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "mine.png").write_bytes(b"")
    assert main(["export", "verify", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "files": 5, "not_checked": ["charts/", "mine.zip", "notes.txt"]}
    (tmp_path / "charts" / "b.csv").write_bytes(FILES["b.csv"])
    assert main(["export", "verify", str(tmp_path)]) == 2, "a package that lost its manifest"
    assert "charts" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "charts")
    (tmp_path / "package" / "manifest.json").rename(tmp_path / "manifest")
    assert main(["export", "verify", str(tmp_path)]) == 2, "its zip says that it is one"
    (tmp_path / "manifest").rename(tmp_path / "package" / "manifest.json")
    assert main(["export", "verify", str(tmp_path)]) == 0
    assert "没有核对" in (said := capsys.readouterr().out) and "notes.txt" in said
    (tmp_path / "a.csv").write_bytes(b"other")
    assert main(["export", "verify", str(tmp_path)]) == 1
    assert "a.csv" in capsys.readouterr().err
    (tmp_path / "a.csv").unlink()
    other = package.with_manifest({**FILES, "a.csv": b"other"}, {"study": "试验"})[0]
    for replaced in (package.archive(other), b"no zip"):
        (tmp_path / "package.zip").write_bytes(replaced)
        assert main(["export", "verify", str(tmp_path)]) == 1


HOSTILE = ["=1+1", "+86138", "-1+1", " =1", "＝1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "正常", "多\n行", "🙂", "x" * 32_767]


def test_no_text_can_act_as_a_formula_and_numbers_stay_numbers(tmp_path: Path) -> None:
    sheet = Sheet("s", ("text", "n"), [(text, -1.5) for text in HOSTILE])
    read = as_csv(sheet).decode("utf-8-sig")
    assert not any(cell.startswith(("=", "＝", "+", "@", "-", " ", '"=', '"\t')) for line in read.split("\r\n")[1:] for cell in [line])
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
