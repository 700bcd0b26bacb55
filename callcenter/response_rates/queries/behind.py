"""The cases behind a number: behind each numerator and denominator stand its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from callcenter.errors import InvalidInput
from callcenter.response_rates import aapor, cuts
from callcenter.response_rates.cuts import Scope
from callcenter.response_rates.queries import standing as sql
from callcenter.response_rates.queries.cutting import OF_CASE, keys, values_of

CONDITIONS = {
    "released": "true",
    "called": "s.called",
    "reached": "s.reached",
    "valid": "s.valid",
    "open": "s.open",
    "complete": "s.category = 'I'",
    "E": "s.category IN ('I', 'P', 'R', 'NC', 'O')",
    "E+U": "s.category <> 'NE'",
    "dialled": "s.dialled > 0",
    "answered": "s.answered > 0",
    **{category: f"s.category = '{category}'" for category in aapor.CATEGORIES},
}
"""Name of a count to the cases in it. Sums of categories are named with plus signs: I+P+R+O."""


LISTED = """SELECT s.id AS case_id, s.enterprise_name, s.respondents, s.stage || ' ' || s.population AS population, s.stratum,
    s.district, s.kind, s.code, s.valid, s.open, s.dialled, l.placed_at AS last_at, count(*) OVER () AS whole
FROM stood s LEFT JOIN last l ON l.case_id = s.id"""


@dataclass(frozen=True)
class BehindCase:
    """A case as a row behind a number."""

    case_id: int
    enterprise_name: str
    respondents: str
    population: str
    stratum: str
    district: str
    kind: str
    code: str
    valid: bool
    open: bool
    dialled: int
    last_at: datetime | None


def cases_behind(
    session: Session, scope: Scope, count: str, cut: str = "", key: str = "", *, offset: int = 0, limit: int = 50
) -> tuple[list[BehindCase], int]:
    """A page of the cases in a count of one group of a cut (of the whole where none is named), and how many there are."""
    values = {**values_of(scope), "key": key, "skip": offset, "most": limit}
    parts = ", ".join((*OF_CASE, sql.LAST))
    listed = f"WITH {parts}\n{LISTED} WHERE {_condition(count)} AND {_of_group(cut, keys(session, scope))}"
    listed += " ORDER BY s.id OFFSET :skip LIMIT :most"
    rows = [dict(row) for row in session.connection().execute(text(listed), values).mappings()]
    number = rows[0]["whole"] if rows else 0
    return [BehindCase(**{name: value for name, value in row.items() if name != "whole"}) for row in rows], number


def _condition(count: str) -> str:
    if count in CONDITIONS:
        return CONDITIONS[count]
    parts: Sequence[str] = count.split("+")
    if not all(part in aapor.CATEGORIES for part in parts):
        raise InvalidInput("wrong_use", "没有“{count}”这个计数。", count=count[:40])
    return f"({' OR '.join(CONDITIONS[part] for part in parts)})"


def _of_group(cut: str, known: Mapping[str, str]) -> str:
    if not cut:
        return "true"
    if cut == "unit":
        return """EXISTS (SELECT FROM draw_units d JOIN frame_units f ON f.id = d.frame_unit_id
            WHERE d.id = s.draw_unit_id AND :key = ANY(f.reported_by))"""
    if cut not in (*cuts.CASES, *cuts.FINAL):
        raise InvalidInput("wrong_use", "不能按“{cut}”划分：可用的是 {known}。", cut=cut[:40], known=" ".join((*cuts.CASES, *cuts.FINAL)))
    return f"coalesce({known[cut]}, '–') = :key" if cut in cuts.FINAL else f"{known[cut]} = :key"
