"""`callcenter frame …` on a stored study."""

import json
from pathlib import Path
from typing import Any

import pytest

from callcenter.cli import main
from callcenter.db.engine import transaction
from tests.factories.lists import row, submit
from tests.factories.studies import demo_population, make_study

WHERE = ["--study", "tianjin-2022", "--population", "2021/4-1"]


@pytest.fixture(autouse=True)
def population_id(database_url: str, monkeypatch: pytest.MonkeyPatch, field_time: object) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    with transaction() as session:
        population = demo_population(session, make_study(session))
        submit(session, population.id or 0, [row(1), row(2), row(3, matter="注销"), row(4, district="")])


def test_preview_rules_and_freeze(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def told(*arguments: str, code: int = 0) -> Any:
        assert main(["frame", *arguments, *WHERE, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    rules = tmp_path / "rules.json"
    rules.write_text('{"rules": [{"kind": "matter", "none": ["注销"]}]}', encoding="utf-8")
    assert told("preview")["by_district"] == {"东丽区": 3, "未知": 1}
    tried = told("preview", "--rules", str(rules))
    assert (tried["units"], tried["screened"][0]["units"], tried["screening"]) == (3, 1, {})
    assert told("screening") == []
    assert told("screening", "--rules", str(rules), code=1)["why"] == "no_reason_for_rules"
    assert told("screening", "--rules", str(rules), "--why", "按约定")[0]["version"] == 1
    frozen = told("freeze")
    assert (frozen["size"], frozen["screening"]["version"], frozen["reporting_order"]) == (3, 1, ["市市场监管委"])
    assert told("freeze", code=1)["why"] == "frame_unchanged"
    rules.write_text('{"rules": [{"kind": "matter"}]}', encoding="utf-8")
    assert told("screening", "--rules", str(rules), "--why", "x", code=1)["why"] == "screening_empty"
    rules.write_text("[", encoding="utf-8")
    assert told("preview", "--rules", str(rules), code=1)["why"] == "not_json"
    assert main(["frame", "preview", *WHERE]) == 0
    assert "规则 1" in capsys.readouterr().out
    assert main(["frame", "preview", *WHERE, "--rules", str(tmp_path / "missing.json")]) == 2
    assert main(["frame", "freeze", *WHERE, "--by", "nobody"]) == 1
