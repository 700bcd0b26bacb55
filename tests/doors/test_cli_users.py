"""`callcenter users …`"""

import json
from pathlib import Path

import pytest

from callcenter.cli import main
from callcenter.db.engine import statement
from callcenter.people import passwords


@pytest.fixture(autouse=True)
def environment(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")


def users() -> dict[str, dict[str, object]]:
    return {row["username"]: row for row in statement("SELECT * FROM users")}


def test_add_role_reset_disable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["users", "add", "wang", "王芳", "operator", "--json"]) == 0
    password = json.loads(capsys.readouterr().out)[0]["password"]
    assert passwords.matches(password, str(users()["wang"]["password_hash"]))
    assert main(["users", "role", "WANG", "督导"]) == 0
    assert main(["users", "reset-password", "wang", "--json"]) == 0
    capsys.readouterr()
    assert main(["users", "disable", "wang"]) == 0
    assert users()["wang"]["role"] == "supervisor" and not users()["wang"]["active"]


def test_refusals_are_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["users", "add", "wang", "王芳", "boss"]) == 1
    assert main(["users", "disable", "nobody"]) == 1
    assert main(["users", "import", "missing.csv"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 3 and "Traceback" not in said.err


def test_import_is_all_or_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "人员.csv"
    sheet.write_text("用户名,姓名,角色\nwang,王芳,话务员\nli,李明,经理\n", encoding="utf-8")
    assert main(["users", "import", str(sheet)]) == 1
    assert users() == {}
    sheet.write_text("username,name,role,unit\nwang,王芳,operator,\nli,李明,submitter,市政务服务办\n", encoding="utf-8")
    assert main(["users", "import", str(sheet), "--check"]) == 0
    assert users() == {}
    capsys.readouterr()
    assert main(["users", "import", str(sheet), "--json"]) == 0
    assert [row["username"] for row in json.loads(capsys.readouterr().out)] == ["wang", "li"]
    assert users()["li"]["unit"] == "市政务服务办"
