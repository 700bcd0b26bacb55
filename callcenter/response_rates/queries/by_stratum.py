"""Counts of released cases by stratum of each population's latest draw, in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.calls.outcomes import REACHED
from callcenter.response_rates.aapor import CATEGORIES
from callcenter.response_rates.cohorts import Cohort, together

BY_STRATUM = """
WITH drawn AS (  -- the latest draw of each population
    SELECT DISTINCT ON (d.population_id) d.id, d.population_id, d.design_id, p.code, p.title
    FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id
    WHERE g.study_id = :study AND d.drawn_at IS NOT NULL AND (:population = 0 OR p.id = :population)
    ORDER BY d.population_id, d.draw_no DESC
), released AS (
    SELECT c.id, c.stratum_id, c.state, r.kind
    FROM drawn w JOIN releases r ON r.draw_id = w.id JOIN cases c ON c.release_id = r.id
), word AS (  -- the latest disposition counts
    SELECT DISTINCT ON (x.case_id) x.case_id, x.category
    FROM dispositions x JOIN released c ON c.id = x.case_id ORDER BY x.case_id, x.id DESC
), verdict AS (
    SELECT DISTINCT ON (v.case_id) v.case_id, v.valid
    FROM validity_verdicts v JOIN released c ON c.id = v.case_id ORDER BY v.case_id, v.id DESC
), tried AS (
    SELECT a.case_id, count(*) AS dialled, count(a.answered_at) AS answered, bool_or(a.outcome = ANY(:reached)) AS reached
    FROM attempts a JOIN released c ON c.id = a.case_id
    WHERE a.state <> 'placing' AND a.carrier_failure IS NULL GROUP BY a.case_id
), counted AS (
    SELECT c.stratum_id, coalesce(w.category, 'UH') AS category,
        count(*) AS released, count(*) FILTER (WHERE c.kind = 'top_up') AS top_up, count(t.case_id) AS called,
        count(*) FILTER (WHERE t.reached) AS reached, count(*) FILTER (WHERE v.valid) AS valid,
        count(*) FILTER (WHERE v.valid AND c.kind = 'main') AS valid_main, count(*) FILTER (WHERE c.state <> 'closed') AS open,
        coalesce(sum(t.dialled), 0)::bigint AS dialled, coalesce(sum(t.answered), 0)::bigint AS answered
    FROM released c LEFT JOIN word w ON w.case_id = c.id LEFT JOIN verdict v ON v.case_id = c.id LEFT JOIN tried t ON t.case_id = c.id
    GROUP BY c.stratum_id, coalesce(w.category, 'UH')
)
SELECT w.population_id, w.id AS draw_id, w.code, w.title, s.id AS stratum_id, s.name, s.size, s.target, n.category, n.released, n.top_up,
    n.called, n.reached, n.valid, n.valid_main, n.open, n.dialled, n.answered
FROM drawn w JOIN strata s ON s.design_id = w.design_id LEFT JOIN counted n ON n.stratum_id = s.id
ORDER BY w.population_id, s.id, n.category
"""

SUMMED = ("released", "top_up", "called", "reached", "valid", "valid_main", "open", "dialled", "answered")


@dataclass(frozen=True)
class PopulationCounts:
    """The strata of one population's latest draw, and their sum."""

    population_id: int
    draw_id: int
    code: str
    title: str
    strata: list[Cohort]

    @property
    def total(self) -> Cohort:
        """All strata together."""
        return together(self.strata)


def study_counts(session: Session, study_id: int, population_id: int | None = None) -> list[PopulationCounts]:
    """Counts by stratum of every drawn population of a study, or of one of them."""
    values = {"study": study_id, "population": population_id or 0, "reached": sorted(REACHED)}
    return _populations([dict(row) for row in session.execute(text(BY_STRATUM), values).mappings()])


def _populations(rows: list[dict[str, Any]]) -> list[PopulationCounts]:
    found: dict[int, PopulationCounts] = {}
    for row in rows:
        empty = PopulationCounts(row["population_id"], row["draw_id"], row["code"], row["title"], [])
        found.setdefault(row["population_id"], empty)
    for population in found.values():
        own = [row for row in rows if row["population_id"] == population.population_id]
        for stratum_id in dict.fromkeys(row["stratum_id"] for row in own):
            population.strata.append(_cohort([row for row in own if row["stratum_id"] == stratum_id]))
    return list(found.values())


def _cohort(rows: list[dict[str, Any]]) -> Cohort:
    """One stratum from its rows by category (a single row of nulls where nothing is released)."""
    first = rows[0]
    categories = dict.fromkeys(CATEGORIES, 0) | {row["category"]: row["released"] for row in rows if row["category"]}
    counts = {name: _total(row[name] for row in rows) for name in SUMMED}
    return Cohort(name=first["name"], size=first["size"], target=first["target"], categories=categories, **counts)


def _total(values: Iterable[int | None]) -> int:
    return sum(value or 0 for value in values)


def titles(session: Session) -> dict[int, str]:
    """Every study's title by id (only columns that the boards' role may read)."""
    return {row["id"]: row["title"] for row in session.execute(text("SELECT id, title FROM studies ORDER BY id")).mappings()}


@dataclass(frozen=True)
class Step:
    """A release of a study."""

    release_id: int
    population: str
    stratum: str
    kind: str
    count: int
    at: datetime


def steps(session: Session, study_id: int) -> list[Step]:
    """Every release of a study, oldest first."""
    return [Step(*row) for row in session.execute(text(STEPS), {"study": study_id})]


STEPS = """
SELECT r.id, p.code, s.name, r.kind, r.count, r.at
FROM releases r JOIN strata s ON s.id = r.stratum_id JOIN draws d ON d.id = r.draw_id
JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id
WHERE g.study_id = :study ORDER BY r.id
"""
