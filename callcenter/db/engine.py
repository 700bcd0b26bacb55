"""The engine, `transaction()` (the only commit) and `statement()` (one plain statement, committed by itself)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

from callcenter.errors import Unavailable

_engine: Engine | None = None
_pool: ConnectionPool[psycopg.Connection[DictRow]] | None = None

# A forgotten transaction slows every claim (dead index entries pile up at the queue's head), so the server ends it.
SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC"


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
        pool_size=pool_size,
        max_overflow=20,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,  # what a statement was given may be personal: it belongs in no log
        connect_args={"options": SESSION_OPTIONS, "connect_timeout": 5},
    )
    _pool = ConnectionPool(
        plain_url(url),
        min_size=0,
        max_size=pool_size + 10,
        timeout=5,
        reconnect_timeout=1,  # else it waits longer and longer after an outage: here the next request tries at once
        kwargs={"autocommit": True, "row_factory": dict_row, "options": SESSION_OPTIONS, "connect_timeout": 5},
        check=ConnectionPool.check_connection,
        open=True,
    )


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
    if _pool is None:
        raise Unavailable("not_connected", "程序还没有连接数据库，请先启动数据库。")
    try:
        with _pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []
    except PoolTimeout as failure:
        raise Unavailable("database_away", "数据库暂时没有应答，请稍候再试。") from failure
