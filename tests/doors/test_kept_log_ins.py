"""The log-ins that `run` prints: a password that was changed since is not told as valid."""

from pathlib import Path

import pytest

from callcenter.cli import run
from callcenter.cli.run import first_start
from callcenter.cli.run.data_folder import DataFolder
from callcenter.db.engine import transaction
from callcenter.people import actions, queries


def test_a_password_reset_since_is_shown_as_changed(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    first_start._load_study(trial_from=None)
    before = {log_in["username"]: log_in for log_in in first_start._log_ins(folder, operators=1)}
    assert all(log_in["password"] for log_in in before.values())
    with transaction() as session:
        user = queries.user_by_name(session, "supervisor")
        assert user is not None and user.id is not None
        actions.reset_password(session, user.id, by=None)
    after = {log_in["username"]: log_in for log_in in first_start._log_ins(folder, operators=1)}
    assert after == {**before, "supervisor": {**before["supervisor"], "password": None}}
    run._show({"addresses": {"web": "http://x"}, "data": "y", "log_ins": list(after.values())})
    shown = capsys.readouterr().out
    assert "已更改" in shown and before["supervisor"]["password"] not in shown and before["operator"]["password"] in shown
