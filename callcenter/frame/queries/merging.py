"""What the lists of a population make as they stand now: rows read, merged, screened, counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from json import loads
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.frame import strata
from callcenter.frame.duplicates import Codes, ReportedRow, Unit, in_order, mark_shared, merge, merge_persons
from callcenter.frame.queries.codes import codes_taken_over, digest
from callcenter.frame.reporting_order import reporting_order
from callcenter.frame.screening import Rules, read_rules, screen
from callcenter.frame.summary import Barred, by_department, counts
from callcenter.frame.tables import DoNotCall, Frame, FrameUnit, Screening
from callcenter.lists.asks import answers, asks
from callcenter.lists.collecting import nothing_to_collect
from callcenter.studies import queries as studies

_COUNTING = "s.state = 'judged' AND r.verdict IN ('accepted', 'duplicate')"
_ROWS = f"""
SELECT r.id, s.department, r.submission_id, coalesce(r.duplicate_of, r.number), r.enterprise_name, r.uscc, r.district,
       r.sub_area, r.contact, r.phones::text, r.matter, r.happened_on, coalesce(stated.policy_month, ''), {{cells}}
FROM submission_rows r JOIN submissions s ON s.id = r.submission_id
LEFT JOIN (SELECT DISTINCT ON (department) department, policy_month FROM list_statements
           WHERE population_id = %(population)s ORDER BY department, id DESC) stated ON stated.department = s.department
WHERE s.population_id = %(population)s AND {_COUNTING}
"""
_ROW_COUNT = """
SELECT coalesce(sum((totals->>'accepted')::bigint + (totals->>'duplicate')::bigint), 0) FROM submissions
WHERE population_id = :population AND state = 'judged'
"""


@dataclass(frozen=True)
class Preview:
    """What freezing now would make of the lists that came in."""

    units: list[Unit]
    removed: list[tuple[int, Unit]]
    """Number of the screening rule (from 1) and the unit that it keeps out."""
    submissions: int
    by_department: dict[str, dict[str, int]]
    """Department → rows used, units it reported, units that only it reported."""
    counts: dict[str, Any]
    screening: dict[str, Any] = field(default_factory=dict)
    """version, sha256 and document of the rules; empty where there are none."""
    order: list[str] = field(default_factory=list)
    """The reporting units in their fixed order."""
    codes_sha256: str = ""
    """Of the codes that were taken over from other populations."""


def screenings(session: Session, population_id: int) -> list[Screening]:
    """Every version of a population's screening rules, newest first."""
    found = select(Screening).where(Screening.population_id == population_id)
    return list(session.exec(found.order_by(col(Screening.version).desc())))


def current_screening(session: Session, population_id: int, *, supplement: bool = False) -> Screening | None:
    """The version that counts: the newest; for a first frame the newest that was not written for supplements."""
    return next((found for found in screenings(session, population_id) if supplement or not found.supplement), None)


def screening_document(found: Screening | None) -> dict[str, Any]:
    """A version of rules as a frame keeps it."""
    return {} if found is None else {"version": found.version, "sha256": found.sha256, **found.document}


def order_of(session: Session, population_id: int) -> list[str]:
    """The units whose lists count, in the fixed order of the checklist item."""
    item = studies.item(session, studies.population(session, population_id).item_id)
    wanted = text("SELECT DISTINCT department FROM submissions WHERE population_id = :population AND state = 'judged'")
    reporters = session.connection().execute(wanted, {"population": population_id}).scalars()
    return reporting_order(reporters, [*item.lead_departments, *item.responsible_units])


def known_places(session: Session, population_id: int) -> dict[str, list[str]]:
    """What a screening rule can name: the departments, districts and sub-areas of the lists that count."""
    places = session.connection().execute(
        text(f"""SELECT DISTINCT r.district, r.sub_area FROM submission_rows r JOIN submissions s ON s.id = r.submission_id
                 WHERE s.population_id = :population AND {_COUNTING}"""),
        {"population": population_id},
    )
    found = list(places)
    return {
        "department": order_of(session, population_id),
        "district": sorted({row[0] for row in found}, key=strata.in_order),
        "sub_area": sorted({row[1] for row in found if row[1]}),
    }


def row_count(session: Session, population_id: int) -> int:
    """How many usable rows a population's lists hold, without reading them."""
    return int(session.connection().execute(text(_ROW_COUNT), {"population": population_id}).scalar_one())


def reported_rows(session: Session, population_id: int, order: list[str], *, columns: bool = False) -> list[ReportedRow]:
    """The usable rows of a population in the fixed order; with `columns` each brings all its cells."""
    asked = asks(studies.population(session, population_id)).beside
    rows = _read(session, population_id, columns=columns or bool(asked))
    return in_order((replace(row, beside=answers(row.columns or {}, asked)) for row in rows) if asked else rows, order)


def _read(session: Session, population_id: int, *, columns: bool) -> Iterator[ReportedRow]:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(_ROWS.format(cells="r.cells" if columns else "NULL"), {"population": population_id})
        while rows := cursor.fetchmany(5000):
            for row in rows:
                yield _reported(*row)


def _reported(row_id: int, department: str, list_id: int, first_number: int, *told: Any) -> ReportedRow:
    name, uscc, district, sub_area, contact, phones, matter, happened_on, policy_month, cells = told
    group = (list_id, first_number)
    values = (row_id, department, group, name, uscc, district, sub_area, contact, loads(phones), matter, happened_on)
    return ReportedRow(*values, policy_month, cells)


def _merged(session: Session, population_id: int, order: list[str], codes: Codes, *, columns: bool) -> list[Unit]:
    """The population's units as its lists stand now."""
    rows = reported_rows(session, population_id, order, columns=columns)
    if studies.population(session, population_id).respondents == "persons":
        return merge_persons(rows, studies.study_of_population(session, population_id).salt)
    return merge(rows, codes)


def frozen_keys(session: Session, population_id: int) -> frozenset[str]:
    """The keys of all units in frozen frames of a population."""
    keys = select(FrameUnit.unit_key).join(Frame, col(Frame.id) == col(FrameUnit.frame_id)).where(Frame.population_id == population_id)
    return frozenset(session.exec(keys))


def frozen_rows(session: Session, population_id: int) -> frozenset[int]:
    """The rows of lists behind all units in frozen frames of a population."""
    found = session.connection().execute(
        text("""SELECT (m->>'submission_row_id')::bigint FROM frame_units u JOIN frames f ON f.id = u.frame_id,
                       jsonb_array_elements(u.matters) m
                WHERE f.population_id = :population AND m->>'submission_row_id' IS NOT NULL"""),
        {"population": population_id},
    )
    return frozenset(found.scalars())


def _new_ones(session: Session, population_id: int, merged: list[Unit]) -> list[Unit]:
    """The units of no earlier frame: neither under their key nor by a row, for a code learnt since gives a unit another key."""
    keys, rows = frozen_keys(session, population_id), frozen_rows(session, population_id)
    return [unit for unit in merged if unit.key not in keys and not any(row.id in rows for row in unit.reports)]


def barred(session: Session) -> Barred:
    """Who asked not to be called."""
    wishes = session.exec(select(DoNotCall.scope, DoNotCall.value)).all()
    numbers, keys = ({value for scope, value in wishes if scope == wanted} for wanted in ("number", "enterprise"))
    return Barred(numbers, keys)


def preview(session: Session, population_id: int, *, supplement: bool = False, rules: Rules | None = None) -> Preview:
    """What `freeze` would write, by district and department; with `rules`, by these instead of the population's own.

    With `supplement` (a sample is drawn already) only units that stand in no earlier frame.
    """
    current = current_screening(session, population_id, supplement=supplement) if rules is None else None
    applied = rules if rules is not None else read_rules(current.document if current else {})
    order = order_of(session, population_id)
    with nothing_to_collect():
        codes = codes_taken_over(session, population_id)
        merged = _merged(session, population_id, order, codes, columns=applied.columns)
    rows = sum(unit.rows for unit in merged)
    before = _new_ones(session, population_id, merged) if supplement else merged
    screened = screen(before, applied)
    mark_shared(_still_there(merged, screened.removed))
    counted = counts(screened.kept, rows=rows, before=before, effects=screened.effects, barred=barred(session))
    submissions = text("SELECT count(*) FROM submissions WHERE population_id = :population AND state = 'judged'")
    return Preview(
        screened.kept,
        screened.removed,
        session.connection().execute(submissions, {"population": population_id}).scalar_one(),
        by_department(screened.kept),
        counted,
        screening_document(current),
        order,
        digest(codes),
    )


def _still_there(merged: list[Unit], removed: list[tuple[int, Unit]]) -> list[Unit]:
    """The units of which one may be asked for its own number: all but those that a rule keeps out."""
    gone = {unit.key for _, unit in removed}
    return [unit for unit in merged if unit.key not in gone] if gone else merged
