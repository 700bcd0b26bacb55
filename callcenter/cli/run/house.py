"""All parts of one installation together: data folder, database, sockets, settings, processes."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callcenter.cli import installation
from callcenter.cli.run.children import Child, Children
from callcenter.cli.run.data_folder import DataFolder, port_of
from callcenter.db import engine
from callcenter.db.local_server import LocalServer
from callcenter.errors import CallcenterError
from callcenter.settings import Settings

WANTED_PORTS = {"web": 8000, "boards": 8001, "carrier": 8002}
SHARED = (
    "DATABASE_URL",
    "BOARDS_DATABASE_URL",
    "SECRET_KEY",
    "PUBLIC_URL",
    "BOARDS_URL",
    "DATA_DIR",
    "TWILIO_BASE_URL",
    "FIELD_CLOCK_FILE",
)
"""What commands beside `run` need to work on the same installation."""
LOOK_EVERY = 0.2
WEB_PROCESSES = 2 if (os.cpu_count() or 1) > 1 else 1
DATABASE_TRIES = 20


class House:
    """One installation on this machine; `open` it, start its processes, watch them."""

    def __init__(self, data: Path, say: Callable[[str], None], *, clock_file: Path | None = None, seed: str = "1") -> None:
        self.folder = DataFolder(data)
        self.say = say
        self.clock_file = clock_file
        self.seed = seed
        self.server: LocalServer | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Hold the folder, run the database where none is named, open the ports; all given back at the end, in order."""
        with self.folder.in_use():
            if "DATABASE_URL" not in os.environ:
                self.server = LocalServer(self.folder.path)
            try:
                if self.server is not None:
                    self.server.start()
                self.sockets = self.folder.sockets(self._wanted_ports())
                self.environment = self._environment()
                self.folder.write(installation.FILE, {name: self.environment[name] for name in SHARED if self.environment.get(name)})
                os.environ.update(self.environment)
                self.settings = Settings()
                self.children = Children(self.folder.path, {**os.environ}, self.say)
                yield
            finally:
                self._close()

    def _close(self) -> None:
        if hasattr(self, "children"):
            self.children.stop()
        engine.disconnect()
        for listening in getattr(self, "sockets", {}).values():
            listening.close()
        if self.server is not None:
            self.server.stop()

    def start_processes(self) -> None:
        """Start every process of this installation and wait until those that serve answer."""
        for name in self.sockets:
            self.children.add(Child(name, [name], self.sockets[name]))
        if WEB_PROCESSES > 1:
            # Both accept from one socket: Python uses one core a process, and while one is started again the other goes on.
            self.children.add(Child("web-2", ["web"], self.sockets["web"]))
        for name in ("scheduler", "worker"):
            self.children.add(Child(name, [name]))
        self.children.wait_until_healthy()

    def describe(self, log_ins: list[dict[str, Any]]) -> dict[str, Any]:
        """Addresses and log-ins, written to `run.json`."""
        addresses = {"web": self.settings.public_url, "carrier": self.settings.twilio_base_url}
        if "boards" in self.sockets:
            addresses["boards"] = self.settings.boards_url
        described = {"pid": os.getpid(), "data": str(self.folder.path), "addresses": addresses, "log_ins": log_ins}
        self.folder.write("run.json", described)
        return described

    def watch_until_interrupted(self) -> None:
        """Keep everything running; ends by an exception only."""
        while True:
            self._look_after()
            time.sleep(LOOK_EVERY)

    def watch_quietly(self, over: threading.Event) -> None:
        """The same beside other work, until it is over."""
        while not over.wait(LOOK_EVERY):
            try:
                self.children.watch()
            except CallcenterError as trouble:
                self.say(str(trouble))
                return

    def _look_after(self) -> None:
        self.children.watch()
        if self.server is not None and self.server.process is not None and self.server.process.poll() is not None:
            self.say("数据库意外退出，正在重新启动。")
            self._restart_database(self.server)

    def _restart_database(self, server: LocalServer) -> None:
        for left in reversed(range(DATABASE_TRIES)):
            try:
                server.start()
            except CallcenterError:
                # Processes of the dead server may still be ending.
                if not left:
                    raise
                time.sleep(0.5)
            else:
                return

    def _wanted_ports(self) -> dict[str, int]:
        """The ports of what is started: no carrier where another is named, no boards without their role."""
        boards = self.server is not None or "BOARDS_DATABASE_URL" in os.environ
        started = {"web": True, "boards": boards, "carrier": "TWILIO_BASE_URL" not in os.environ}
        return {name: port for name, port in WANTED_PORTS.items() if started[name]}

    def _environment(self) -> dict[str, str]:
        """What the processes are told; a variable that is set already wins, except where it names a part started here."""
        address = {name: f"http://127.0.0.1:{port_of(listening)}" for name, listening in self.sockets.items()}
        usual = {
            **self.folder.secrets(),
            "PUBLIC_URL": address["web"],
            "BOARDS_URL": address.get("boards", ""),
            "DATA_DIR": str(self.folder.path),
            "CARRIER_SEED": self.seed,
        }
        if self.server is not None:
            usual |= {"DATABASE_URL": self.server.url(), "BOARDS_DATABASE_URL": self.server.boards_url}
        chosen = {name: os.environ.get(name) or value for name, value in usual.items()}
        if "carrier" in address:
            # A real account's name and token are never handed to the simulated carrier.
            own = self.folder.secrets()
            chosen |= {"TWILIO_BASE_URL": address["carrier"], **{name: own[name] for name in own if name.startswith("TWILIO")}}
        if self.clock_file is not None:
            chosen["FIELD_CLOCK_FILE"] = str(self.clock_file)
        return chosen
