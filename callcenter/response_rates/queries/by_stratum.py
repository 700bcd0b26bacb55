"""Counts by stratum of each population's latest draw, from the counters: as quick for a million cases as for ten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.response_rates.aapor import CATEGORIES
from callcenter.response_rates.cohorts import Cohort, together

BY_STRATUM = """
WITH drawn AS (  -- the latest draw of each population
    SELECT DISTINCT ON (d.population_id) d.id, d.population_id, d.design_id, p.code, p.title
    FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id
    WHERE g.study_id = :study AND d.drawn_at IS NOT NULL AND (:population = 0 OR p.id = :population)
    ORDER BY d.population_id, d.draw_no DESC
), counted AS (
    SELECT r.stratum_id, sum(k.released) AS released, sum(k.released) FILTER (WHERE r.kind = 'top_up') AS top_up, sum(k.called) AS called,
        sum(k.reached) AS reached, sum(k.valid) AS valid, sum(k.valid) FILTER (WHERE r.kind = 'main') AS valid_main, sum(k.open) AS open,
        sum(k.dialled) AS dialled, sum(k.answered) AS answered, sum(k.i) AS i, sum(k.p) AS p, sum(k.r) AS r, sum(k.nc) AS nc, sum(k.o) AS o,
        sum(k.uh) AS uh, sum(k.uo) AS uo, sum(k.ne) AS ne
    FROM drawn w JOIN releases r ON r.draw_id = w.id JOIN rate_counters k ON k.release_id = r.id GROUP BY r.stratum_id
)
SELECT w.population_id, w.id AS draw_id, w.code, w.title, s.id AS stratum_id, s.name, s.size, s.target, n.released, n.top_up,
    n.called, n.reached, n.valid, n.valid_main, n.open, n.dialled, n.answered, n.i, n.p, n.r, n.nc, n.o, n.uh, n.uo, n.ne
FROM drawn w JOIN strata s ON s.design_id = w.design_id LEFT JOIN counted n ON n.stratum_id = s.id
ORDER BY w.population_id, s.id
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
    values = {"study": study_id, "population": population_id or 0}
    return _populations([dict(row) for row in session.execute(text(BY_STRATUM), values).mappings()])


def _populations(rows: list[dict[str, Any]]) -> list[PopulationCounts]:
    found: dict[int, PopulationCounts] = {}
    for row in rows:
        empty = PopulationCounts(row["population_id"], row["draw_id"], row["code"], row["title"], [])
        found.setdefault(row["population_id"], empty)
    for row in rows:
        found[row["population_id"]].strata.append(_cohort(row))
    return list(found.values())


def _cohort(row: Mapping[str, Any]) -> Cohort:
    """One stratum (nulls where nothing is released)."""
    categories = {category: int(row[category.lower()] or 0) for category in CATEGORIES}
    counts = {name: int(row[name] or 0) for name in SUMMED}
    return Cohort(name=row["name"], size=row["size"], target=row["target"], categories=categories, **counts)


def titles(session: Session) -> dict[int, str]:
    """Every study's title by id (only columns that the boards' role may read)."""
    return {row["id"]: row["title"] for row in session.execute(text("SELECT id, title FROM studies ORDER BY id")).mappings()}


@dataclass(frozen=True)
class Moment:
    """A study's counts as a snapshot kept them."""

    at: datetime
    cohort: Cohort


def over_time(session: Session, study_id: int, kind: str = "") -> list[Moment]:
    """How a study's counts stood hour by hour (main sample or top-ups alone where `kind` says so), oldest first."""
    rows = session.execute(text(OVER_TIME), {"study": study_id, "kind": kind}).mappings()
    nothing = {"name": "", "size": 0, "target": 0, "top_up": 0, "valid_main": 0}
    return [Moment(row["at"], _cohort({**row, **nothing})) for row in rows]


@dataclass(frozen=True)
class Cell:
    """One population in one district: a cell of the heat map."""

    population_id: int
    population: str
    item: int
    district: str
    cohort: Cohort


def by_district(session: Session, study_id: int) -> list[Cell]:
    """Counts of every population in every district, from the counters."""
    nothing = {"size": 0, "target": 0, "top_up": 0, "valid_main": 0}
    rows = session.execute(text(BY_DISTRICT), {"study": study_id}).mappings()
    return [
        Cell(row["population_id"], row["code"], row["item"], row["district"], _cohort({**row, **nothing, "name": row["district"]}))
        for row in rows
    ]


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


OVER_TIME = """
SELECT n.at, sum(n.released) AS released, sum(n.i) AS i, sum(n.p) AS p, sum(n.r) AS r, sum(n.nc) AS nc, sum(n.o) AS o, sum(n.uh) AS uh,
    sum(n.uo) AS uo,
    sum(n.ne) AS ne, sum(n.valid) AS valid, sum(n.called) AS called, sum(n.reached) AS reached, sum(n.open) AS open,
    sum(n.dialled) AS dialled,
    sum(n.answered) AS answered
FROM rate_snapshots n JOIN strata s ON s.id = n.stratum_id JOIN draws d ON d.design_id = s.design_id
JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id
WHERE g.study_id = :study AND (:kind = '' OR n.kind = :kind) GROUP BY n.at ORDER BY n.at
"""

BY_DISTRICT = """
SELECT p.id AS population_id, p.code, i.number AS item, k.district, sum(k.released) AS released, sum(k.valid) AS valid, sum(k.open) AS open,
    sum(k.called) AS called, sum(k.reached) AS reached, sum(k.dialled) AS dialled, sum(k.answered) AS answered,
    sum(k.i) AS i, sum(k.p) AS p, sum(k.r) AS r, sum(k.nc) AS nc, sum(k.o) AS o, sum(k.uh) AS uh, sum(k.uo) AS uo, sum(k.ne) AS ne
FROM rate_counters k JOIN releases r ON r.id = k.release_id JOIN draws d ON d.id = r.draw_id JOIN populations p ON p.id = d.population_id
JOIN checklist_items i ON i.id = p.item_id JOIN stages g ON g.id = p.stage_id
WHERE g.study_id = :study
    AND d.draw_no = (SELECT max(l.draw_no) FROM draws l WHERE l.population_id = p.id AND l.drawn_at IS NOT NULL)
GROUP BY p.id, p.code, i.number, k.district ORDER BY i.number, p.code, k.district
"""

STEPS = """
SELECT r.id, p.code, s.name, r.kind, r.count, r.at
FROM releases r JOIN strata s ON s.id = r.stratum_id JOIN draws d ON d.id = r.draw_id
JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id
WHERE g.study_id = :study ORDER BY r.id
"""
