"""Our own small supervisor of PostgreSQL: survives what happens to laptops."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from callcenter.db.local_server import NOBODY, LocalServer, _can_map_user, _prepare_child
from callcenter.errors import Conflict, Unavailable
from tests.conftest import FAST
from tests.factories.waiting import until


def alive(pid: int) -> bool:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return line[line.rfind(")") + 2] not in "ZX"


def put(server: LocalServer, text: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (text,))


def kept(server: LocalServer) -> list[str]:
    with psycopg.connect(server.url()) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM kept")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with spaces and Chinese in its path, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("server") / "电话 调查 data"
    with LocalServer(folder, settings=FAST) as server:
        put(server, "企业")
    yield folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "电话 调查 data"
    shutil.copytree(made, copy)
    return copy


def test_data_stays_over_a_stop_and_so_does_the_port(folder: Path) -> None:
    with LocalServer(folder, settings=FAST) as server:
        assert kept(server) == ["企业"]
        port = server.port
    with LocalServer(folder, settings=FAST) as server:
        assert server.port == port


def test_a_port_taken_at_the_last_moment_is_changed_for_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        looked = iter([taken.getsockname()[1]])
        usable = LocalServer._usable_port
        monkeypatch.setattr(LocalServer, "_usable_port", lambda server: next(looked, 0) or usable(server))
        with LocalServer(folder, settings=FAST) as server:
            assert server.port != taken.getsockname()[1]
            assert kept(server) == ["企业"]


def test_passwords_are_random_and_private_and_needed(folder: Path) -> None:
    for name in ("superuser.password", "boards.password"):
        assert (folder / name).stat().st_mode & 0o077 == 0
        assert len((folder / name).read_text(encoding="ascii")) >= 32
    with LocalServer(folder, settings=FAST) as server:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url(password="postgres"))
        with psycopg.connect(server.boards_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO kept VALUES ('no')")


def test_two_at_a_time_do_not_disturb_each_other(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    with LocalServer(folder, settings=FAST) as first, LocalServer(other, settings=FAST) as second:
        assert first.port != second.port
        put(first, "first")
        assert kept(second) == ["企业"]


def test_a_folder_in_use_is_refused_and_its_server_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.db.local_server.EARLIER_ENDS_WITHIN", 0.2)
    with LocalServer(folder, settings=FAST) as server:
        with pytest.raises(Conflict) as refused:
            LocalServer(folder, settings=FAST).start()
        assert refused.value.code == "data_in_use"
        assert kept(server) == ["企业"]


def test_a_killed_server_comes_back_on_its_port_with_what_was_committed(folder: Path) -> None:
    server = LocalServer(folder)  # with fsync: this is about what a crash leaves
    server.start()
    try:
        put(server, "committed")
        port = server.port
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        server.start()
        assert server.port == port
        assert kept(server) == ["企业", "committed"]
    finally:
        server.stop()


def test_a_stale_lock_of_another_program_or_of_nobody_is_cleared(folder: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        for pid in (bystander.pid, 2_000_000_000):
            (folder / "pgdata" / "postmaster.pid").write_text(f"{pid}\n{folder}\n", encoding="utf-8")
            with LocalServer(folder, settings=FAST) as server:
                assert kept(server) == ["企业"]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="zombies are looked up in /proc")
def test_a_lock_of_a_zombie_is_cleared(folder: Path) -> None:
    named_postgres = folder / "postgres"
    named_postgres.symlink_to(shutil.which("true") or "/bin/true")
    zombie = subprocess.Popen([named_postgres])
    try:
        until(lambda: not alive(zombie.pid))
        (folder / "pgdata" / "postmaster.pid").write_text(f"{zombie.pid}\n{folder}\n", encoding="utf-8")
        with LocalServer(folder, settings=FAST) as server:
            assert kept(server) == ["企业"]
    finally:
        zombie.wait()


def test_a_set_up_cut_short_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "pgdata" / "base").mkdir(parents=True)
    with LocalServer(tmp_path, settings=FAST) as server:
        put(server, "made")
        assert kept(server) == ["made"]


def test_data_of_another_version_is_refused_by_name(folder: Path) -> None:
    (folder / "pgdata" / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(Unavailable) as refused:
        LocalServer(folder, settings=FAST).start()
    assert refused.value.code == "no_postgres_of_version"


PARENT = """
import sys, time
from pathlib import Path
from callcenter.db.local_server import LocalServer
server = LocalServer(Path(sys.argv[1]))
server.start()
print(server.process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_parent_killed_takes_its_server_down_cleanly(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    server_pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(server_pid))
    until(lambda: not (folder / "pgdata" / "postmaster.pid").exists())
    assert "fast shutdown" in (folder / "postgres.log").read_text(encoding="utf-8")
    with LocalServer(folder, settings=FAST) as server:
        assert kept(server) == ["企业"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("namespaces", [True, False], ids=["user namespace", "another account"])
def test_root_runs_it_under_another_identity(folder: Path, namespaces: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not namespaces:
        # The fallback needs a folder that the other account can reach: pytest's are for root alone.
        monkeypatch.setattr("callcenter.db.local_server._can_map_user", lambda: False)
        for parent in folder.parents:
            if parent.stat().st_uid == os.geteuid() and parent.stat().st_mode & 0o005 != 0o005:
                parent.chmod(parent.stat().st_mode | 0o055)
    with LocalServer(folder, settings=FAST) as server:
        assert kept(server) == ["企业"]
        assert server.process is not None
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
        account = next(line.split()[2] for line in status.splitlines() if line.startswith("Uid:"))
        assert (account == "0") == namespaces


ORDINARY = """
import os
import sys
from pathlib import Path
from callcenter.db.local_server import LocalServer
import psycopg
with LocalServer(Path(sys.argv[1])) as server, psycopg.connect(server.url()) as connection:
    print(os.geteuid(), connection.execute("SELECT 1").fetchone()[0])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="tried by every other test where we are an ordinary user")
@pytest.mark.skipif(not _can_map_user(), reason="this root may not make user namespaces")
def test_an_ordinary_user_runs_it(folder: Path) -> None:
    # In a namespace of its own the child is an ordinary user that can still read this checkout, whatever its rights are.
    tried = subprocess.run(
        [sys.executable, "-c", ORDINARY, str(folder)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        preexec_fn=_prepare_child,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.split() == [str(NOBODY), "1"]
