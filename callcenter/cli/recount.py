"""Every counter that is kept beside its rows, held against a recount on one snapshot; used by `db check` and after a demo."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from callcenter.response_rates.queries import recount


def differences(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """All counters that differ; people go on working meanwhile."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return recount.differences(lambda query: cursor.execute(query.encode()).fetchall())
