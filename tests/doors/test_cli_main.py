"""The command line as a whole: help with an example everywhere, one sentence for every mistake, the right exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer.main

from callcenter.cli import COMMANDS, app, main
from callcenter.cli.mistakes import report
from callcenter.errors import InvalidInput, NotFound, Refused


def every_command() -> list[tuple[str, ...]]:
    """All commands there are, groups opened up."""

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        names = command.list_commands(None) if hasattr(command, "list_commands") else []
        if not names:
            yield path
        for name in names:
            yield from walk(command.get_command(None, name), (*path, name))

    return list(walk(typer.main.get_command(app), ()))


def test_every_command_of_the_manual_is_a_module_or_named_as_missing() -> None:
    assert {"run", "db", "web", "boards", "scheduler", "worker", "carrier"} <= set(COMMANDS)


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "callcenter" in shown
    assert "Example" in shown or "示例" in shown, f"the help of {command} shows no example"


@pytest.mark.parametrize(
    ("mistake", "arguments", "code"),
    [
        (Refused("draw_frozen", "第 {number} 次抽样已经完成。", number=1), [], 1),
        (NotFound("no_study", "没有这项调查。"), [], 1),
        (InvalidInput("missing_column", "缺少 {column} 列。", column="n"), [], 2),
        (InvalidInput("bad_workbook", "这个文件打不开。"), [], 1),
        (FileNotFoundError(2, "No such file", "/nowhere/名单.xlsx"), [], 2),
        (IsADirectoryError(21, "Is a directory", "/"), [], 2),
        (psycopg.OperationalError("connection refused"), [], 1),
        (KeyboardInterrupt(), [], 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_mistake_is_one_sentence_and_an_exit_code(
    mistake: BaseException, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(mistake, arguments) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("arguments", [["db", "check", "--json"], ["rates", "cases.csv"], ["sampling", "size", "--p", "2"]])
def test_with_json_a_refusal_is_one_document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert report(Refused("because", "因为 {why}。", why="如此"), arguments) == 1
    assert json.loads(capsys.readouterr().out) == {"refused": True, "why": "because", "about": "因为 如此。"}


def test_what_nobody_expected_goes_to_a_private_log_file_under_a_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert report(ZeroDivisionError("division by zero"), []) == 1
    (log,) = tmp_path.iterdir()
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0
    shown = capsys.readouterr().err
    assert str(log) in shown
    assert "ZeroDivisionError" not in shown


@pytest.mark.parametrize("arguments", [["no-such-command"], ["db", "upgrade", "--no-such-option"], ["db", "backup"]])
def test_wrong_use_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.strip()


def test_missing_settings_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert main(["db", "upgrade"]) == 2
    assert "DATABASE_URL" in capsys.readouterr().err


def test_a_command_takes_the_settings_of_the_folder_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Set first, so that what the command sets is undone after the test.
    for name in ("DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    asked = ["lists", "receipts", "--study", "tianjin-2022"]
    assert main(asked) == 2 and "CALLCENTER_DATA" in capsys.readouterr().err
    assert main(["--data", str(tmp_path), *asked]) == 2 and "settings.json" in capsys.readouterr().err
    nobody = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SECRET_KEY": "only-for-tests-0123456789-abcdefghij"}
    (tmp_path / "settings.json").write_text(json.dumps(nobody), encoding="utf-8")
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    assert main(asked) == 1 and "scripts/run" in capsys.readouterr().err


def test_a_reader_that_goes_away_leaves_no_traceback() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    piped = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m callcenter --help | head -c 1"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert b"Traceback" not in piped.stderr
