"""Every counter that is kept beside its rows, and how it is counted again; used by `db check`."""

from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

COUNTERS: dict[str, LiteralString] = {
    "frames.size": """
        SELECT f.id AS of, f.size AS stored, count(u.id) AS counted
        FROM frames f LEFT JOIN frame_units u ON u.frame_id = f.id GROUP BY f.id""",
    "strata.size": """
        SELECT s.id AS of, s.size AS stored, count(u.id) AS counted
        FROM strata s JOIN draw_units u ON u.stratum_id = s.id GROUP BY s.id""",
    "strata.released": """
        SELECT s.id AS of, s.released AS stored, coalesce(sum(r.count), 0) AS counted
        FROM strata s LEFT JOIN releases r ON r.stratum_id = s.id GROUP BY s.id""",
    "releases.first_position": """
        SELECT id AS of, first_position AS stored, coalesce(sum(count) OVER earlier, 0) + 1 AS counted
        FROM releases WINDOW earlier AS (PARTITION BY stratum_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)""",
    "releases.count": """
        SELECT r.id AS of, r.count AS stored, count(c.id) AS counted
        FROM releases r LEFT JOIN cases c ON c.release_id = r.id GROUP BY r.id""",
}
"""Name of the counter, then SQL that gives each row's id, what is stored and what the rows say."""


def differences(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """All counters that differ from a recount, taken on one snapshot."""
    found: list[dict[str, Any]] = []
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for counter, query in COUNTERS.items():
            cursor.execute(query)
            found += [
                {"counter": counter, "of": row["of"], "stored": int(row["stored"]), "counted": int(row["counted"])}
                for row in cursor.fetchall()
                if row["stored"] != row["counted"]
            ]
    return found
