"""The work calendar of the whole house: a year at a glance, the house's own days, and where each comes from."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.operations import queries as house
from callcenter.people import queries as people
from callcenter.studies import actions, queries, work_calendar
from callcenter.studies.phases import field_day
from callcenter.studies.work_calendar import FIRST_YEAR, LAST_YEAR, Day
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/calendar")
Reader = Annotated[Person, allow("supervisor", "administrator")]
Administrator = Annotated[Person, allow("administrator")]


@router.get("")
def this_year(request: Request, person: Reader, session: Work) -> Response:
    """The year of field time."""
    return _year(request, person, session, field_day(clock.now()).year)


@router.get("/{year}")
def one_year(request: Request, person: Reader, session: Work, year: int) -> Response:
    """Every day of a year and what it is."""
    return _year(request, person, session, year)


@router.post("")
def set_day(
    request: Request,
    person: Administrator,
    session: Work,
    day: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    source: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Say what a day is; it counts at once, for calls and for working days alike."""
    given = {"day": day, "kind": kind, "name": name, "source": source}
    try:
        on = _read_day(day)
        with session.begin_nested():
            actions.set_calendar_day(session, on, kind, name=name, source=source, user_id=person.id)
    except (InvalidInput, Conflict) as refusal:
        year = int(day[:4]) if day[:4].isdecimal() else field_day(clock.now()).year
        return _year(request, person, session, year, given=given, problem=_(refusal.text, **refusal.about))
    flash(request, "已登记 {day}，立即生效。", day=on)
    return see_other(f"/calendar/{on.year}")


@router.post("/end")
def end_day(
    request: Request,
    person: Administrator,
    session: Work,
    day: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take back the house's own word on a day."""
    on = _read_day(day)
    try:
        with session.begin_nested():
            actions.end_calendar_day(session, on, reason, person.id)
    except (InvalidInput, NotFound) as refusal:
        return _year(request, person, session, on.year, problem=_(refusal.text, **refusal.about))
    flash(request, "已撤销 {day} 的登记，这一天恢复官方日历。", day=on)
    return see_other(f"/calendar/{on.year}")


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("not_a_day", "请选择日期，如 2027-02-06。") from None


def _year(
    request: Request, person: Person, session: Work, year: int, *, given: dict[str, str] | None = None, problem: str = ""
) -> Response:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound("no_calendar_year", "日历只有 {first} 年至 {last} 年，请换一个年份。", first=FIRST_YEAR, last=LAST_YEAR)
    days = list(work_calendar.days_of(year, queries.work_calendar(session)))
    entries = queries.calendar_days(session, year)
    names = {entry.day: entry.name for entry in entries if entry.ended_at is None}
    values: dict[str, Any] = {
        "year": year,
        "months": [_month(days, month, names) for month in range(1, 13)],
        "worked": sum(day.is_worked for day in days),
        "counts": {kind: sum(day.kind == kind for day in days) for kind in ("weekend", "holiday", "make_up")},
        "unusual": [(day, names.get(day.day, day.name)) for day in days if day.kind in {"holiday", "make_up"} or day.own],
        "entries": entries,
        "people": people.names(session),
        "studies": [_of_study(session, study) for study in queries.studies(session)],
        "announced": work_calendar.announced(year),
        "until": work_calendar.announced_until(),
        "first": FIRST_YEAR,
        "last": LAST_YEAR,
        "given": given or {},
        "problem": problem,
    }
    return page(request, person, "administrator/calendar.html", status=422 if problem else 200, **values)


def _month(days: list[Day], month: int, names: dict[date, str]) -> dict[str, Any]:
    """The weeks of a month from Monday, with gaps before its first and behind its last day."""
    own = [day for day in days if day.day.month == month]
    padded: list[Day | None] = [None] * (own[0].day.isoweekday() - 1) + [*own]
    padded += [None] * (-len(padded) % 7)
    titles = {day.day: names.get(day.day, day.name) for day in own}
    return {"month": month, "weeks": [padded[at : at + 7] for at in range(0, len(padded), 7)], "titles": titles}


def _of_study(session: Session, study: Any) -> dict[str, Any]:
    """A study's own hours and exceptions, and who said so when: its folder, or somebody on its page."""
    calling = study.settings.get("calling") or {}
    loaded = [entry for entry in house.history(session, "study", study.id) if entry.action == "load_study"]
    return {
        "id": study.id,
        "title": study.title,
        "changed": next((change for change in queries.study_hours(session, study.id) if change.ended_at is None), None),
        "spans": {name: ["–".join(span) for span in calling.get(name) or ()] for name in ("dayparts", "persons_dayparts")},
        "appointments": "–".join(calling.get("appointment_hours") or ()),
        "weekdays": calling.get("weekdays") or [],
        "holidays": calling.get("holidays", "china") == "china",
        "extra_workdays": [str(day) for day in calling.get("extra_workdays") or ()],
        "extra_days_off": [str(day) for day in calling.get("extra_days_off") or ()],
        "loaded": loaded[-1] if loaded else None,
    }
