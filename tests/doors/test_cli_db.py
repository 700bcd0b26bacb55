"""`callcenter db`: migrations, recount, backup and restore."""

import json
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from callcenter.cli import main
from callcenter.db import engine
from callcenter.db.engine import plain_url, transaction
from callcenter.migrations import is_current
from callcenter.response_rates.actions import prove_counters
from callcenter.response_rates.queries.recount import COUNTERS
from tests.conftest import Databases, FieldTime
from tests.factories.cases import make_cases


@pytest.fixture
def filled(database_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a drawn and released sample; the commands are pointed at it."""
    with transaction() as session:
        make_cases(session, 5)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


@pytest.fixture
def empty(databases: Databases, database_url: str) -> str:
    """A database without a table, beside the test's own."""
    url = database_url + "_empty"
    with psycopg.connect(databases.server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(url.rsplit("/", 1)[1])))
    return url


def test_an_empty_database_becomes_current_and_stays_so(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty)
    assert main(["db", "upgrade"]) == 0
    assert is_current(empty)
    assert main(["db", "upgrade"]) == 0


def test_counters_that_agree_pass_and_one_that_differs_is_named(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "differences": []}
    engine.statement("UPDATE strata SET released = released + 1 WHERE id = (SELECT min(id) FROM strata)")
    assert main(["db", "check", "--json"]) == 1
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert difference["counter"] == "strata.released"
    assert difference["stored"] == difference["counted"] + 1
    assert main(["db", "check"]) == 1
    assert "strata.released" in capsys.readouterr().out


def test_a_wrong_rate_counter_is_told_and_mended_only_by_word(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    engine.statement("UPDATE rate_counters SET valid = valid + 3 WHERE id = (SELECT min(id) FROM rate_counters)")
    with transaction() as session:
        assert prove_counters(session) == 1
    assert [row["kind"] for row in engine.statement("SELECT kind FROM alerts WHERE closed_at IS NULL")] == ["counters_differ"]
    assert main(["db", "check", "--json"]) == 1
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert (difference["counter"], difference["stored"], difference["counted"]) == ("rate_counters.valid", 3, 0)
    assert main(["db", "check", "--mend", " "]) == 1
    assert main(["db", "check", "--mend", "恢复备份之后", "--json"]) == 0
    (kept,) = engine.statement("SELECT reason, detail FROM audit_trail WHERE action = 'counters_rebuilt'")
    assert (kept["reason"], kept["detail"]["differences"]) == ("恢复备份之后", [difference])


def test_every_counter_can_be_counted_again(filled: str) -> None:
    for counter, query in COUNTERS.items():
        assert {"of", "stored", "counted"} == set(engine.statement(query)[0]), counter


def test_a_backup_is_private_and_restores_the_same_rows(filled: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = tmp_path / "备份 2022-06-13.dump"
    assert main(["db", "backup", str(dump)]) == 0
    assert dump.stat().st_mode & 0o077 == 0
    assert main(["db", "backup", str(dump)]) == 1, "an earlier backup is not written over"
    monkeypatch.setenv("DATABASE_URL", empty)
    assert main(["db", "restore", str(dump)]) == 0
    cases = "SELECT * FROM cases ORDER BY id"
    with psycopg.connect(plain_url(filled)) as before, psycopg.connect(plain_url(empty)) as after:
        rows = after.execute(cases).fetchall()
        assert rows == before.execute(cases).fetchall()
        assert len(rows) == 5
    assert is_current(empty)


def test_restore_never_touches_a_database_that_holds_something(filled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / "one.dump"
    assert main(["db", "backup", str(dump)]) == 0
    assert main(["db", "restore", str(dump)]) == 1
    assert "DATABASE_URL" in capsys.readouterr().err


def test_missing_places_are_wrong_use(filled: str, tmp_path: Path) -> None:
    assert main(["db", "restore", str(tmp_path / "none.dump")]) == 2
    assert main(["db", "backup", str(tmp_path / "nowhere" / "one.dump")]) == 2


def test_a_broken_dump_and_a_database_away_are_one_sentence(
    filled: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"no dump at all")
    monkeypatch.setenv("DATABASE_URL", empty)
    assert main(["db", "restore", str(broken)]) == 1
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:x@127.0.0.1:9/none")
    assert main(["db", "check"]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 2
