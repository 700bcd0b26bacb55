"""Deliveries of a stage: who owes which list, and what came of it."""

from datetime import date

from sqlalchemy import text
from sqlmodel import Session

from callcenter.lists.due import LEADS, Arrival, Cell, Checklist, Expected, matrix
from callcenter.studies import queries as studies


def arrivals(session: Session, stage_id: int) -> list[Arrival]:
    """Every list that came in for a stage, oldest first."""
    found = session.connection().execute(
        text("""SELECT s.id AS submission_id, s.population_id, s.department, s.received_at, s.state, s.late,
                       COALESCE((s.totals->>'rows')::int, 0) AS rows, COALESCE((s.totals->>'accepted')::int, 0) AS accepted,
                       (SELECT count(*) FROM work_orders w WHERE w.submission_id = s.id) AS orders
                FROM submissions s JOIN populations p ON p.id = s.population_id
                WHERE p.stage_id = :stage ORDER BY s.id"""),
        {"stage": stage_id},
    )
    return [Arrival(**row) for row in found.mappings()]


def deliveries(session: Session, stage_id: int, today: date) -> list[Cell]:
    """What each unit owes, may send and has sent for a stage, as it stands on `today`."""
    return matrix(checklist(session, stage_id), arrivals(session, stage_id), today)


def checklist(session: Session, stage_id: int) -> Checklist:
    """The populations of a stage with the units of their items."""
    items = {item.id: item for item in studies.items(session, stage_id)}
    expected = [
        Expected(
            population.id or 0,
            population.code,
            population.title,
            item.number,
            item.title,
            item.topic_number,
            item.lead_departments,
            item.responsible_units,
        )
        for population in studies.populations(session, stage_id)
        for item in [items[population.item_id]]
    ]
    intake, study = studies.intake(session, stage_id), studies.study(session, studies.stage(session, stage_id).study_id)
    return Checklist(expected, intake, intake.names, (study.settings.get("intake") or {}).get("must_send", LEADS))
