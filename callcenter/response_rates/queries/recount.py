"""Every counter that is kept beside its rows, and how it is counted again; used by `db check` and by the nightly proof."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from callcenter.calls.outcomes import REACHED

COUNTERS: dict[str, str] = {
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

COUNTS = ("released", "open", "called", "reached", "valid", "dialled", "answered", "i", "p", "r", "nc", "o", "uh", "uo", "ne")
_REACHED = ", ".join(f"'{outcome}'" for outcome in sorted(REACHED))

OF_RATES = f"""
WITH word AS (
    SELECT DISTINCT ON (case_id) case_id, category FROM dispositions ORDER BY case_id, id DESC
), verdict AS (
    SELECT DISTINCT ON (case_id) case_id, valid FROM validity_verdicts ORDER BY case_id, id DESC
), tried AS (
    SELECT case_id, bool_or(outcome IN ({_REACHED})) AS reached, bool_or(direction = 'outgoing') AS called,
        count(*) FILTER (WHERE NOT shared AND direction = 'outgoing') AS dialled,
        count(answered_at) FILTER (WHERE NOT shared AND direction = 'outgoing') AS answered  -- a shared call counts where it was led
    FROM case_attempts WHERE state <> 'placing' AND carrier_failure IS NULL AND operator_id IS NOT NULL GROUP BY case_id
), counted AS (
    SELECT c.release_id, c.district, count(*) AS released, count(*) FILTER (WHERE c.state <> 'closed') AS open,
        count(*) FILTER (WHERE t.called) AS called,
        count(*) FILTER (WHERE t.reached) AS reached, count(*) FILTER (WHERE v.valid) AS valid, coalesce(sum(t.dialled), 0) AS dialled,
        coalesce(sum(t.answered), 0) AS answered, count(*) FILTER (WHERE w.category = 'I') AS i,
        count(*) FILTER (WHERE w.category = 'P') AS p, count(*) FILTER (WHERE w.category = 'R') AS r,
        count(*) FILTER (WHERE w.category = 'NC') AS nc, count(*) FILTER (WHERE w.category = 'O') AS o,
        count(*) FILTER (WHERE coalesce(w.category, 'UH') = 'UH') AS uh, count(*) FILTER (WHERE w.category = 'UO') AS uo,
        count(*) FILTER (WHERE w.category = 'NE') AS ne
    FROM cases c LEFT JOIN word w ON w.case_id = c.id LEFT JOIN verdict v ON v.case_id = c.id LEFT JOIN tried t ON t.case_id = c.id
    GROUP BY c.release_id, c.district
)"""  # put together from our own constants
"""The counts of rates from their rows, by release and district."""

_STORED = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
_PAIRS = ", ".join(f"('{name}', coalesce(k.{name}, 0), coalesce(n.{name}, 0))" for name in COUNTS)
RATES = f"""{OF_RATES}, kept AS (SELECT release_id, district, {_STORED} FROM rate_counters GROUP BY release_id, district)
SELECT 'rate_counters.' || m.name AS counter, coalesce(k.release_id, n.release_id) || ' ' || coalesce(k.district, n.district) AS of,
    m.stored, m.counted
FROM kept k FULL JOIN counted n ON n.release_id = k.release_id AND n.district = k.district
CROSS JOIN LATERAL (VALUES {_PAIRS}) AS m(name, stored, counted)
WHERE m.stored <> m.counted ORDER BY 2, 1"""  # put together from our own constants


Run = Callable[[str], Sequence[Mapping[str, Any]]]
"""Runs one statement and gives its rows; each statement sees one moment."""


def differences(run: Run) -> list[dict[str, Any]]:
    """All counters that differ from a recount."""
    found = [{"counter": counter, **row} for counter, query in COUNTERS.items() for row in run(query)]
    found += [dict(row) for row in run(RATES)]
    return [
        {"counter": row["counter"], "of": row["of"], "stored": int(row["stored"]), "counted": int(row["counted"])}
        for row in found
        if row["stored"] != row["counted"]
    ]
