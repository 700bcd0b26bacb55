"""The sampling commands that work on people's own files, and the stand-alone verification."""

import csv
import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from callcenter.cli import main
from callcenter.sampling.certificate import SOFTWARE

ROOT = Path(__file__).parents[2]
FIELDS = [
    "algorithm",
    "study",
    "population",
    "draw_no",
    "frame_sha256",
    "frame_size",
    "strata",
    "design_sha256",
    "seed",
    "secret",
    "seed_commitment",
    "public_source",
    "public_value",
    "coordination",
    "rotation",
    "sample_sha256",
    "drawn_at",
    "drawn_by",
    "software",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [f"E{i:03},{'和平区' if i % 3 else '河西区'}" for i in range(1, 31)]
    (tmp_path / "frame.csv").write_text("unit_key,stratum\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "n.csv").write_text("stratum,n\n和平区,6\n河西区,3\n空层,0\n", encoding="utf-8")
    return tmp_path


def draw(*more: str) -> int:
    return main(
        ["sampling", "draw", "frame.csv", "--n-by", "n.csv", "--seed", "2026-Q3", "--certificate", "c.json", "--sample", "s.csv", *more]
    )


def verify(*files: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", str(ROOT / "scripts/verify_draw.py"), *files], capture_output=True, text=True, check=False)


def certificate() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("c.json").read_text(encoding="utf-8"))
    return found


def test_size_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sampling", "size", "--p", ".5", "--e", ".05", "--population", "1000", "--response", ".5"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"n0": pytest.approx(384.1458821), "n": pytest.approx(277.73345), "completes": 278, "release": 556}


def test_size_takes_every_rate_and_says_where_the_population_is_too_small(capsys: pytest.CaptureFixture[str]) -> None:
    rates = ["--response", ".5", "--eligible", ".8", "--valid", ".9", "--deff", "1.5"]
    assert main(["sampling", "size", "--p", ".5", "--e", ".05", "--population", "1000", *rates]) == 0
    said = capsys.readouterr()
    assert (json.loads(said.out)["completes"], json.loads(said.out)["release"]) == (417, 1158)
    assert "1000" in said.err


@pytest.mark.parametrize("wrong", [["--p", "2", "--e", ".05"], ["--p", ".5"], ["--p", "x", "--e", ".05"], ["--p", ".5", "--e", "0"]])
def test_size_refuses_absurd_numbers_as_wrong_use(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    assert main(["sampling", "size", *wrong]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["refused"] is True
    assert "Traceback" not in said.err


def test_allocate_keeps_the_files_columns_and_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("strata.csv").write_text("note,stratum,N,S\nx,b,400,10\ny,a,300,20\nz,c,200,30\n", encoding="utf-8")
    assert main(["sampling", "allocate", "strata.csv", "--n", "160", "--method", "neyman"]) == 0
    assert capsys.readouterr().out == "note,stratum,N,S,n\nx,b,400,10,40\ny,a,300,20,60\nz,c,200,30,60\n"


def test_allocate_fixed_gives_back_its_own_sizes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("strata.csv").write_text("stratum,n,N\na,3,10\nb,4,10\n", encoding="utf-8")
    assert main(["sampling", "allocate", "strata.csv", "--n", "7", "--method", "fixed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"stratum": "a", "n": 3, "N": "10"}, {"stratum": "b", "n": 4, "N": "10"}]


@pytest.mark.parametrize(
    ("text", "arguments", "code", "why"),
    [
        ("stratum,N\na,10\n", ["--n", "11"], 1, "infeasible"),
        ("stratum,N\na,10\n", ["--n", "5", "--method", "neyman"], 2, "missing_column"),
        ("stratum,size\na,10\n", ["--n", "5"], 2, "missing_column"),
        ("stratum,N\na,-10\n", ["--n", "5"], 1, "absurd_number"),
        ("stratum,N\na,ten\n", ["--n", "5"], 1, "absurd_number"),
        ("stratum,N\na,1e999999999\n", ["--n", "5"], 1, "absurd_number"),
        ("stratum,N\na,10\na,10\n", ["--n", "5"], 1, "duplicate_stratum"),
        ("stratum,N\na,10\n", ["--n", "-5"], 2, "wrong_use"),
        ("stratum,N\na,10\n", [], 2, "wrong_use"),
        ("stratum,N\n", ["--n", "5"], 1, "no_strata"),
        ("stratum,N\na\n", ["--n", "5"], 1, "ragged_row"),
        ("stratum,N\n,10\n", ["--n", "5"], 1, "empty_cell"),
        ("stratum,N\na,10\n", ["--n", "5", "--method", "guess"], 2, "wrong_use"),
        ("stratum,N\na,10\n", ["--n", "5", "--min", "-1"], 2, "wrong_use"),
        ("stratum,N,S\na,10,-1\n", ["--n", "5", "--method", "neyman"], 1, "absurd_number"),
        ("stratum,N,S\na,10,nan\n", ["--n", "5", "--method", "neyman"], 1, "absurd_number"),
        ("stratum,N\na,3\nb,40\n", ["--n", "5", "--min", "4"], 1, "infeasible"),
    ],
)
def test_allocate_says_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], *, text: str, arguments: list[str], code: int, why: str
) -> None:
    Path("strata.csv").write_text(text, encoding="utf-8")
    assert main(["sampling", "allocate", "strata.csv", "--json", *arguments]) == code
    said = capsys.readouterr()
    assert json.loads(said.out)["why"] == why
    assert said.err.count("\n") == 1


def test_a_draw_and_its_verification(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw() == 0
    made = certificate()
    assert list(made) == FIELDS
    assert [(row["stratum"], row["N"], row["n"]) for row in made["strata"]] == [("和平区", 20, 6), ("河西区", 10, 3)]
    assert (made["secret"], made["seed_commitment"], made["public_source"], made["public_value"]) == (None, None, None, None)
    assert made["rotation"] == "0" * 16
    with Path("s.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["unit_key", "stratum", "prn", "order", "released"]
    assert [row["order"] for row in rows] == [str(i) for i in [*range(1, 21), *range(1, 11)]]
    assert sum(int(row["released"]) for row in rows) == 9
    assert made["strata"][0]["last_prn"] == rows[5]["prn"]
    done = verify("c.json", "frame.csv", "s.csv")
    assert (done.returncode, done.stderr) == (0, "")


def test_equal_seeds_give_equal_samples_whatever_the_row_order(folder: Path) -> None:
    assert draw() == 0
    before, sample = certificate(), Path("s.csv").read_text(encoding="utf-8")
    header, *rows = Path("frame.csv").read_text(encoding="utf-8").splitlines()
    Path("frame.csv").write_text("\ufeff" + "\r\n".join([header, *reversed(rows)]), encoding="utf-8")
    assert draw() == 0
    after = certificate()
    assert {**before, "drawn_at": ""} == {**after, "drawn_at": ""}
    assert Path("s.csv").read_text(encoding="utf-8") == sample


def _edit_certificate(**changes: Any) -> None:
    Path("c.json").write_text(json.dumps({**certificate(), **changes}), encoding="utf-8")


def _edit(file: str, old: str, new: str) -> None:
    text = Path(file).read_text(encoding="utf-8")
    assert old in text
    Path(file).write_text(text.replace(old, new, 1), encoding="utf-8")


TAMPERINGS = {
    "frame_sha256": lambda: _edit("frame.csv", "E007,", "E997,"),  # a unit exchanged
    "N of stratum": lambda: _edit("frame.csv", "E007,和平区", "E007,河西区"),  # a unit moved to another stratum
    "frame_size": lambda: _edit("frame.csv", "E007,和平区\n", ""),  # a unit dropped
    "unit twice": lambda: _edit("frame.csv", "E007,", "E008,"),
    "seed": lambda: _edit_certificate(
        secret="s", seed_commitment="043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89", public_value="v"
    ),
    "seed_commitment": lambda: _edit_certificate(secret="t", public_value="v"),
    "last_prn": lambda: _edit_certificate(seed="2026-Q4"),
    "n of stratum": lambda: _edit_certificate(strata=[{**row, "n": row["N"] + 1} for row in certificate()["strata"]]),
    "last_prn of stratum 和平区": lambda: _edit_certificate(strata=[{**row, "n": row["n"] + 1} for row in certificate()["strata"]]),
    "sample_sha256": lambda: _edit_certificate(sample_sha256="0" * 64),
    "sample line 3": lambda: Path("s.csv").write_text(
        "".join(line[i] for i in (0, 2, 1, *range(3, 31))) if (line := Path("s.csv").read_text(encoding="utf-8").splitlines(True)) else "",
        encoding="utf-8",
    ),
    "rotation": lambda: _edit_certificate(rotation="00000000000000ff"),
    "algorithm": lambda: _edit_certificate(algorithm="sha256-prn-v2"),
    "['和平区', '和平区', '河西区']": lambda: _edit_certificate(strata=[*certificate()["strata"], certificate()["strata"][0]]),
    "strata": lambda: _edit_certificate(strata=certificate()["strata"][:1]),
    "sample line 2": lambda: _edit("s.csv", ",1,1\n", ",1,0\n"),  # a released unit called a reserve
    "sample lines": lambda: Path("s.csv").write_text(
        "".join(Path("s.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8"
    ),
    "malformed": lambda: Path("c.json").write_text('{"algorithm": "sha256-prn-v1"}', encoding="utf-8"),
}


@pytest.mark.parametrize("named", TAMPERINGS)
def test_tampering_is_found_and_named(folder: Path, named: str) -> None:
    assert draw() == 0
    TAMPERINGS[named]()
    done = verify("c.json", "frame.csv", "s.csv")
    assert done.returncode == 1
    assert named in done.stderr or (named == "sample line 3" and "sample line 2" in done.stderr)
    assert done.stdout == ""


def test_sizes_changed_together_with_the_certificate_are_found_by_the_design(folder: Path) -> None:
    """Whoever draws again with other sizes has a sound certificate; only the design that was handed out before tells."""
    design = {"algorithm": "sha256-prn-v1", "sizes": {"和平区": 6, "河西区": 3}}
    Path("design.json").write_text(json.dumps(design, ensure_ascii=False), encoding="utf-8")
    assert draw() == 0
    assert verify("c.json", "frame.csv", "s.csv", "design.json").returncode == 0
    Path("n.csv").write_text("stratum,n\n和平区,7\n河西区,3\n", encoding="utf-8")
    assert draw() == 0
    assert verify("c.json", "frame.csv", "s.csv").returncode == 0
    _edit_certificate(design_sha256=hashlib.sha256(json.dumps(design, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest())
    done = verify("c.json", "frame.csv", "s.csv", "design.json")
    assert (done.returncode, "n of stratum 和平区 as designed" in done.stderr) == (1, True)
    design["sizes"] = {"和平区": 7, "河西区": 3}
    Path("design.json").write_text(json.dumps(design, ensure_ascii=False), encoding="utf-8")
    assert "design_sha256" in verify("c.json", "frame.csv", "design.json").stderr


def test_a_frame_in_gb18030_is_drawn_and_verified_alike(folder: Path) -> None:
    Path("frame.csv").write_bytes(Path("frame.csv").read_text(encoding="utf-8").encode("gb18030"))
    assert draw() == 0
    assert verify("c.json", "frame.csv", "s.csv").returncode == 0


def test_a_ragged_frame_cannot_be_verified(folder: Path) -> None:
    assert draw() == 0
    _edit("frame.csv", "E007,和平区", "E007")
    done = verify("c.json", "frame.csv")
    assert (done.returncode, "line 8" in done.stderr) == (2, True)


def test_verification_without_its_files_is_wrong_use(folder: Path) -> None:
    assert draw() == 0
    assert verify("none.json", "frame.csv").returncode == 2
    assert verify("c.json").returncode == 2
    assert verify("frame.csv", "c.json").returncode == 2


@pytest.mark.parametrize(
    ("file", "text", "code", "why"),
    [
        ("n.csv", "stratum,n\n和平区,21\n河西区,3\n", 1, "infeasible"),
        ("n.csv", "stratum,n\n和平区,6\n", 1, "stratum_without_size"),
        ("n.csv", "stratum,n\n和平区,6\n河西区,3\n南开区,1\n", 1, "unknown_stratum"),
        ("n.csv", "stratum,n\n和平区,-6\n河西区,3\n", 1, "absurd_number"),
        ("n.csv", "stratum,n\n和平区,6\n和平区,6\n河西区,3\n", 1, "duplicate_stratum"),
        ("n.csv", "stratum,count\n和平区,6\n", 2, "missing_column"),
        ("frame.csv", "unit_key\nE1\n", 2, "missing_column"),
        ("frame.csv", "unit_key,stratum\nE1,和平区\nE1,河西区\n", 1, "duplicate_unit"),
        ("frame.csv", "unit_key,stratum\nE1,\n", 1, "empty_cell"),
        ("frame.csv", 'unit_key,stratum\n"E\t1",a\n', 1, "control_character"),
        ("frame.csv", "unit_key,stratum\n", 1, "empty_frame"),
    ],
)
def test_a_draw_that_cannot_be_leaves_nothing_behind(
    folder: Path, capsys: pytest.CaptureFixture[str], *, file: str, text: str, code: int, why: str
) -> None:
    Path(file).write_text(text, encoding="utf-8")
    assert draw("--json") == code
    assert json.loads(capsys.readouterr().out)["why"] == why
    assert not Path("c.json").exists()
    assert not Path("s.csv").exists()


def test_a_missing_file_is_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("frame.csv").unlink()
    assert draw() == 2
    assert "frame.csv" in capsys.readouterr().err


def test_the_bias_of_topping_up_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    scene = ["--units", "60", "--target", "10", "--main", "20", "--step", "5", "--seeds", "50"]
    assert main(["sampling", "simulate", *scene]) == 0
    assert [line.split(" · ")[0] for line in capsys.readouterr().out.splitlines()] == ["事先定好的数量"] * 2 + ["补到目标为止"] * 2
    assert main(["sampling", "simulate", *scene, "--json"]) == 0
    assert {"rule", "quantity", "truth", "bias", "noise"} <= set(json.loads(capsys.readouterr().out)[0])
    assert main(["sampling", "simulate", "--main", "500"]) == 2


def test_the_software_named_is_this_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"{project['name']} {project['version']}" == SOFTWARE
