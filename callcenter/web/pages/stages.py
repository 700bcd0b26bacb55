"""Which stage a page is about."""

from sqlmodel import Session

from callcenter import clock
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
