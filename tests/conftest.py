"""One PostgreSQL a test process, one migrated template, one database a test that asks for it."""

import os
import shutil
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from callcenter import clock
from callcenter.db import engine
from callcenter.db.local_server import LocalServer
from callcenter.migrations import upgrade

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI")))
settings.load_profile("project")

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_wal_size": "256MB"}
MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108  # pytest makes a folder of its own in it, for its user alone
"""Databases and houses of tests live in memory where there is room: making one on a disk takes three to ten times as long."""
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What tests share is made once, not once a worker."""
    from tests.workers import scheduler

    return scheduler(config.getvalue("dist"), config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a browser test that is skipped has failed: nobody would notice that pages are no longer looked at."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped although CI=true: {report.longrepr}"
    return report


class Databases:
    """Hands out fresh databases, each copied from the migrated template in some 40 ms."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.made = 0
        upgrade(server.url())

    def fresh(self) -> str:
        self.made += 1
        name = f"test_{self.made}"
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE callcenter").format(sql.Identifier(name)))
        return self.server.url(name)

    def drop(self, url: str) -> None:
        name = url.rsplit("/", 1)[1]
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with LocalServer(Path(tmp_path_factory.mktemp("server")), settings=FAST) as server:
        yield Databases(server)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated, empty database of this test's own; this process is connected to it."""
    url = databases.fresh()
    engine.connect(url, pool_size=5)
    yield url
    engine.disconnect()
    databases.drop(url)


class FieldTime:
    """Field time that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        self.moment = moment


@pytest.fixture
def field_time() -> Iterator[FieldTime]:
    """Stands at Thursday 2022-06-02 10:00 in Tianjin, inside the first calling window."""
    standing = FieldTime(datetime(2022, 6, 2, 2, 0, tzinfo=UTC))
    clock.plug(standing)
    yield standing
    clock.plug(clock.wall_clock)
