"""The database: migrations, counters against a recount, backup and restore."""

import json
import os
import subprocess
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url

from callcenter import migrations
from callcenter.cli.recount import differences
from callcenter.db.binaries import postgres_binaries
from callcenter.db.engine import connect, plain_url, transaction
from callcenter.errors import InvalidInput, Refused, Unavailable
from callcenter.response_rates.actions import rebuild_counters

app = typer.Typer(no_args_is_help=True, help="Migrations, checks, backup and restore. Example: callcenter db upgrade")


class Settings(BaseSettings):
    """The database commands need an address and nothing else."""

    database_url: SecretStr


def _url() -> str:
    return Settings().database_url.get_secret_value()  # from the environment


@app.command()
def upgrade() -> None:
    """Bring the database to the newest schema; nothing happens where it is there already.

    Example: DATABASE_URL=postgresql://… callcenter db upgrade
    """
    migrations.upgrade(_url())
    print("数据库结构已是最新。")


@app.command()
def check(
    mend: Annotated[str | None, typer.Option(metavar="WHY", help="Count the rates' counters anew; what differed and WHY are kept.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Recount every counter, derive every code anew from its history; exit 1 where one differs. Nothing is mended unless told why.

    Example: callcenter db check --json
    """
    if mend is not None:
        connect(_url())
        with transaction() as session:
            rebuild_counters(session, mend, None)
    with psycopg.connect(plain_url(_url())) as connection:
        found = differences(connection)
    if as_json:
        print(json.dumps({"ok": not found, "differences": found}, ensure_ascii=False))
    for difference in found if not as_json else []:
        print(f"{difference['counter']} {difference['of']}: {difference['stored']} ≠ {difference['counted']}")
    if found:
        raise typer.Exit(1)
    if not as_json:
        print("全部计数与重新计数一致，处置代码与通话历史一致。")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; refused where it is there already.")]) -> None:
    """Write one consistent dump of the whole database; people go on working meanwhile.

    Example: callcenter db backup 2022-06-13.dump
    """
    if file.exists():
        raise Refused("file_exists", "文件 {file} 已经存在：请换一个文件名。", file=file)
    if not file.absolute().parent.is_dir():
        raise InvalidInput("missing_file", "找不到目录 {folder}：请先建立它。", folder=file.absolute().parent)
    part = file.with_name(file.name + ".part")
    # The dump holds personal data: nobody else may read it, from its first byte on.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    print(f"已备份到 {file}（{file.stat().st_size:,} 字节）。")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `db backup` wrote.")]) -> None:
    """Restore a dump into an empty database, wholly or not at all.

    Example: DATABASE_URL=postgresql://…/new callcenter db restore 2022-06-13.dump
    """
    if not file.is_file():
        raise InvalidInput("missing_file", "找不到文件 {file}：请检查路径。", file=file)
    with psycopg.connect(plain_url(_url())) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if tables and tables[0]:
        raise Refused("database_not_empty", "目标数据库不是空的：恢复只能写入新建的空数据库，请把 DATABASE_URL 指向它。")
    _run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", "--dbname=", str(file))
    print(f"已从 {file} 恢复。")


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs against the database; the password goes by the environment, never by the command line."""
    url = make_url(_url())
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = {**os.environ, **{name: value for name, value in given.items() if value}}
    command = [str(postgres_binaries() / program), *(part.replace("--dbname=", f"--dbname={url.database}") for part in arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # our own command line
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["?"])[0]
        raise Unavailable("database_program_failed", "{program} 没有完成：{why}", program=program, why=why)
