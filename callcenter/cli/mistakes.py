"""What the command line says when something went wrong: one sentence, an exit code, never a traceback."""

import json
import os
import secrets
import sys
import tempfile
import traceback
from contextvars import copy_context
from pathlib import Path

from typer.exceptions import Abort, Exit, TyperException

from callcenter.cli.wrong_use import in_chinese
from callcenter.errors import CallcenterError, InvalidInput, Translated, Unavailable

DONE, REFUSED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

WRONG_USE_CODES = frozenset({"wrong_use", "missing_file", "missing_column", "column_twice", "missing_setting"})
"""Codes of InvalidInput that mean the command was used wrongly; every other expected error is a refusal."""

# By name: a pure command must not wait for the imports of a database it does not need.
SETTINGS_UNFIT = {"pydantic_core._pydantic_core.ValidationError"}
DATABASE_AWAY = {"psycopg.OperationalError", "sqlalchemy.exc.OperationalError"}

ALWAYS_JSON = (("rates",), ("estimate",), ("sampling", "size"), ("questionnaire", "walk"))
"""Commands that print JSON whether asked or not, so that their refusals do too."""


def report(mistake: BaseException, arguments: list[str]) -> int:
    """Say what happened (on stderr; with --json on stdout too) and give the exit code."""
    if isinstance(mistake, Exit):
        return mistake.exit_code
    if isinstance(mistake, SystemExit):
        return mistake.code if isinstance(mistake.code, int) else DONE if mistake.code is None else REFUSED
    if isinstance(mistake, BrokenPipeError):
        # The reader of our output went away (`| head`): nothing is wrong; keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    if isinstance(mistake, KeyboardInterrupt | Abort):
        print("已中断。", file=sys.stderr)
        return INTERRUPTED
    expected = _expected(mistake)
    said = _in_english(expected) if "--english" in arguments else str(expected)
    code = WRONG_USE if isinstance(expected, InvalidInput) and expected.code in WRONG_USE_CODES else REFUSED
    if wants_json(arguments):
        print(json.dumps({"refused": True, "why": expected.code, "about": said}, ensure_ascii=False))
    print(said, file=sys.stderr)
    return code


def wants_json(arguments: list[str]) -> bool:
    """Whether this command line asks for one JSON document on stdout."""
    while arguments[:1] in (["--data"], ["--english"]):
        arguments = arguments[1 + (arguments[0] == "--data") :]
    return "--json" in arguments or any(tuple(arguments[: len(command)]) == command for command in ALWAYS_JSON)


def _in_english(mistake: CallcenterError) -> str:
    """The sentence in English where there is one: what only the command line says has none."""
    from callcenter.web.translations import gettext, speak  # noqa: PLC0415  # few ask for it, and the catalogue takes its time

    def said() -> str:
        speak("en")
        return gettext(mistake.text, **mistake.about)

    return copy_context().run(said)


def _expected(mistake: BaseException) -> CallcenterError:
    """The same mistake as a sentence; what nobody expected goes to a log file under a reference."""
    if isinstance(mistake, CallcenterError):
        return mistake
    if isinstance(mistake, TyperException):
        message = mistake.format_message()
        return InvalidInput("wrong_use", "{what}", what=Translated(in_chinese(message), message))
    if isinstance(mistake, OSError) and mistake.filename is not None:
        return _about_file(mistake)
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(mistake).__mro__}
    if kinds & SETTINGS_UNFIT and getattr(mistake, "title", "") == "Settings":
        names = "、".join(sorted({str(error["loc"][0]).upper() for error in mistake.errors() if error["loc"]}))  # type: ignore[attr-defined]
        sentence = (
            "环境变量 {names} 没有设置或不能用：请用 callcenter --data 目录 …（或环境变量 CALLCENTER_DATA）指出 scripts/run 的数据目录，"
            "或设置后再运行（见 README 的设置一节）。"
        )
        return InvalidInput("missing_setting", sentence, names=names)
    if kinds & DATABASE_AWAY:
        return Unavailable("database_away", "数据库没有应答：请确认它（或 scripts/run）已启动、DATABASE_URL 正确，然后再试。")
    return _unexpected(mistake)


def _about_file(mistake: OSError) -> CallcenterError:
    file = os.fsdecode(mistake.filename)
    if isinstance(mistake, FileNotFoundError):
        return InvalidInput("missing_file", "找不到文件 {file}：请检查路径。", file=file)
    if isinstance(mistake, IsADirectoryError | NotADirectoryError | PermissionError):
        return InvalidInput("missing_file", "文件 {file} 打不开（{why}）：请检查路径和权限。", file=file, why=mistake.strerror)
    return Unavailable("file_trouble", "读写 {file} 时出错（{why}）：请检查磁盘后再试。", file=file, why=mistake.strerror)


def _unexpected(mistake: BaseException) -> CallcenterError:
    reference = secrets.token_hex(4)
    # mkstemp gives a file that only this user can read: an exception's text may hold what was typed.
    descriptor, name = tempfile.mkstemp(prefix=f"callcenter-error-{reference}-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as log:
        log.writelines(traceback.format_exception(mistake))
    sentence = "程序出错了（编号 {reference}）：请把记录文件 {file} 交给管理员。"
    return Unavailable("unexpected", sentence, reference=reference, file=Path(name))


def progress_wanted() -> bool:
    """Whether a progress bar on stderr would be seen by somebody."""
    return sys.stderr.isatty()
