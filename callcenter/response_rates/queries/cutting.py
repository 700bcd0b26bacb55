"""Counts of cases and attempts by any cut, as of any moment, from the rows themselves."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.call_queue import calling_hours
from callcenter.calls.dispositions import HARD_REFUSALS
from callcenter.calls.outcomes import REACHED
from callcenter.errors import InvalidInput
from callcenter.response_rates import aapor, cuts
from callcenter.response_rates.cohorts import Cohort
from callcenter.response_rates.cuts import Attempts, Cell, Group, Scope
from callcenter.response_rates.queries import standing as sql
from callcenter.studies.tables import Study

KEYS = {
    "stage": "stage",
    "topic": "topic::text",
    "item": "stage || ' ' || item",
    "population": "stage || ' ' || population",
    "stratum": "stage || ' ' || population || ' ' || stratum",
    "district": "district",
    "release": "s.release_id::text",
    "kind": "kind",
    "final_operator": "l.operator_id::text",
    "final_line": "l.line",
    "final_day": sql.day_of("l.placed_at"),
    "operator": "operator_id::text",
    "line": "line",
    "day": sql.day_of("placed_at"),
}
"""Cut to SQL over a case that `stood`, or over an attempt; by `unit` a case counts with each of its units; dayparts are the study's."""


def keys(session: Session, scope: Scope) -> dict[str, str]:
    """Every cut but that by unit to its SQL."""
    hours = calling_hours.read(session.get_one(Study, scope.study_id).settings.get("calling") or {})
    spans = sorted({*hours.dayparts, *hours.persons_dayparts}, key=lambda span: span.start)
    return KEYS | {"final_daypart": sql.part_of("l.placed_at", spans), "daypart": sql.part_of("placed_at", spans)}


FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Nothing that is known came later."""
OF_CASE = (sql.DRAWN, sql.STEPS, sql.WORDS, sql.CALLS, sql.TRIED, sql.STOOD)
BY_UNIT = """SELECT 'unit' AS cut, u.key, s.stratum_id, s.category, {counted} FROM stood s JOIN draw_units d ON d.id = s.draw_unit_id
JOIN frame_units f ON f.id = d.frame_unit_id CROSS JOIN LATERAL unnest(f.reported_by) AS u(key)
GROUP BY u.key, s.stratum_id, s.category"""
BY_CALL = """SELECT {key} AS key, count(*) FILTER (WHERE went_out) AS dialled, count(*) FILTER (WHERE went_out AND answered) AS answered,
    count(*) FILTER (WHERE outcome = ANY(:reached)) AS reached, count(*) FILTER (WHERE outcome = 'complete') AS complete,
    count(*) FILTER (WHERE outcome = ANY(:refused)) AS refused, sum(talk) AS talk_seconds
FROM calls WHERE NOT shared GROUP BY 1 ORDER BY 1"""


def cases_by(session: Session, scope: Scope, *wanted: str) -> dict[str, list[Group]]:
    """Groups of each wanted cut of cases, in the order of their keys; however many cuts, the cases are read once."""
    _known(wanted, (*cuts.CASES, *cuts.FINAL))
    rows: dict[str, list[dict[str, Any]]] = {cut: [] for cut in wanted}
    known = keys(session, scope)
    keyed = [cut for cut in wanted if cut != "unit"]
    selects = [_grouping_sets({cut: known[cut] for cut in keyed})] if keyed else []
    if "unit" in rows:
        selects.append(BY_UNIT.format(counted=sql.COUNTED))
    parts = (*OF_CASE, sql.LAST) if set(wanted) & set(cuts.FINAL) else OF_CASE
    for row in _rows(session, scope, parts, "\nUNION ALL\n".join(selects)):
        rows[row["cut"]].append(row)
    return {cut: _groups(rows[cut], natural=cut in {"topic", "item", "population", "release"}) for cut in wanted}


def whole(session: Session, scope: Scope) -> list[Group]:
    """The study by strata of each population: their sum is the study's own figure."""
    return cases_by(session, scope, "stratum")["stratum"]


def attempts_by(session: Session, scope: Scope, cut: str) -> list[Attempts]:
    """Attempts by operator, line, day or daypart."""
    _known((cut,), cuts.ATTEMPTS)
    rows = _rows(session, scope, (sql.DRAWN, sql.STEPS, sql.CALLS), BY_CALL.format(key=keys(session, scope)[cut]))
    return [Attempts(**{**row, "talk_seconds": float(row["talk_seconds"] or 0)}) for row in rows]


def _known(wanted: Sequence[str], known: Sequence[str]) -> None:
    for cut in wanted:
        if cut not in known:
            raise InvalidInput("wrong_use", "不能按“{cut}”划分：可用的是 {known}。", cut=cut[:40], known=" ".join(known))


def _grouping_sets(wanted: Mapping[str, str]) -> str:
    named = ", ".join((f"coalesce({key}, '–')" if cut in cuts.FINAL else key) + f" AS {cut}_key" for cut, key in wanted.items())
    which = " ".join(f"WHEN GROUPING({cut}_key) = 0 THEN '{cut}'" for cut in wanted)
    sets = ", ".join(f"({cut}_key, stratum_id, category)" for cut in wanted)
    found = ", ".join(f"{cut}_key" for cut in wanted)
    last = "LEFT JOIN last l ON l.case_id = s.id" if set(wanted) & set(cuts.FINAL) else ""
    return (
        f"SELECT CASE {which} END AS cut, coalesce({found}) AS key, stratum_id, category, {sql.COUNTED} "  # put together from KEYS alone
        f"FROM (SELECT s.*, {named} FROM stood s {last}) keyed GROUP BY GROUPING SETS ({sets})"
    )


def _rows(session: Session, scope: Scope, parts: Sequence[str], select: str) -> list[dict[str, Any]]:
    statement = f"WITH {', '.join(parts)}\n{select}"
    return [dict(row) for row in session.connection().execute(text(statement), values_of(scope)).mappings()]


def values_of(scope: Scope) -> dict[str, Any]:
    """The parameters of every statement of this room."""
    return {
        "study": scope.study_id,
        "population": scope.population_id or 0,
        "kind": scope.kind or "",
        "until": scope.until or FOR_EVER,
        "now": scope.until is None,
        "reached": sorted(REACHED),
        "refused": sorted(HARD_REFUSALS | {"soft_refusal"}),
    }


def _groups(rows: Sequence[Mapping[str, Any]], *, natural: bool) -> list[Group]:
    by_key: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(row["key"], []).append(row)
    keys = sorted(by_key, key=_by_numbers) if natural else sorted(by_key)
    return [_group(key, by_key[key]) for key in keys]


def _group(key: str, rows: Sequence[Mapping[str, Any]]) -> Group:
    by_stratum: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_stratum.setdefault(row["stratum_id"], []).append(row)
    counts = {name: sum(row[name] or 0 for row in rows) for name in (*cuts.MEASURES, "valid_main", "top_up")}
    cohort = Cohort(name=key, categories=dict.fromkeys(aapor.CATEGORIES, 0) | _summed(rows, "released"), **counts)
    cells = [Cell(stratum, _summed(its, "released"), _summed(its, "weighted")) for stratum, its in sorted(by_stratum.items())]
    return Group(key, cohort, {name: float(n) for name, n in _summed(rows, "weighted").items()}, cells)


def _summed(rows: Sequence[Mapping[str, Any]], measure: str) -> dict[str, Any]:
    """A measure by category."""
    found: dict[str, Any] = {}
    for row in rows:
        found[row["category"]] = found.get(row["category"], 0) + (row[measure] or 0)
    return found


def _by_numbers(key: str) -> list[tuple[int, int, str]]:
    """4-1 before 13-1."""
    parts = key.replace("-", " ").split()
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
