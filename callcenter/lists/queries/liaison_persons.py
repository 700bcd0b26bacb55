"""Whom units have named for a stage."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.lists.tables import Liaison
from callcenter.studies import queries as studies


@dataclass(frozen=True)
class LiaisonState:
    """Whom a unit has named for a stage, whether it must, and else whom it named for an earlier stage."""

    stage_id: int
    required: bool
    person: Liaison | None
    earlier: Liaison | None = None


def liaison_of(session: Session, stage_id: int, unit: str) -> LiaisonState:
    """The liaison person of a unit for a stage as it stands."""
    name = studies.unit_names(session, stage_id).normal(unit)
    study = studies.study(session, studies.stage(session, stage_id).study_id)
    required = (study.settings.get("intake") or {}).get("liaison") == "required"
    versions = liaison_history(session, stage_id, name)
    if versions:
        return LiaisonState(stage_id, required, versions[0])
    others = [stage.id for stage in studies.stages(session, study.id or 0) if stage.id != stage_id]
    elsewhere = select(Liaison).where(col(Liaison.stage_id).in_(others), Liaison.unit == name)
    return LiaisonState(stage_id, required, None, session.exec(elsewhere.order_by(col(Liaison.id).desc())).first())


def liaison_history(session: Session, stage_id: int, unit: str) -> list[Liaison]:
    """Every record of a unit (its normal form) for a stage, newest first."""
    of_unit = select(Liaison).where(Liaison.stage_id == stage_id, Liaison.unit == unit)
    return list(session.exec(of_unit.order_by(col(Liaison.version).desc())))


def liaisons(session: Session, stage_id: int) -> dict[str, Liaison]:
    """The newest record of each unit of a stage."""
    ordered = select(Liaison).where(Liaison.stage_id == stage_id).order_by(col(Liaison.version))
    return {each.unit: each for each in session.exec(ordered)}


def liaison(session: Session, liaison_id: int) -> Liaison:
    """The record with that id."""
    found = session.get(Liaison, liaison_id)
    if found is None:
        raise NotFound("no_liaison", "没有这条联络员登记，请从“联络员”页重新选择。")
    return found
