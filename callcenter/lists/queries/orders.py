"""Work orders: what was found in those of a submission, and the days of those of a population."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from callcenter.lists.orders.durations import TimedOrder
from callcenter.lists.orders.reading import from_stored
from callcenter.lists.queries.rows import PAGE


@dataclass(frozen=True)
class OrdersFound:
    """What was found in the work orders of a submission."""

    orders: int
    with_findings: int
    findings: dict[str, int]


def orders_found(session: Session, submission_id: int) -> OrdersFound | None:
    """How often what was found in a submission's work orders; none where it has no work orders."""
    connection, of_submission = session.connection(), {"id": submission_id}
    orders, with_findings = connection.execute(
        text("SELECT count(*), count(*) FILTER (WHERE findings <> '[]') FROM work_orders WHERE submission_id = :id"), of_submission
    ).one()
    if not orders:
        return None
    codes = connection.execute(
        text("""SELECT f->>'code', count(*) FROM work_orders w, jsonb_array_elements(w.findings) f
                WHERE w.submission_id = :id GROUP BY 1 ORDER BY 2 DESC, 1"""),
        of_submission,
    )
    return OrdersFound(orders, with_findings, {row[0]: row[1] for row in codes})


@dataclass(frozen=True)
class OrderFound:
    """A work order with findings, at its place in the file."""

    sheet: str
    source_row: int
    order_number: str
    enterprise_name: str
    findings: list[dict[str, Any]]


def orders_with_findings(
    session: Session, submission_id: int, *, code: str = "", offset: int = 0, limit: int | None = PAGE
) -> tuple[list[OrderFound], int]:
    """A page of the work orders in which something (or `code`) was found, and how many there are."""
    where = "w.submission_id = :id AND " + ("w.findings @> CAST(:wanted AS jsonb)" if code else "w.findings <> '[]'")
    values = {"id": submission_id, "wanted": json.dumps([{"code": code}]), "offset": offset, "limit": limit}
    connection = session.connection()
    count = connection.execute(text(f"SELECT count(*) FROM work_orders w WHERE {where}"), values).scalar_one()  # own text
    found = connection.execute(
        text(f"""SELECT r.sheet, r.source_row, w.order_number, r.enterprise_name, w.findings
                 FROM work_orders w JOIN submission_rows r ON r.submission_id = w.submission_id AND r.number = w.number
                 WHERE {where} ORDER BY w.number OFFSET :offset LIMIT :limit"""),  # as above
        values,
    )
    return [OrderFound(**row) for row in found.mappings()], count


def timed_orders(session: Session, population_id: int) -> list[TimedOrder]:
    """The work orders of a population that count: of accepted rows and of duplicates, which keep their days."""
    found = session.connection().execute(text(_TIMED), {"population": population_id})
    return [TimedOrder(row[0], row[1], tuple(from_stored(stage) for stage in row[2]), *row[3:]) for row in found]


_TIMED = """
SELECT s.department, r.district, w.stages, r.total_days, r.stage_days, w.order_number, r.uscc, r.enterprise_name
FROM work_orders w JOIN submissions s ON s.id = w.submission_id
JOIN submission_rows r ON r.submission_id = w.submission_id AND r.number = w.number
WHERE s.population_id = :population AND s.state = 'judged' AND r.verdict IN ('accepted', 'duplicate')
ORDER BY s.id, w.number
"""


def populations_with_orders(session: Session) -> dict[int, tuple[int, int]]:
    """Population to how many units sent how many work orders that count; an order number of an enterprise once."""
    found = session.connection().execute(
        text("""SELECT s.population_id, count(DISTINCT s.department),
                       count(*) FILTER (WHERE w.order_number = '')
                       + count(DISTINCT (w.order_number, coalesce(nullif(r.uscc, ''), r.enterprise_name)))
                         FILTER (WHERE w.order_number <> '')
                FROM work_orders w JOIN submissions s ON s.id = w.submission_id
                JOIN submission_rows r ON r.submission_id = w.submission_id AND r.number = w.number
                WHERE s.state = 'judged' AND r.verdict IN ('accepted', 'duplicate') GROUP BY 1""")
    )
    return {population: (departments, orders) for population, departments, orders in found}
