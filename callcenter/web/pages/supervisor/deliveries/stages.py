"""Which stage a page is about, and the units that one can name there."""

from sqlmodel import Session

from callcenter import clock
from callcenter.lists import queries as lists
from callcenter.people import queries as people
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.studies.queries import KnownStage


def chosen(session: Session, all_stages: list[KnownStage], asked: str) -> KnownStage | None:
    """The stage asked for; else the one whose window is open, else the first with a checklist, else the first."""
    named = next((each for each in all_stages if str(each.id) == asked), None)
    if named or not all_stages:
        return named
    today = field_day(clock.now())
    with_lists = [each for each in all_stages if each.has_lists]
    is_open = next((each for each in with_lists if studies.intake(session, each.id).window(today).open), None)
    return is_open or (with_lists or all_stages)[0]


def units(session: Session, stage_id: int) -> list[str]:
    """Every unit that the stage's checklist names, that has a log-in or that sent a list, in normal form."""
    names = studies.unit_names(session, stage_id)
    found = {unit for item in studies.items(session, stage_id) for unit in names.parts(item.lead_departments, item.responsible_units)}
    found |= {names.normal(unit) for unit in people.units(session)}
    return sorted(found | {names.normal(arrival.department) for arrival in lists.arrivals(session, stage_id)})
