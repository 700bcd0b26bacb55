"""`callcenter queue explain`."""

import json

import pytest

from callcenter.cli import main
from callcenter.db.engine import transaction
from tests.conftest import FieldTime
from tests.factories.cases import MadeCases, make_cases


@pytest.fixture
def made(database_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch) -> MadeCases:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    with transaction() as session:
        return make_cases(session, 2)


def test_explain_says_why_and_when_next(made: MadeCases, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(made.case_ids[0])
    assert main(["queue", "explain", case]) == 0
    assert "可以拨打" in capsys.readouterr().out
    assert main(["queue", "explain", case, "--at", "2022-06-02T18:00", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["callable"], [reason["code"] for reason in told["reasons"]]) == (False, ["hours_closed"])
    assert told["next_at"] == "2022-06-06T09:00:00+08:00"


def test_mistakes_are_one_sentence(made: MadeCases, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "explain", "999999"]) == 1
    assert "999999" in capsys.readouterr().err
    assert main(["queue", "explain", str(made.case_ids[0]), "--at", "soon"]) in {1, 2}
    assert "soon" in capsys.readouterr().err
