"""The whole house, started and stopped by its own command."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from callcenter.db.local_server import LocalServer

ROOT = Path(__file__).parents[2]
READY_WITHIN = 540.0
"""Seconds after which a start has hung; one that fails ends at once."""


class House:
    """A running `callcenter run`, and what it wrote about itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TWILIO_BASE_URL")}
        environment["PYTHONPATH"] = str(ROOT)
        with (folder / "run.out").open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "callcenter", "run", "--data", str(folder / "data")],
                stdout=out,
                stderr=out,
                env=environment,
                cwd=ROOT,
            )
        self.about = self._wait()

    def _wait(self) -> dict[str, Any]:
        file, give_up = self.folder / "data" / "run.json", time.monotonic() + READY_WITHIN
        while time.monotonic() < give_up and self.process.poll() is None:
            if file.exists():
                about: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
                return about
            time.sleep(0.2)
        self.process.kill()  # it must not go on beside other tests
        self.process.wait()
        raise AssertionError((self.folder / "run.out").read_text(encoding="utf-8"))

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """What a statement finds in the house's database, past all its programs."""
        server = LocalServer(self.folder / "data")
        server.port = int((server.folder / "port").read_text(encoding="ascii"))
        with psycopg.connect(server.url(), autocommit=True, row_factory=dict_row, connect_timeout=30) as connection:
            found = connection.execute(statement.encode(), values)
            return found.fetchall() if found.description else []

    def bring_the_public_moment(self) -> None:
        """The moment at which the public value of a draw may be known is now: nobody need guess how long the steps before it take."""
        self.rows("UPDATE draws SET public_due = now() WHERE public_due > now()")

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])

    @property
    def said(self) -> str:
        """What it wrote to its console so far."""
        return (self.folder / "run.out").read_text(encoding="utf-8")

    @property
    def web(self) -> str:
        return str(self.about["addresses"]["web"])

    @property
    def carrier(self) -> str:
        return str(self.about["addresses"]["carrier"])

    @property
    def boards(self) -> str:
        return str(self.about["addresses"]["boards"])

    def log_in_of(self, role: str) -> tuple[str, str]:
        found = next(one for one in self.about["log_ins"] if one["role"] == role)
        return found["username"], found["password"]

    def stop(self) -> int:
        """Its exit status; whatever was tried in it, no two requests may have waited for each other."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(120)
        log = self.folder / "data" / "postgres.log"
        assert "deadlock detected" not in log.read_text(encoding="utf-8", errors="replace")
        return status


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that works on this data folder, whoever its parent is: id and command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if command and (str(folder) in command or f"DATA_DIR={folder}" in environment):
            found[int(entry.name)] = command
    return found


def pids_of(folder: Path, part: str) -> set[int]:
    """The processes whose command line has this part."""
    return {pid for pid, command in processes_of(folder).items() if part in command}


def pid_of(folder: Path, part: str) -> int:
    """One of them; 0 where there is none."""
    return min(pids_of(folder, part), default=0)


def children_of(parent: int) -> list[int]:
    """Processes that this one started and that still live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if int(status.rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(entry.name))
    return found
