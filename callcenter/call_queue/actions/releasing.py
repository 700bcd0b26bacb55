"""Cases out of releases."""

from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from callcenter import clock
from callcenter.call_queue import priority
from callcenter.call_queue.actions.capping import apply_cap
from callcenter.call_queue.calling_hours import at_minute
from callcenter.call_queue.number_kinds import kind_of
from callcenter.call_queue.tables import Case
from callcenter.errors import NotFound, Refused
from callcenter.frame.tables import FrameUnit
from callcenter.operations.actions import notify
from callcenter.questionnaire import queries as questionnaires
from callcenter.questionnaire.tables import Questionnaire
from callcenter.sampling.tables import Draw, DrawUnit, Release
from callcenter.studies.phases import field_day
from callcenter.studies.tables import Population, Stage


def release_units(session: Session, release_id: int) -> int:
    """Make a case of every unit of a release; again: nothing more. The number of cases made; what the cap on contacts stops is closed."""
    release = session.get_one(Release, release_id)
    draw = session.get_one(Draw, release.draw_id)
    population = session.get_one(Population, draw.population_id)
    study_id = session.get_one(Stage, population.stage_id).study_id
    questionnaire = _released_questionnaire(session, study_id, population)
    now = clock.now()
    of_all = {
        "study_id": study_id,
        "population_id": population.id,
        "release_id": release.id,
        "respondents": population.respondents,
        "questionnaire_id": questionnaire.id,
        "rank": priority.FRESH,
        # The day, not the moment: strata released one after another are called mixed, in prn order,
        # or district would be confounded with time.
        "due_at": at_minute(field_day(now), 0),
        "created_at": now,
    }
    rows = [{**of_all, **_of_unit(drawn, unit)} for drawn, unit in _units_without_case(session, release)]
    if rows:
        session.execute(insert(Case), rows)
        apply_cap(session, study_id, release_id)
    notify(session, f"board_{study_id}")
    return len(rows)


def _released_questionnaire(session: Session, study_id: int, population: Population) -> Questionnaire:
    try:
        return questionnaires.released(session, study_id, population.questionnaire or "")
    except NotFound:
        text_ = "样本总体 {population} 还没有放行的问卷：请先放行问卷，再释放样本。"
        raise Refused("no_released_questionnaire", text_, population=population.code) from None


def _units_without_case(session: Session, release: Release) -> list[tuple[DrawUnit, FrameUnit]]:
    units = (
        select(DrawUnit, FrameUnit)
        .join(FrameUnit, col(FrameUnit.id) == col(DrawUnit.frame_unit_id))
        .where(
            DrawUnit.draw_id == release.draw_id,
            DrawUnit.stratum_id == release.stratum_id,
            col(DrawUnit.position) >= release.first_position,
            col(DrawUnit.position) < release.first_position + release.count,
            ~select(Case.id).where(Case.draw_unit_id == DrawUnit.id).exists(),
        )
        .order_by(col(DrawUnit.position))
    )
    return list(session.exec(units))


def _of_unit(drawn: DrawUnit, unit: FrameUnit) -> dict[str, Any]:
    phones = [{**phone, "kind": kind_of(str(phone["number"])), "state": "untried"} for phone in unit.phones]
    return {
        "draw_unit_id": drawn.id,
        "stratum_id": drawn.stratum_id,
        "unit_key": drawn.unit_key,
        "district": unit.district,
        "order_key": drawn.prn,
        "enterprise_name": unit.name,
        "contact": unit.contact,
        "phones": phones,
        "matters": unit.matters,
        "state": "ready" if phones else "tracing",
    }
