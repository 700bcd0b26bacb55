"""The sampling commands on a stored study."""

import json
import subprocess
import sys
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from callcenter import clock
from callcenter.cli import main
from callcenter.db import engine
from tests.conftest import FieldTime
from tests.factories.sampling import make_frame, make_second_population

ROOT = Path(__file__).parents[2]
STUDY = ["--study", "trial", "--population", "4-1"]


@pytest.fixture
def environment(database_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FieldTime:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    monkeypatch.chdir(tmp_path)
    with engine.transaction() as session:
        make_second_population(session, make_frame(session))
    # The factory's frame has no lists behind it: the newest frame is used as it is.
    monkeypatch.setattr("callcenter.frame.actions.freeze", _unchanged)
    return field_time


def _unchanged(*_: object) -> None:
    from callcenter.errors import Conflict

    raise Conflict("frame_unchanged", "没有变化。")


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert main(["sampling", arguments[0], *STUDY, *arguments[1:], "--json"]) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def freeze(capsys: pytest.CaptureFixture[str], *, code: int = 0) -> dict[str, Any]:
    due = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    return run(capsys, "freeze", "--source", "双色球", "--due", due, "--total", "6", "--by", "supervisor", code=code)


def test_a_stored_study_is_drawn_released_topped_up_and_verified(environment: FieldTime, capsys: pytest.CaptureFixture[str]) -> None:
    frozen = freeze(capsys)
    assert [(row["stratum"], row["n"]) for row in frozen["strata"]] == [("和平区", 4), ("河西区", 2)]
    assert run(capsys, "draw-study", "--public-value", "07 11", code=1)["why"] == "public_value_too_early"
    environment.set(environment() + timedelta(days=3))
    assert run(capsys, "draw-study", "--public-value", "07 11")["frame_size"] == 20
    assert run(capsys, "release") == {"releases": 2, "cases": 6}
    assert run(capsys, "release", code=1)["why"] == "main_released"
    by_hand = ["top-up", "--stratum", "河西区", "--why", "有效样本不足", "--count"]
    assert run(capsys, *by_hand, "3", code=1)["why"] == "not_in_time"
    by_hand[1:1] = ["--word", "委办函〔2022〕5号"]
    topped = run(capsys, *by_hand, "3")
    assert topped == {"stratum": "河西区", "first_position": 3, "count": 3, "cases": 3}
    assert run(capsys, *by_hand, "9", code=1)["why"] == "beyond_stratum"
    assert run(capsys, "top-up", "--stratum", "南开区", "--count", "1", "--why", "x", code=1)["why"] == "unknown_stratum"
    run(capsys, "certificate", "--certificate", "c.json", "--frame", "f.csv", "--design", "d.json")
    command = [sys.executable, "-I", str(ROOT / "scripts/verify_draw.py"), "c.json", "f.csv", "d.json"]
    assert subprocess.run(command, check=False).returncode == 0
    engine.statement("UPDATE draw_units SET position = 1000 - position WHERE unit_key = 'E0001'")
    assert run(capsys, "certificate", "--certificate", "c.json", code=1)["why"] == "order_changed"


def test_what_comes_too_early_or_is_unknown_is_refused(environment: FieldTime, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "freeze", code=1)["why"] == "commit_first"
    assert run(capsys, "draw-study", code=1)["why"] == "commit_first"
    assert run(capsys, "release", code=1)["why"] == "not_drawn"
    assert run(capsys, "freeze", "--source", "双色球", "--due", "soon", code=2)["why"] == "wrong_use"
    assert run(capsys, "freeze", "--by", "nobody", code=1)["why"] == "no_user"
    assert main(["sampling", "release", "--study", "trial", "--population", "9-9"]) == 1
    assert main(["sampling", "release", "--study", "none", "--population", "4-1"]) == 1


def test_a_second_population_shares_the_commitment_and_stands_apart(environment: FieldTime, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["sampling", "freeze", "--study", "trial", "--population", "5-1", "--with-population", "4-1", "--total", "6", "--json"]
    assert main([*shared, "--coordination", "negative"]) == 1
    assert json.loads(capsys.readouterr().out)["why"] == "no_commitment_to_share"
    due = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    negative = ["--total", "6", "--coordination", "negative"]
    first = run(capsys, "freeze", "--source", "双色球", "--due", due, *negative)
    assert main([*shared, "--coordination", "negative"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert (second["seed_commitment"], second["public_due"]) == (first["seed_commitment"], first["public_due"])
    documents = engine.statement("SELECT document FROM designs ORDER BY id")
    own, other = (row["document"] for row in documents)
    assert (own["rotation"], own["starts"]) == ("0" * 16, [])
    assert other["starts"] == [{"population": "2021/4-1", "share": own["planned_share"]}]
    assert int(other["rotation"], 16) == int(Fraction(str(own["planned_share"])) * 2**64)
