"""A PostgreSQL of our own: started as a child of this process on loopback, stopped with it, data kept.

Only the server's programs are used (see `binaries`); the packages' own start-up code changes accounts and rights.
"""

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from callcenter.db.binaries import postgres_binaries
from callcenter.db.free_ports import free_port, is_free
from callcenter.errors import Conflict, Unavailable

SUPERUSER = "callcenter"
DATABASE = "callcenter"
BOARDS_ROLE = "callcenter_boards"
READY_WITHIN = 180.0
"""Seconds that a server may take until it answers: after a crash it first reads again what was not written yet."""
EARLIER_ENDS_WITHIN = 5.0
PORT_TRIES = 3
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534


class LocalServer:
    """The server of one data folder. Use it as a context manager, from the main thread.

    A parent killed with -9 takes the server down cleanly (Linux); a server killed with -9 recovers at the next start.
    """

    def __init__(self, folder: Path, *, settings: dict[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "pgdata"
        self.settings = settings or {}
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._by_account: str | None = None

    def __enter__(self) -> "LocalServer":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def password(self) -> str:
        """The superuser's random password."""
        return (self.folder / "superuser.password").read_text(encoding="ascii")

    @property
    def boards_password(self) -> str:
        """The read-only role's random password."""
        return (self.folder / "boards.password").read_text(encoding="ascii")

    def url(self, database: str = DATABASE, *, user: str = SUPERUSER, password: str | None = None) -> str:
        """The address of one database of this server."""
        return f"postgresql://{user}:{quote(password or self.password)}@127.0.0.1:{self.port}/{database}"

    @property
    def boards_url(self) -> str:
        """The address under the role that can only read."""
        return self.url(user=BOARDS_ROLE, password=self.boards_password)

    def start(self) -> None:
        """Make the cluster where there is none, start the server, wait until it answers, make its roles."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("superuser.password", "boards.password"):
            _write_secret(self.folder / name)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._wait_for_earlier_server()
        for left in reversed(range(PORT_TRIES)):
            self._run()
            try:
                self._wait_until_ready()
                break
            except Unavailable:
                # It may have ended because somebody took the port between our look and its.
                if not left or self._lives() or is_free(self.port):
                    raise
        self._make_roles()

    def _run(self) -> None:
        """Start the server's process at a port of its own."""
        self.port = self._usable_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "lc_messages": "C",
            **self.settings,
        }
        command = [str(postgres_binaries(self._major()) / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = self._spawn(command, log)

    def stop(self) -> None:
        """Stop fast and cleanly; the data stays."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.process = None

    def _initialise(self) -> None:
        # A set-up cut short leaves a folder that is no cluster: it holds nothing yet and is made anew.
        shutil.rmtree(self.data, ignore_errors=True)
        command = [str(postgres_binaries() / "initdb"), "-D", str(self.data), "-U", SUPERUSER]
        command += ["-A", "scram-sha-256", "--pwfile", str(self.folder / "superuser.password")]
        command += ["-E", "UTF8", "--locale=C", "--no-instructions"]
        with (self.folder / "initdb.log").open("wb") as log:
            code = self._spawn(command, log).wait()
        if code != 0:
            raise Unavailable("initdb_failed", "数据库初始化失败，原因见 {file}。", file=self.folder / "initdb.log")

    def _spawn(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a PostgreSQL program that dies with this process; as root, under another identity."""
        if _is_root() and self._by_account is None and not _can_map_user():
            self._by_account = _ordinary_account()
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, user=self._by_account)
        return subprocess.Popen(  # noqa: S603  # our own command line
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.folder,
            # Started from the main thread before others run: the child asks to die with us, and as root changes identity.
            preexec_fn=_prepare_child if sys.platform == "linux" else None,  # noqa: PLW1509
            start_new_session=True,
            user=self._by_account,
        )

    def _major(self) -> str:
        """The version that made the data: another one cannot read it."""
        return (self.data / "PG_VERSION").read_text(encoding="ascii").strip()

    def _usable_port(self) -> int:
        """The port it had, where that is free, so that a server started again is found by those who know it."""
        kept = self.folder / "port"
        had = kept.read_text(encoding="ascii").strip() if kept.exists() else ""
        port = int(had) if had.isdigit() and is_free(int(had)) else free_port()
        kept.write_text(str(port), encoding="ascii")
        return port

    def _wait_for_earlier_server(self) -> None:
        """A server whose parent was killed ends by itself within moments; only one that stays is in use."""
        give_up = time.monotonic() + EARLIER_ENDS_WITHIN
        while True:
            try:
                self._clear_stale_pid()
            except Conflict:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.1)
            else:
                return

    def _clear_stale_pid(self) -> None:
        """Remove a lock file whose process is gone, is a zombie, or is another program; refuse where it lives."""
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        first = lock.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].strip()
        if first.isdigit() and _is_living_postgres(int(first)):
            raise Conflict("data_in_use", "数据目录 {folder} 正在被另一个进程使用：请先停止它，或换一个目录。", folder=self.folder)
        lock.unlink()

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + READY_WITHIN
        while True:
            try:
                with psycopg.connect(self.url("postgres"), connect_timeout=2):
                    return
            except psycopg.OperationalError:
                if not self._lives() or time.monotonic() > give_up:
                    raise Unavailable("postgres_failed", "数据库没有启动，原因见 {file}。", file=self.folder / "postgres.log") from None
                time.sleep(0.03)

    def _lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _make_roles(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (BOARDS_ROLE,)).fetchone():
                make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} NOINHERIT")
                connection.execute(make.format(sql.Identifier(BOARDS_ROLE), sql.Literal(self.boards_password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _write_secret(file: Path) -> None:
    if file.exists() and file.stat().st_size > 0:
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(24))


def _is_living_postgres(pid: int) -> bool:
    if sys.platform != "linux":
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    name = line[line.find("(") + 1 : line.rfind(")")]
    state = line[line.rfind(")") + 2 :].split(" ", 1)[0]
    return state not in ("Z", "X") and name.startswith("postgres")


def _prepare_child() -> None:
    """In the child: ask to be stopped when the parent dies; as root, map an ordinary identity onto our own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if _is_root():
        group, user = os.getegid(), os.geteuid()
        if libc.unshare(CLONE_NEWUSER) == 0:
            Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
            Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1", encoding="ascii")
            Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1", encoding="ascii")
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _can_map_user() -> bool:
    """Whether this root may make user namespaces (a container may not): tried in a short-lived child."""
    probe = "import ctypes,sys; sys.exit(0 if ctypes.CDLL(None).unshare(0x10000000) == 0 else 1)"
    return subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0  # noqa: S603  # our own command line


def _ordinary_account() -> str:
    import pwd  # noqa: PLC0415  # there is no such module on Windows

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Unavailable("no_account", "以 root 身份无法启动数据库：请改用普通用户运行，或设置 DATABASE_URL。")
