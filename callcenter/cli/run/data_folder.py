"""What `run` keeps in its data folder: the lock, random secrets, ports, log-ins, `run.json`. All private to its owner."""

import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callcenter.errors import Conflict, InvalidInput

KEPT_PORT_WITHIN = 5.0
"""Seconds to wait for a port we had: after a crash its old holder may need a moment to end."""


class DataFolder:
    """One installation's folder; used by one `run` at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Hold the folder; refused where another `run` holds it. The kernel lets go of it with the process."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except (FileExistsError, NotADirectoryError) as failure:
            raise InvalidInput("wrong_use", "{folder} 不是目录：请用 --data 指定一个目录。", folder=self.path) from failure
        with (self.path / "lock").open("a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sentence = "数据目录 {folder} 正在被另一个 callcenter run 使用：请先停止它，或用 --data 指定另一个目录。"
                raise Conflict("data_in_use", sentence, folder=self.path) from None
            yield

    def read(self, name: str) -> dict[str, Any]:
        """A kept document; empty where there is none."""
        file = self.path / name
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    def write(self, name: str, document: dict[str, Any]) -> None:
        """Keep a document, readable by its owner only, whole or not at all."""
        part = self.path / f"{name}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            json.dump(document, opened, ensure_ascii=False, indent=2)
            opened.flush()
            os.fsync(opened.fileno())
        part.rename(self.path / name)

    def keep_file(self, name: Path, data: bytes) -> Path:
        """Lay a file into the folder; its place."""
        file = self.path / name
        file.parent.mkdir(exist_ok=True, mode=0o700)
        file.write_bytes(data)
        return file

    def secrets(self) -> dict[str, str]:
        """This installation's random secrets, made at the first start."""
        kept = self.read("secrets.json")
        if not kept:
            kept = {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
                "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            }
            self.write("secrets.json", kept)
        return kept

    def sockets(self, wanted: dict[str, int]) -> dict[str, socket.socket]:
        """A listening socket on loopback for each name: on the port it had, else on the wanted one, else on any free one."""
        kept = self.read("ports.json")
        # Held here, a port stays ours while the process behind it is started again: callers wait instead of being refused.
        opened = {name: _listening(kept.get(name), port) for name, port in wanted.items()}
        self.write("ports.json", {**kept, **{name: port_of(each) for name, each in opened.items()}})
        return opened


def port_of(listening: socket.socket) -> int:
    """The port of a listening socket."""
    port: int = listening.getsockname()[1]
    return port


def _listening(kept: int | None, wanted: int) -> socket.socket:
    patience = time.monotonic() + KEPT_PORT_WITHIN
    while kept:
        if found := _try(kept):
            return found
        if time.monotonic() > patience:
            break
        time.sleep(0.1)
    return _try(wanted) or _must(_try(0))


def _must(found: socket.socket | None) -> socket.socket:
    if found is None:
        raise Conflict("no_port", "本机没有空闲端口：请关闭一些程序后再试。")
    return found


def _try(port: int) -> socket.socket | None:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError:
        listening.close()
        return None
    listening.listen(128)
    return listening
