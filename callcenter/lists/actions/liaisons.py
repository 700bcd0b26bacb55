"""Keep whom a unit names for a stage."""

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.errors import InvalidInput
from callcenter.lists.liaison import LiaisonPerson
from callcenter.lists.tables import Liaison
from callcenter.operations.actions import record
from callcenter.studies import queries as studies


def name_liaison(
    session: Session, *, stage_id: int, unit: str, person: LiaisonPerson, user_id: int | None, came_by: str = "form"
) -> tuple[Liaison, bool]:
    """Keep whom a unit names for a stage, and whether that is new: the same person again changes nothing, another replaces the earlier."""
    name = studies.unit_names(session, stage_id).normal(unit)
    if not name:
        raise InvalidInput("department_missing", "您的账户没有登记单位，无法报送名单：请联系管理员登记。")
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"liaison {stage_id} {name}"})
    of_unit = select(Liaison).where(Liaison.stage_id == stage_id, Liaison.unit == name)
    newest = session.exec(of_unit.order_by(col(Liaison.version).desc())).first()
    if newest and all(getattr(newest, field) == value for field, value in vars(person).items()):
        return newest, False
    version = newest.version + 1 if newest else 1
    made = Liaison(
        stage_id=stage_id, unit=name, version=version, came_by=came_by, entered_at=clock.now(), entered_by=user_id, **vars(person)
    )
    session.add(made)
    session.flush()
    record(session, user_id, "liaison_named", "liaison", made.id, detail={"unit": name, "version": version})
    return made, True
