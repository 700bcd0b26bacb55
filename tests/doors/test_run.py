"""`callcenter run`: starts everything, survives kills, stops without leaving a process, goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from callcenter.db.free_ports import free_port
from tests.factories.house import READY_WITHIN, pid_of, processes_of
from tests.factories.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=60) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Run:
    """A `callcenter run` on a data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder.parent / "said.txt"
        unset = (
            "DATABASE_URL",
            "BOARDS_DATABASE_URL",
            "TWILIO_BASE_URL",
            "SECRET_KEY",
            "FIELD_CLOCK_FILE",
            "PUBLIC_URL",
            "CALLCENTER_DATA",
        )
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment = {**environment, "PYTHONPATH": str(Path.cwd())}
        self.command = [sys.executable, "-m", "callcenter", "run", "--data", str(folder)]
        self.process: subprocess.Popen[bytes] | None = None
        # Ports of its own: the usual ones are taken by another test's house as soon as this one is killed.
        folder.mkdir(parents=True)
        (folder / "ports.json").write_text(json.dumps({name: free_port() for name in ("web", "boards", "carrier")}), encoding="utf-8")

    def start(self) -> dict[str, Any]:
        (self.folder / "run.json").unlink(missing_ok=True)
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(self.command, stdout=said, stderr=said, env=self.environment, start_new_session=True)
        until(lambda: (self.folder / "run.json").exists() or self.ended(), READY_WITHIN)
        assert not self.ended(), self.said.read_text(encoding="utf-8")
        return dict(json.loads((self.folder / "run.json").read_text(encoding="utf-8")))

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(90)  # it gives its processes and its database their time

    def leaves_nobody(self) -> None:
        """What it had to kill is gone a moment later."""
        until(lambda: processes_of(self.folder) == {}, instead=lambda: processes_of(self.folder))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Run]:
    started = Run(tmp_path / "电话 调查")
    yield started
    if not started.ended():
        started.end(signal.SIGKILL)


def test_everything_starts_survives_kills_stops_and_goes_on(house: Run) -> None:
    described = house.start()
    web = described["addresses"]["web"]
    assert answers(web)
    assert answers(described["addresses"]["boards"])
    # What it keeps is its owner's alone; every role has a log-in with a random password.
    for kept in ("run.json", "log-ins.json", "secrets.json", "settings.json"):
        assert (house.folder / kept).stat().st_mode & 0o077 == 0
    log_ins = {log_in["role"]: log_in for log_in in described["log_ins"]}
    assert set(log_ins) == {"administrator", "supervisor", "operator", "submitter", "evaluator", "commissioner"}
    assert len({log_in["password"] for log_in in described["log_ins"]}) == len(described["log_ins"])
    until(lambda: log_ins["supervisor"]["password"] in house.said.read_text(encoding="utf-8"))

    # Commands beside it find its database by the folder.
    beside = [sys.executable, "-m", "callcenter", "--data", str(house.folder), "lists", "due", "--study", "tianjin-2022", "--json"]
    told = subprocess.run(beside, env=house.environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0 and json.loads(told.stdout), told.stderr

    # A second one on the same folder is refused in one sentence; the first goes on.
    second = subprocess.run(house.command, env=house.environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert len(second.stderr.strip().splitlines()) == 1
    assert str(house.folder) in second.stderr

    # A killed web process is back within moments, on the same address: callers wait, they are not refused.
    before = pid_of(house.folder, "callcenter web")
    os.kill(before, signal.SIGKILL)
    assert answers(web)
    until(lambda: pid_of(house.folder, "callcenter web") not in (0, before))
    until(lambda: "进程 web" in house.said.read_text(encoding="utf-8"))

    # So is a killed database server.
    server = pid_of(house.folder, "postgres -D")
    os.kill(server, signal.SIGKILL)
    until(lambda: pid_of(house.folder, "postgres -D") not in (0, server))
    until(lambda: answers(web))

    # Ctrl-C stops all of it and leaves no process.
    assert house.end(signal.SIGINT) == 0
    house.leaves_nobody()

    # It goes on where it was: same address, same log-ins.
    again = house.start()
    assert (again["addresses"], again["log_ins"]) == (described["addresses"], described["log_ins"])
    assert answers(web)

    # Killed with -9 it takes everything along, and still starts again, on the same address.
    house.end(signal.SIGKILL)
    house.leaves_nobody()
    third = house.start()
    assert third["addresses"] == described["addresses"]
    assert house.end(signal.SIGTERM) == 0
    house.leaves_nobody()


def test_with_a_served_database_none_is_started(database_url: str, house: Run) -> None:
    house.environment |= {"DATABASE_URL": database_url}
    house.start()
    assert pid_of(house.folder, "postgres -D") == 0
    assert not (house.folder / "pgdata").exists()
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM users").fetchone()
        assert row is not None and row[0] >= 6
    assert house.end(signal.SIGINT) == 0
