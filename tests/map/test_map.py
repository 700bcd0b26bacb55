"""The folder list is a contract: import-linter holds it, and every package on disk stands on it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

CONFIGURATION: dict[str, Any] = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
MAP = CONFIGURATION["tool"]["importlinter"]["contracts"][0]


def rooms() -> set[str]:
    """Every room that the map names."""
    return {name for layer in MAP["layers"] for name in re.findall(r"\w+", layer)}


def on_disk() -> set[str]:
    here = Path("callcenter")
    packages = {folder.name for folder in here.iterdir() if (folder / "__init__.py").is_file()}
    return packages | {file.stem for file in here.glob("*.py")} - {"__init__", "__main__"}


def test_every_contract_is_kept() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert re.search(r"Contracts: (\d+) kept, 0 broken", linted.stdout)


def test_every_package_on_disk_is_on_the_map() -> None:
    assert on_disk() <= rooms()
    assert MAP["exhaustive"] is True


def test_every_room_says_at_its_door_what_it_is_for() -> None:
    silent = []
    for door in (*Path("callcenter").rglob("__init__.py"), *Path("dashboards").rglob("__init__.py")):
        if "versions" in door.parts:
            continue
        if not door.read_text(encoding="utf-8").lstrip().startswith('"""'):
            silent.append(str(door))
    assert silent == []


def test_there_are_no_rooms_for_odds_and_ends() -> None:
    forbidden = {"utils", "helpers", "common", "service", "services", "models", "misc"}
    assert not [path for path in Path("callcenter").rglob("*") if path.stem in forbidden and path.suffix in ("", ".py")]


def test_no_file_is_too_long() -> None:
    long = {
        str(file): lines
        for folder in ("callcenter", "dashboards")
        for file in Path(folder).rglob("*.py")
        if "versions" not in file.parts and (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}, "a file that passes 300 lines becomes a folder of the same name"


def test_a_web_process_starts_without_the_heavy_libraries() -> None:
    """What only reports, packages and benchmarks need is imported where it is used: every process pays for its imports at each start."""
    heavy = {"scipy.stats", "pandas", "matplotlib", "docx", "plotly", "duckdb", "pyreadstat", "pyxform", "openpyxl", "polars", "svy"}
    told = "import sys, callcenter.web.app, callcenter.worker.loop, callcenter.scheduler.timetable; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert heavy & set(loaded) == set()
