"""`callcenter queue explain` and `queue simulate`."""

import json

import pytest
from sqlmodel import select

from callcenter.cli import main
from callcenter.db.engine import statement, transaction
from callcenter.studies.tables import Study
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
    assert "可以拨打（2022-06-02 10:00，首次拨打）" in capsys.readouterr().out
    # Its rank stays where a case is closed: what it says then is not that nobody was called.
    for change, told in (("state = 'closed'", "已结束，不在队列中"), ("state = 'tracing'", "查找号码，不在队列中")):
        statement(f"UPDATE cases SET {change} WHERE id = %(case)s", {"case": made.case_ids[0]})
        assert main(["queue", "explain", case]) == 0
        said = capsys.readouterr().out
        assert told in said and "首次拨打" not in said
    statement("UPDATE cases SET state = 'ready', last_attempt_day = '2022-06-01' WHERE id = %(case)s", {"case": made.case_ids[0]})
    assert main(["queue", "explain", case]) == 0
    assert "已拨打过" in capsys.readouterr().out
    statement("UPDATE cases SET last_attempt_day = NULL")
    assert main(["queue", "explain", case, "--at", "2022-06-02T18:00", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["callable"], [reason["code"] for reason in told["reasons"]]) == (False, ["hours_closed"])
    assert told["next_at"] == "2022-06-06T09:00:00+08:00"


def test_mistakes_are_one_sentence(made: MadeCases, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "explain", "999999"]) == 1
    assert "999999" in capsys.readouterr().err
    assert main(["queue", "explain", str(made.case_ids[0]), "--at", "soon"]) in {1, 2}
    assert "soon" in capsys.readouterr().err


def test_simulate_says_how_far_the_operators_get(made: MadeCases, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction() as session:
        study = session.exec(select(Study)).one().name
    assert main(["queue", "simulate", "--study", study]) == 1
    assert "数据不足" in capsys.readouterr().err
    statement("UPDATE cases SET attempts = 1 WHERE id = %(case)s", {"case": made.case_ids[0]})
    assert main(["queue", "simulate", "--study", study, "--operators", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["days"][0]["day"] == "2022-06-02" and "2022-06-03" not in {day["day"] for day in told["days"]}, "a holiday"
    assert told["worked_out"] == 1.0 and told["operators_needed"] == 1 and told["own_pace"] is False
    assert main(["queue", "simulate", "--study", study, "--operators", "1"]) == 0
    assert "需要 1 名话务员" in capsys.readouterr().out
