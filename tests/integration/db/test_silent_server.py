"""A server that stands still: its connections stay open and say nothing. It must never be waited for without end."""

import os
import signal
import sys

import psycopg
import pytest

from callcenter.db import engine
from callcenter.db.engine import statement, transaction

pytestmark = [
    pytest.mark.usefixtures("database_url"),
    pytest.mark.skipif(sys.platform == "win32", reason="no process is stopped there"),
]


def one_statement():
    return statement("SELECT pg_backend_pid() AS pid")[0]["pid"]


def one_transaction():
    with transaction() as session:
        return session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()


@pytest.mark.parametrize("work", [one_statement, one_transaction])
def test_a_connection_that_fell_silent_is_replaced_within_moments(monkeypatch, work):
    monkeypatch.setattr(engine, "ANSWERS_WITHIN", 0.5)
    monkeypatch.setattr(engine, "FRESH", 0.0)  # as after a moment's rest
    silent = work()
    assert work() == silent  # a living connection is kept
    os.kill(silent, signal.SIGSTOP)
    try:
        assert work() != silent  # without an end of the waiting this would never come
    finally:
        os.kill(silent, signal.SIGCONT)


@pytest.mark.parametrize("work", [one_statement, one_transaction])
def test_a_connection_that_the_server_ended_is_replaced(monkeypatch, work):
    monkeypatch.setattr(engine, "FRESH", 0.0)  # as after a moment's rest
    ended = work()
    end(ended)
    assert work() != ended


def end(backend):
    """The server ends a connection; it is gone when this returns."""
    with psycopg.connect(engine.plain_url(engine.engine().url.render_as_string(hide_password=False)), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_a_connection_that_answered_just_now_is_looked_at_but_not_asked(monkeypatch):
    asked, look = [], engine._readable
    monkeypatch.setattr(engine, "_readable", lambda socket, within: asked.append(within > 0) or look(socket, within))
    monkeypatch.setattr(engine, "FRESH", 60.0)
    one_statement(), one_transaction()
    asked.clear()
    assert one_statement() and one_transaction()
    assert asked == [False, False]
    monkeypatch.setattr(engine, "FRESH", 0.0)
    assert one_statement() and one_transaction()
    assert asked[2:] == [True, True]


@pytest.mark.parametrize("work", [one_statement, one_transaction])
def test_one_that_the_server_has_ended_is_replaced_however_lately_it_answered(monkeypatch, work):
    monkeypatch.setattr(engine, "FRESH", 60.0)
    ended = work()
    end(ended)
    assert work() != ended
