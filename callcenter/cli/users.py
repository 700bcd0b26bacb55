"""People: add, import, role, reset-password, disable. A password that is made is printed once and stored nowhere."""

import json
from pathlib import Path
from typing import Annotated

import typer

from callcenter import wiring
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, NotFound, Refused
from callcenter.people import actions, queries, sheets
from callcenter.people.roles import LABELS, ROLES, role_of
from callcenter.settings import Settings

app = typer.Typer(no_args_is_help=True, help="People with a log-in. Example: callcenter users add wang 王芳 operator")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="What the person types to log in.")],
    name: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[str, typer.Argument(help=", ".join(ROLES))],
    unit: Annotated[str | None, typer.Option(help="The unit of a submitter.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a person; prints the password that must be changed at the first log-in.

    Example: callcenter users add jzb 李明 submitter --unit 市政务服务办
    """
    wiring.start(Settings())
    with transaction() as session:
        user, password = actions.add_user(session, username=username, name=name, role=_role(role), unit=unit)
    _say([(user.username, password)], as_json)


@app.command("import")
def import_sheet(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with the columns 用户名, 姓名, 角色, 单位.")],
    check: Annotated[bool, typer.Option("--check", help="Only tell what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add everybody of a sheet, all or none; prints their passwords.

    Example: callcenter users import 人员.xlsx
    """
    if not file.is_file():
        raise InvalidInput("missing_file", "找不到文件 {file}：请检查路径。", file=file)
    planned = sheets.read(file.read_bytes())
    wiring.start(Settings())
    with transaction() as session:
        judged = sheets.judge(planned, queries.usernames(session))
    problems = [{"row": row.row, "username": row.username, "problem": row.problem} for row in judged if row.problem]
    if problems and not as_json:
        for problem in problems:
            print(f"第 {problem['row']} 行 {problem['username']}：{problem['problem']}")
    if check:
        print(json.dumps({"rows": len(judged), "problems": problems}, ensure_ascii=False) if as_json else f"共 {len(judged)} 人。")
    if problems:
        raise Refused("rows_not_usable", "{count} 行不能导入，没有添加任何人：请改正表格后再试。", count=len(problems))
    if check:
        return
    with transaction() as session:
        added = actions.add_planned(session, judged)
    _say([(user.username, password) for user, password in added], as_json)


@app.command()
def role(
    username: Annotated[str, typer.Argument()],
    new_role: Annotated[str, typer.Argument(help=", ".join(ROLES))],
    unit: Annotated[str | None, typer.Option(help="The unit of a submitter.")] = None,
) -> None:
    """Give a person another role; their open sessions end.

    Example: callcenter users role wang supervisor
    """
    wiring.start(Settings())
    with transaction() as session:
        user = actions.change_role(session, _id_of(username), _role(new_role), unit=unit)
    print(f"{user.username} 现在是{LABELS[user.role]}。")


@app.command("reset-password")
def reset_password(username: Annotated[str, typer.Argument()], as_json: AsJson = False) -> None:
    """Give a person a new random password, printed once; their open sessions end.

    Example: callcenter users reset-password wang
    """
    wiring.start(Settings())
    with transaction() as session:
        user, password = actions.reset_password(session, _id_of(username))
    _say([(user.username, password)], as_json)


@app.command()
def disable(username: Annotated[str, typer.Argument()]) -> None:
    """End a person's access at once; what they did stays.

    Example: callcenter users disable wang
    """
    wiring.start(Settings())
    with transaction() as session:
        user = actions.disable(session, _id_of(username))
    print(f"{user.username} 已停用，打开的登录已全部结束。")


def _id_of(username: str) -> int:
    with transaction() as session:
        user = queries.user_by_name(session, username)
    if user is None or user.id is None:
        raise NotFound("no_such_user", "没有用户“{username}”：请检查用户名。", username=username)
    return user.id


def _role(text: str) -> str:
    found = role_of(text)
    if found is None:
        raise InvalidInput("role_unknown", "没有“{role}”这个角色，可用的有：{roles}。", role=text, roles="、".join(ROLES))
    return found


def _say(passwords: list[tuple[str, str]], as_json: bool) -> None:
    if as_json:
        print(json.dumps([{"username": username, "password": password} for username, password in passwords], ensure_ascii=False))
        return
    for username, password in passwords:
        print(f"{username}\t{password}")
