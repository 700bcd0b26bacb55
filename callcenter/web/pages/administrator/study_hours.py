"""The hours and exceptions of one study: seen, changed at once, taken back, with who changed what, when and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import CallcenterError, Conflict
from callcenter.people import queries as people
from callcenter.studies import actions, own_hours, queries
from callcenter.studies.own_hours import Typed
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/calendar/studies")
Reader = Annotated[Person, allow("supervisor", "administrator")]
LONG = Form(max_length=4000)


@router.get("/{study_id}")
def hours(request: Request, person: Reader, session: Work, study_id: int) -> Response:
    """What holds now, and how it came to be."""
    return _page(request, person, session, study_id)


@router.post("/{study_id}")
def change(  # one parameter a field
    request: Request,
    person: Reader,
    session: Work,
    study_id: int,
    dayparts: Annotated[str, LONG] = "",
    persons_dayparts: Annotated[str, LONG] = "",
    appointments: Annotated[str, LONG] = "",
    weekdays: Annotated[list[str] | None, Form()] = None,
    holidays: Annotated[str, Form(max_length=5)] = "",
    extra_workdays: Annotated[str, LONG] = "",
    extra_days_off: Annotated[str, LONG] = "",
    reason: Annotated[str, Form(max_length=300)] = "",
    seen: Annotated[int, Form()] = 0,
) -> Response:
    """Change them; what contradicts itself is refused whole, with everything that is wrong."""
    given = Typed(dayparts, persons_dayparts, appointments, tuple(weekdays or ()), bool(holidays), extra_workdays, extra_days_off)
    calling, wrong = own_hours.read(given, int(queries.study(session, study_id).settings.get("interview_minutes", 8)))
    problems: list[CallcenterError] = [*wrong]
    if not problems:
        try:
            with session.begin_nested():
                actions.set_study_hours(session, study_id, calling, reason=reason, user_id=person.id, seen=seen)
        except CallcenterError as refusal:
            problems = [refusal]
    if problems:
        return _page(request, person, session, study_id, given=given, reason=reason, problems=problems)
    flash(request, "已保存，立即生效。")
    return see_other(f"/calendar/studies/{study_id}")


@router.post("/{study_id}/end")
def end(request: Request, person: Reader, session: Work, study_id: int, reason: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Take them back: the study's folder counts again."""
    try:
        with session.begin_nested():
            actions.end_study_hours(session, study_id, reason, person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, study_id, problems=[refusal])
    flash(request, "已撤销，恢复 study.yaml 中的时段。")
    return see_other(f"/calendar/studies/{study_id}")


def _page(
    request: Request,
    person: Person,
    session: Session,
    study_id: int,
    *,
    given: Typed | None = None,
    reason: str = "",
    problems: list[CallcenterError] | None = None,
) -> Response:
    study, changes = queries.study(session, study_id), queries.study_hours(session, study_id)
    standing = next((change for change in changes if change.ended_at is None), None)
    values: dict[str, Any] = {
        "study": study,
        "given": given or own_hours.typed(study.settings.get("calling") or {}),
        "reason": reason,
        "problems": [_(problem.text, **problem.about) for problem in problems or ()],
        "changes": [(change, own_hours.typed(change.calling)) for change in changes],
        "standing": standing,
        "people": people.names(session),
    }
    status = 200 if not problems else 409 if isinstance(problems[0], Conflict) else 422
    return page(request, person, "administrator/study_hours.html", status=status, **values)
