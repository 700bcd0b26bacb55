"""The engine, `transaction()` (the only commit) and `statement()` (one plain statement, committed by itself)."""

import os
import re
import select
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.engine import make_url
from sqlmodel import Session

from callcenter.errors import Unavailable

_engine: Engine | None = None
_pool: ConnectionPool[psycopg.Connection[DictRow]] | None = None

# A forgotten transaction slows every claim (dead index entries pile up at the queue's head), so the server ends it.
SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
ANSWERS_WITHIN = 3.0
"""Seconds in which a server answers an empty statement; one that stands still leaves its connections open and says nothing."""
FRESH = 0.02
"""Seconds after its last answer in which a connection is taken for alive, as long as the server has not ended it."""
PLAIN = max(4, 2 * (os.cpu_count() or 2))
"""Connections for plain statements: they take a millisecond, so more of them than the machine can run only stand in each other's way."""
OPTIONS: dict[str, Any] = {
    "options": SESSION_OPTIONS,
    "connect_timeout": 5,
    # A machine that is gone says nothing either: the kernel finds out within some 20 seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20000,
}


def driver_url(url: str) -> str:
    """The same address with psycopg 3 named as its driver."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def plain_url(url: str) -> str:
    """The same address as libpq takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connect(url: str, *, pool_size: int = 10) -> None:
    """Point this process at the database `url`; earlier connections are closed."""
    global _engine, _pool
    disconnect()
    _engine = create_engine(
        driver_url(url),
        pool_size=pool_size + 20,
        max_overflow=0,  # these would be closed after their use, and to open the next costs more than its use
        pool_use_lifo=True,
        pool_timeout=10,
        hide_parameters=True,  # what a statement was given may be personal: it belongs in no log
        connect_args=OPTIONS,
    )
    event.listen(_engine, "checkin", _check_in)
    event.listen(_engine, "checkout", _check_out)  # instead of pool_pre_ping, which waits as long as it takes
    _pool = ConnectionPool(
        plain_url(url),
        min_size=0,
        max_size=PLAIN,
        timeout=5,
        reconnect_timeout=1,  # else it waits longer and longer after an outage: here the next request tries at once
        kwargs={"autocommit": True, "row_factory": dict_row, "cursor_factory": psycopg.RawCursor, **OPTIONS},
        check=ping,
        open=True,
    )


_answered: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()
"""When each connection last answered. Under load that was moments ago, and to ask again costs as much as a statement."""


def heard(connection: psycopg.Connection[Any]) -> None:
    """Note that the connection has just answered."""
    _answered[connection] = time.monotonic()


def ping(connection: psycopg.Connection[Any]) -> None:
    """Ask the server for a word; OperationalError where none comes in time, and the connection is closed then.

    One that answered a moment ago is only looked at: what the server ended has something to read.
    """
    asked = connection.pgconn
    try:
        if time.monotonic() - _answered.get(connection, 0.0) < FRESH and not _readable(asked.socket, 0.0):
            return
        asked.send_query(b"")
        if not _readable(asked.socket, ANSWERS_WITHIN):
            raise psycopg.OperationalError("the server does not answer")
        while asked.get_result() is not None:
            pass
        if asked.status != psycopg.pq.ConnStatus.OK:
            raise psycopg.OperationalError("the connection is lost")
    except psycopg.OperationalError:
        connection.close()
        raise


def _readable(socket: int, within: float) -> bool:
    """Whether there is something to read, waited for so many seconds."""
    if hasattr(select, "poll"):
        waiting = select.poll()
        waiting.register(socket, select.POLLIN)
        return bool(waiting.poll(1000 * within))
    return bool(select.select([socket], [], [], within)[0])


def _check_in(connection: Any, _record: Any) -> None:
    """What comes back whole has answered just now."""
    if connection is not None:
        heard(connection)


def _check_out(connection: Any, _record: Any, _proxy: Any) -> None:
    """A dead connection is replaced before it is used, and all that are as old as it."""
    try:
        ping(connection)
    except psycopg.OperationalError as failure:
        raise exc.InvalidatePoolError from failure


def disconnect() -> None:
    """Close every connection of this process."""
    global _engine, _pool
    if _engine is not None:
        _engine.dispose()
    if _pool is not None:
        _pool.close()
    _engine = _pool = None


def engine() -> Engine:
    """The engine of this process; `connect` comes first."""
    if _engine is None:
        raise Unavailable("not_connected", "程序还没有连接数据库，请先启动数据库。")
    return _engine


KEPT = 200
"""Objects a transaction holds on to."""


@event.listens_for(Session, "loaded_as_persistent")
def _keep(session: Any, loaded: object) -> None:
    """Hold what a transaction has read: the identity map is weak, and the same study or case would be fetched again and again."""
    kept = session.info.setdefault("kept", [])
    if len(kept) < KEPT:
        kept.append(loaded)


@event.listens_for(Session, "do_orm_execute")
def _fresh_where_locked(asked: Any) -> None:
    """A row that is locked is read as it stands now, also where the transaction has read it before."""
    if asked.is_select and getattr(asked.statement, "_for_update_arg", None) is not None:
        asked.update_execution_options(populate_existing=True)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: committed at the end, rolled back on any exception. The only commit there is."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def statement(sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Run one plain SQL statement (`%(name)s` placeholders) outside any transaction; its rows, as dicts."""
    with plainly() as run:
        return run(sql, parameters)


@contextmanager
def plainly() -> Iterator[Callable[[str, Mapping[str, Any] | None], list[dict[str, Any]]]]:
    """Several plain statements on one connection, each committed by itself: the connection is asked only once whether it lives."""
    if _pool is None:
        raise Unavailable("not_connected", "程序还没有连接数据库，请先启动数据库。")
    try:
        with _pool.connection() as connection, connection.cursor() as cursor:

            def run(sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
                if parameters is None:
                    cursor.execute(sql)
                else:
                    numbered, names = _numbered(sql)
                    cursor.execute(numbered, [parameters[name] for name in names])
                heard(connection)
                return cursor.fetchall() if cursor.description else []

            yield run
    except PoolTimeout as failure:
        raise Unavailable("database_away", "数据库暂时没有应答，请稍候再试。") from failure


@lru_cache(maxsize=500)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """A statement with `$1`, `$2`… in place of its names, and the names in that order.

    psycopg would do the same, but reads a long statement such as the claim's anew each time, which takes longer than sending it.
    """
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"%%|%\((\w+)\)s", place, sql), tuple(names)
