"""The processes that `run` starts: watched, started again when they die, stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from callcenter.errors import Unavailable

STOP_WITHIN = 8.0
HEALTHY_WITHIN = 180.0
"""Seconds that a process may take to its first answer on a machine with much else to do; one that dies is told at once."""
TOO_OFTEN = 5
"""Deaths within `WINDOW` seconds after which a process is not started again: something is broken."""
WINDOW = 60.0
LOG_LIMIT = 10_000_000


@dataclass
class Child:
    """One process: `python -m callcenter <arguments>`, serving on `listening` where it has one."""

    name: str
    arguments: list[str]
    listening: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)


class Children:
    """All of them. Start and watch from the main thread: they are told by the kernel when it ends."""

    def __init__(self, folder: Path, environment: dict[str, str], say: Callable[[str], None]) -> None:
        self.logs = folder / "logs"
        self.environment = environment
        self.say = say
        self.all: list[Child] = []

    def add(self, child: Child) -> None:
        """Start a process and watch it from here on."""
        self.all.append(child)
        self._start(child)

    def watch(self) -> None:
        """Start again what has died, and say so; raises where one keeps dying."""
        for child in self.all:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            now = time.monotonic()
            child.deaths = [moment for moment in child.deaths if now - moment < WINDOW] + [now]
            if len(child.deaths) >= TOO_OFTEN:
                sentence = "进程 {name} 反复退出（退出码 {status}），已停止：原因见 {file}。"
                raise Unavailable("child_keeps_dying", sentence, name=child.name, status=code, file=self._log_file(child))
            self.say(f"进程 {child.name} 意外退出（代码 {code}），正在重新启动。")
            self._start(child)

    def wait_until_healthy(self) -> None:
        """Wait until every process that serves answers."""
        give_up = time.monotonic() + HEALTHY_WITHIN
        for child in self.all:
            while child.listening and not _answers(child.listening.getsockname()[1]):
                self.watch()
                if time.monotonic() > give_up:
                    sentence = "进程 {name} 没有应答：原因见 {file}。"
                    raise Unavailable("child_not_ready", sentence, name=child.name, file=self._log_file(child))
                time.sleep(0.1)

    def stop(self) -> None:
        """Ask all to stop at once, wait a little, then make sure."""
        living = [child.process for child in self.all if child.process and child.process.poll() is None]
        for process in living:
            process.send_signal(signal.SIGTERM)
        give_up = time.monotonic() + STOP_WITHIN
        for process in living:
            try:
                process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.all.clear()

    def _start(self, child: Child) -> None:
        command = [sys.executable, "-m", "callcenter", *child.arguments]
        passed: tuple[int, ...] = ()
        if child.listening is not None:
            passed = (child.listening.fileno(),)
            command += ["--fd", str(child.listening.fileno())]
        with self._log_file(child).open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603  # our own command line
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self.environment, "CALLCENTER_PARENT": str(os.getpid())},
                pass_fds=passed,
                # Ctrl-C in the terminal reaches `run` alone, which stops the others in order.
                start_new_session=True,
            )

    def _log_file(self, child: Child) -> Path:
        self.logs.mkdir(exist_ok=True, mode=0o700)
        file = self.logs / f"{child.name}.log"
        if file.exists() and file.stat().st_size > LOG_LIMIT:
            file.replace(file.with_suffix(".log.1"))
        return file


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        # Something serves there; only "not ready" (503) means wait.
        return answer.code != 503
    except OSError:
        return False
