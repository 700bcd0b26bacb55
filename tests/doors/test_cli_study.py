"""Studies by command."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from callcenter.cli import main
from callcenter.db import engine
from tests.conftest import FieldTime
from tests.factories.studies import FOLDER


@pytest.fixture(autouse=True)
def environment(database_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_folder_is_loaded_with_lists_questionnaires_and_lines(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "study", "load", str(FOLDER))
    assert found["lines"] == ["96599966", "96599977", "96599988"] and found["topics"] == 25 and found["standards"] == 390
    assert [(stage["items"], stage["phases"]) for stage in found["stages"]] == [(103, 16), (0, 12)]
    assert [each["name"] for each in found["questionnaires"]] == sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem != "study")
    assert all(each["version"] == 1 and each["released"] for each in found["questionnaires"])
    assert printed(capsys, "study", "load", str(FOLDER)) == found
    assert printed(capsys, "study", "show", "tianjin-2022") == [found]
    assert engine.statement("SELECT count(*) AS n FROM lines") == [{"n": 3}]


def test_a_trial_is_open_today(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "study", "load", str(FOLDER), "--trial")
    assert found["trial"] and found["stages"][0]["calling"] == ["2022-06-02", "2022-08-30"]


def test_a_phase_is_extended_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "study", "load", str(FOLDER))
    phases = printed(capsys, "study", "phase", "list", "tianjin-2022")
    calling = next(phase for phase in phases if phase["kind"] == "calling" and phase["open"])
    changed = printed(capsys, "study", "phase", "extend", str(calling["id"]), "2022-06-20", "--why", "回收率不足")
    assert changed["last_day"] == "2022-06-20"
    assert main(["study", "phase", "extend", str(calling["id"]), "tomorrow", "--why", "x"]) == 2
    assert main(["study", "phase", "extend", "999999", "2022-06-20", "--why", "x"]) == 1


def test_nothing_is_loaded_of_a_folder_in_which_anything_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(FOLDER, tmp_path / "study")
    file = tmp_path / "study" / "opening_business.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("${cost} > 0", "${price} > 0"), encoding="utf-8")
    assert main(["study", "load", str(tmp_path / "study")]) == 1
    assert "price" in capsys.readouterr().err
    assert main(["study", "load", str(tmp_path / "nothing")]) == 2
    assert printed(capsys, "study", "show") == []
