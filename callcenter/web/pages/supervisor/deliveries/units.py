"""The units that one can name on the pages of a stage."""

from sqlmodel import Session

from callcenter.lists import queries as lists
from callcenter.people import queries as people
from callcenter.studies import queries as studies


def of_stage(session: Session, stage_id: int) -> list[str]:
    """Every unit that the stage's checklist names, that has a log-in or that sent a list, in normal form."""
    names = studies.unit_names(session, stage_id)
    found = {unit for item in studies.items(session, stage_id) for unit in names.parts(item.lead_departments, item.responsible_units)}
    found |= {names.normal(unit) for unit in people.units(session)}
    return sorted(found | {names.normal(arrival.department) for arrival in lists.arrivals(session, stage_id)})
