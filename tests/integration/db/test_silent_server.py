"""A server that stands still: its connections stay open and say nothing. It must never be waited for without end."""

import os
import signal
import sys
import time

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
    silent = work()
    assert work() == silent  # a living connection is kept
    os.kill(silent, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert work() != silent
        assert time.monotonic() - began < 4
    finally:
        os.kill(silent, signal.SIGCONT)


@pytest.mark.parametrize("work", [one_statement, one_transaction])
def test_a_connection_that_the_server_ended_is_replaced(work):
    ended = work()
    with psycopg.connect(engine.plain_url(engine.engine().url.render_as_string(hide_password=False)), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ended])
    assert work() != ended
