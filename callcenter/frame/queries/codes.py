"""Codes that other populations' lists know for enterprises whose own lists tell none."""

import hashlib
import json
from typing import Any

from sqlmodel import Session

from callcenter.frame.duplicates import Codes, known_codes
from callcenter.studies import queries as studies

COUNTING_ROWS = "r.verdict IN ('accepted', 'duplicate')"
_UNKNOWN = f"""
SELECT r.enterprise_name, r.district FROM submission_rows r JOIN submissions s ON s.id = r.submission_id
WHERE s.population_id = %(population)s AND s.state = 'judged' AND {COUNTING_ROWS}
GROUP BY r.enterprise_name, r.district HAVING bool_and(r.uscc = '')
"""
_OTHERS = """
SELECT s.id FROM submissions s JOIN populations p ON p.id = s.population_id JOIN stages g ON g.id = p.stage_id
WHERE g.study_id = (SELECT g.study_id FROM populations p JOIN stages g ON g.id = p.stage_id WHERE p.id = %(population)s)
  AND s.population_id <> %(population)s AND s.state = 'judged' ORDER BY s.id
"""
# No join: of fresh lists the planner knows no sizes and takes to nested loops, whose time grows with the square of the rows. A filter
# by a constant array is hashed, so that every row is looked at once whatever the planner believes.
KNOWN = f"""
SELECT DISTINCT r.enterprise_name, r.district, r.uscc FROM submission_rows r
WHERE r.submission_id = ANY(%(lists)s::bigint[]) AND r.uscc <> '' AND {COUNTING_ROWS} AND r.enterprise_name = ANY(%(names)s::text[])
"""


def other_lists(session: Session, population_id: int) -> list[int]:
    """The lists that count of the study's other populations."""
    return [row[0] for row in _rows(session, _OTHERS, {"population": population_id})]


def codes_taken_over(session: Session, population_id: int) -> Codes:
    """For names and districts of which the population's own lists know no code: those that other populations' lists know.

    Persons take over none: a name tells no person from another.
    """
    if studies.population(session, population_id).respondents == "persons":
        return {}
    lists = other_lists(session, population_id)
    unknown = set(_rows(session, _UNKNOWN, {"population": population_id})) if lists else set()
    if not unknown:
        return {}
    found = _rows(session, KNOWN, {"lists": lists, "names": sorted({name for name, _ in unknown})})
    return known_codes((name, district, code) for name, district, code in found if (name, district) in unknown)


def digest(codes: Codes) -> str:
    """SHA-256 of codes that were taken over."""
    written = sorted([*identity, *found] for identity, found in codes.items())
    return hashlib.sha256(json.dumps(written, ensure_ascii=False).encode()).hexdigest()


def _rows(session: Session, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query that is planned for these very values: one that was prepared knows no constant arrays."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(query, values, prepare=False)
        return list(cursor.fetchall())
