"""Reads of cases: one, an operator's lease, those of an enterprise, of frame units, and where a unit stands in the draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select, text

from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.errors import NotFound
from callcenter.studies.tables import Population, Stage, Study

_PLACES = """
SELECT d.draw_no, d.drawn_at, s.name AS stratum, s.size, u.position, r.at AS released_at, r.kind, r.why, c.id AS case_id
FROM draw_units u JOIN draws d ON d.id = u.draw_id JOIN strata s ON s.id = u.stratum_id
LEFT JOIN releases r ON r.draw_id = u.draw_id AND r.stratum_id = u.stratum_id
    AND u.position BETWEEN r.first_position AND r.first_position + r.count - 1
LEFT JOIN cases c ON c.draw_unit_id = u.id
WHERE u.frame_unit_id = :unit ORDER BY d.id
"""


@dataclass(frozen=True)
class Place:
    """Where a frame unit stands in one draw, whether it was released, and as which case."""

    draw_no: int
    drawn_at: datetime
    stratum: str
    size: int
    position: int
    released_at: datetime | None
    kind: str | None
    why: str | None
    case_id: int | None


def case(session: Session, case_id: int) -> Case:
    """The case with that number."""
    found = session.get(Case, case_id)
    if found is None:
        raise NotFound("no_case", "没有编号为 {case} 的个案，请核对编号。", case=case_id)
    return found


def lease_of(session: Session, operator_id: int, now: datetime) -> Lease | None:
    """The live lease of an operator."""
    leased = select(Case).where(Case.leased_by == operator_id, Case.state == "leased").order_by(col(Case.lease_place))
    bundle = list(session.exec(leased))
    if not bundle or bundle[0].lease_expires_at is None or bundle[0].lease_expires_at <= now:
        return None
    first, *others = [held.id for held in bundle if held.id is not None]
    assert bundle[0].lease_id is not None  # noqa: S101  # the table says so of leased cases
    return Lease(bundle[0].lease_id, first, operator_id, bundle[0].lease_expires_at, tuple(others))


def bundle(session: Session, case_ids: Sequence[int]) -> list[Case]:
    """The cases of a bundle, in this order."""
    return [case(session, case_id) for case_id in case_ids]


def study_settings(session: Session, study_id: int) -> dict[str, Any]:
    """The settings of a study."""
    return session.get_one(Study, study_id).settings


_OTHERS = """
SELECT id AS case_id, coalesce(matters -> 0 ->> 'what', '') AS matter, state FROM cases
WHERE unit_key = %(unit)s AND id <> ALL(%(but)s::bigint[]) ORDER BY id DESC LIMIT 10
"""


def others_of_enterprise(session: Session, unit_key: str, but: Sequence[int]) -> list[dict[str, Any]]:
    """The other cases of an enterprise, newest first: number, matter and state, no more, as every answer asks."""
    rows = session.connection().exec_driver_sql(_OTHERS, {"unit": unit_key, "but": list(but)}).mappings()
    return [dict(row) for row in rows]


def waiting(session: Session, study_id: int) -> dict[str, int]:
    """How many cases of a study stand in each state."""
    counted = select(Case.state, func.count()).where(Case.study_id == study_id).group_by(col(Case.state))
    return dict(session.exec(counted).all())


def ready_count(session: Session, study_ids: Sequence[int]) -> int:
    """How many cases of these studies wait to be handed out, now or later."""
    return session.exec(select(func.count()).where(col(Case.study_id).in_(study_ids), Case.state == "ready")).one()


def stage_of_case(session: Session, held: Case) -> Stage:
    """The stage a case belongs to."""
    return session.get_one(Stage, session.get_one(Population, held.population_id).stage_id)


def places(session: Session, frame_unit_id: int) -> list[Place]:
    """The places of a frame unit in every draw from its frame."""
    return [Place(**row) for row in session.connection().execute(text(_PLACES), {"unit": frame_unit_id}).mappings()]


def cases_of_units(session: Session, frame_unit_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Frame unit → its case and that case's state, for the units that were released."""
    rows = session.connection().execute(
        text("""SELECT u.frame_unit_id, c.id, c.state FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id
                WHERE u.frame_unit_id = ANY(:units) ORDER BY c.id"""),
        {"units": list(frame_unit_ids)},
    )
    return {unit: (case_id, state) for unit, case_id, state in rows}


def unit_of_case(session: Session, case_id: int) -> int:
    """The frame unit that became a case."""
    found = session.connection().execute(
        text("SELECT u.frame_unit_id FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id WHERE c.id = :case"), {"case": case_id}
    )
    unit_id: int | None = found.scalar()
    if unit_id is None:
        raise NotFound("no_such_case", "没有编号为 {case} 的个案：请检查编号。", case=case_id)
    return unit_id
