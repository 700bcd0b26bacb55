"""Reads of the tracing list: cases without a number that can be dialled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True)
class Untraced:
    """A case whose numbers are all wrong or dead, or that has none."""

    case_id: int
    enterprise_name: str
    respondents: str
    district: str
    population: str
    unit_id: int
    phones: Sequence[dict[str, Any]]
    reported_by: Sequence[str]
    attempts: int
    since: datetime


def tracing_list(session: Session, *, offset: int = 0, limit: int = 50) -> tuple[list[Untraced], int]:
    """A page of the cases that wait for a number, those that wait longest first, and how many there are."""
    rows = [dict(row) for row in session.execute(text(WAITING), {"skip": offset, "most": limit}).mappings()]
    number = rows[0]["whole"] if rows else 0
    return [Untraced(**{name: value for name, value in row.items() if name != "whole"}) for row in rows], number


WAITING = """
SELECT c.id AS case_id, c.enterprise_name, c.respondents, c.district, p.code || ' ' || p.title AS population, f.id AS unit_id, c.phones,
    f.reported_by, c.attempts, coalesce(w.at, c.created_at) AS since, count(*) OVER () AS whole
FROM cases c JOIN populations p ON p.id = c.population_id JOIN draw_units d ON d.id = c.draw_unit_id
JOIN frame_units f ON f.id = d.frame_unit_id
LEFT JOIN LATERAL (SELECT max(x.at) AS at FROM dispositions x WHERE x.case_id = c.id) w ON true
WHERE c.state = 'tracing' ORDER BY since, c.id OFFSET :skip LIMIT :most
"""
