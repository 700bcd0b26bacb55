"""What units state of their lists, held against what they sent."""

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.lists.stated import Received, Stated
from callcenter.lists.tables import ListStatement


def statements(session: Session, population_ids: list[int]) -> dict[tuple[int, str], Stated]:
    """Population and unit → what the unit states, where it has stated anything."""
    wanted = select(ListStatement).where(col(ListStatement.population_id).in_(population_ids)).order_by(col(ListStatement.id))
    return {  # the newest stands last, so it is the one that stays
        (found.population_id, found.department): Stated(found.stated_total, found.policy_month, found.at, found.by)
        for found in session.exec(wanted)
    }


def statement(session: Session, population_id: int, department: str, leads: list[str] | None = None) -> Stated:
    """What a unit states for a population; a policy month that it has not stated is the first lead's that has."""
    known = statements(session, [population_id])
    own = known.get((population_id, department), Stated())
    if own.policy_month:
        return own
    of_leads = (known.get((population_id, lead)) for lead in leads or [])
    month = next((found.policy_month for found in of_leads if found and found.policy_month), None)
    return own.with_month_of_lead(month) if month else own


def statement_history(session: Session, population_id: int, department: str) -> list[ListStatement]:
    """Everything that a unit stated for a population, newest first."""
    unit = (ListStatement.population_id == population_id, ListStatement.department == department)
    return list(session.exec(select(ListStatement).where(*unit).order_by(col(ListStatement.id).desc())))


def received(session: Session, population_id: int) -> dict[str, Received]:
    """Unit → what it sent for a population, all lists that count together."""
    found = session.connection().execute(text(_RECEIVED), {"population": population_id})
    return {row[0]: Received(*row[1:]) for row in found}


_RECEIVED = """
WITH sent AS (
    SELECT s.department, (s.totals->>'rows')::int AS rows, (s.totals->>'accepted')::int AS accepted,
           (s.totals->>'duplicate')::int AS duplicate, (s.totals->>'rejected')::int AS rejected,
           coalesce((s.findings->>'highest_ordinal')::int, 0) AS ordinal, o.*
    FROM submissions s JOIN populations p ON p.id = s.population_id CROSS JOIN LATERAL (
        SELECT count(*) AS orders, count(*) FILTER (WHERE r.verdict = 'accepted') AS orders_accepted,
               count(*) FILTER (WHERE r.verdict = 'duplicate') AS orders_duplicate,
               count(*) FILTER (WHERE r.verdict = 'rejected') AS orders_rejected
        FROM work_orders w JOIN submission_rows r ON r.submission_id = w.submission_id AND r.number = w.number
        WHERE w.submission_id = s.id AND p.settings->>'source' IS DISTINCT FROM 'work_orders') o
    WHERE s.population_id = :population AND s.state = 'judged'
), counted AS (
    SELECT *, sum(rows - orders) OVER (PARTITION BY department) > 0 AS apart FROM sent
)
SELECT department,
       sum(rows - CASE WHEN apart THEN orders ELSE 0 END)::int,
       sum(accepted - CASE WHEN apart THEN orders_accepted ELSE 0 END)::int,
       sum(duplicate - CASE WHEN apart THEN orders_duplicate ELSE 0 END)::int,
       sum(rejected - CASE WHEN apart THEN orders_rejected ELSE 0 END)::int,
       sum(CASE WHEN NOT apart OR orders = 0 THEN ordinal WHEN orders >= rows THEN 0 ELSE greatest(ordinal - orders, 0) END)::int,
       count(*) FILTER (WHERE NOT apart OR rows > orders),
       sum(CASE WHEN apart THEN orders ELSE 0 END)::int
FROM counted GROUP BY department
"""
"""Of a file with a list and work orders on further sheets both number their rows from 1: the ordinals of the orders are taken off."""
