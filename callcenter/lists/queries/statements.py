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
    wanted = text("""SELECT department, sum((totals->>'rows')::int), sum((totals->>'accepted')::int), sum((totals->>'duplicate')::int),
                            sum((totals->>'rejected')::int), coalesce(sum((findings->>'highest_ordinal')::int), 0), count(*)
                     FROM submissions WHERE population_id = :population AND state = 'judged' GROUP BY department""")
    return {row[0]: Received(*row[1:]) for row in session.connection().execute(wanted, {"population": population_id})}
