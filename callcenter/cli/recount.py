"""Every counter held against a recount, and every code against its case's history, on one snapshot; for `db check` and after a demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from callcenter.response_rates.queries import codes, recount


def differences(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """All counters and codes that differ; people go on working meanwhile."""
    with _snapshot(connection) as run:
        return [*recount.differences(run), *codes.differing_codes(run)]


def counters_differing(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """All counters that differ."""
    with _snapshot(connection) as run:
        return recount.differences(run)


@contextmanager
def _snapshot(connection: psycopg.Connection[Any]) -> Iterator[recount.Run]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield lambda query: cursor.execute(query.encode()).fetchall()
