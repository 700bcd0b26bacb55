"""Lines: how each stands, its control chart, marks and publications; and the button that stops a study's dialling."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from callcenter import clock
from callcenter.calls import actions, queries
from callcenter.calls.actions.watching import CHART_DAYS
from callcenter.calls.lines import PublishedLine, read_resting, unusable
from callcenter.calls.lines.choice import held_by
from callcenter.calls.lines.health import Point, chart
from callcenter.errors import CallcenterError, InvalidInput, NotFound
from callcenter.lists.districts import DISTRICTS
from callcenter.operations import queries as operations
from callcenter.people import queries as people
from callcenter.studies import actions as study_actions
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor import line_figure
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import whole

router = APIRouter(prefix="/supervisor/lines")
Supervisor = Annotated[Person, allow("supervisor")]
Words = Annotated[str, Form(max_length=500)]


@router.get("")
def all_lines(request: Request, person: Supervisor, session: Work, study: int | None = None) -> Response:
    """The lines of a study, the first one where none is named."""
    return _page(request, person, session, study)


@router.get("/{study_id}/chart.json", dependencies=[allow("supervisor")])
def figure(session: Work, study_id: int) -> Response:
    """The control chart of every line."""
    return JSONResponse(line_figure.figure(_points(session, study_id)), headers={"Cache-Control": "no-store"})


@router.post("/{study_id}/stop")
def stop(request: Request, person: Supervisor, session: Work, study_id: int, why: Words = "") -> Response:
    """Stop the study's dialling everywhere, at once."""
    try:
        with session.begin_nested():
            study_actions.stop_dialling(session, study_id, why, person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, study_id, refusal)
    flash(request, "已停止拨打：不再派发个案，也不再呼出；正在进行的通话可以说完。", kind="warning")
    return see_other(f"/supervisor/lines?study={study_id}")


@router.post("/{study_id}/resume")
def resume(request: Request, person: Supervisor, session: Work, study_id: int, why: Words = "") -> Response:
    """Let it be dialled again."""
    try:
        with session.begin_nested():
            study_actions.resume_dialling(session, study_id, why, person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, study_id, refusal)
    flash(request, "已恢复拨打。")
    return see_other(f"/supervisor/lines?study={study_id}")


@router.post("/line/{line_id}/{what}")
def change(
    request: Request,
    person: Supervisor,
    session: Work,
    line_id: int,
    what: Literal["drain", "rest", "take-back"],
    why: Words = "",
    hours: Annotated[str, Form(max_length=20)] = "24",
) -> Response:
    """Drain a line, let it rest, or take it back; with a reason, on the audit trail."""
    study_id = queries.line(session, line_id).study_id
    try:
        with session.begin_nested():
            if what == "drain":
                actions.drain_line(session, line_id, why, person.id)
            elif what == "rest":
                actions.rest_line(session, line_id, whole(hours) or 0, why, person.id)
            else:
                actions.take_back_line(session, line_id, why, person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, study_id, refusal)
    flash(request, "已保存，立即生效。")
    return see_other(f"/supervisor/lines?study={study_id}")


@router.post("/{study_id}/labels/{label_id}")
def appeal(
    request: Request,
    person: Supervisor,
    session: Work,
    study_id: int,
    label_id: int,
    on: Words = "",
    about: Words = "",
    removed_on: Words = "",
) -> Response:
    """What was done about a mark."""
    try:
        with session.begin_nested():
            gone = _day(removed_on) if removed_on.strip() else None
            actions.record_appeal(session, label_id, on=_day(on), text=about, removed_on=gone, user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, study_id, refusal)
    flash(request, "已保存申诉情况。")
    return see_other(f"/supervisor/lines?study={study_id}")


@router.post("/{study_id}/publications")
def publish(
    request: Request,
    person: Supervisor,
    session: Work,
    study_id: int,
    district: Words = "",
    numbers: Annotated[list[str] | None, Form()] = None,
    place: Words = "",
    on: Words = "",
    evidence: Words = "",
) -> Response:
    """Where and when the lines were made known in a district."""
    given = {"district": district, "place": place, "evidence": evidence}
    try:
        with session.begin_nested():
            actions.record_publication(session, study_id, numbers=numbers or [], on=_day(on), user_id=person.id, **given)
    except CallcenterError as refusal:
        return _page(request, person, session, study_id, refusal, given | {"on": on})
    flash(request, "已登记公布情况。")
    return see_other(f"/supervisor/lines?study={study_id}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("not_a_day", "请选择日期，如 2027-02-06。") from None


def _page(
    request: Request,
    person: Person,
    session: Session,
    study_id: int | None,
    refusal: CallcenterError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    known = studies.studies(session)
    study = next((one for one in known if study_id in {None, one.id}), None)
    if study is None and study_id is not None:
        raise NotFound("no_study", "没有这项研究，请从首页重新选择。")
    values: dict[str, Any] = {
        "known": known,
        "study": study,
        "given": given or {},
        "problem": _(refusal.text, **refusal.about) if refusal else "",
    }
    if study is not None and study.id is not None:
        values |= _of_study(session, study.id)
    return page(request, person, "supervisor/lines.html", status=422 if refusal else 200, **values)


def _of_study(session: Session, study_id: int) -> dict[str, Any]:
    now = clock.now()
    points = _points(session, study_id)
    busy = {one.number: one for one in queries.lines(session, study_id, now, all_counts=True)}
    stops = studies.dialling_stops(session, study_id)
    return {
        "lines": [_row(session, line, busy, points.get(line.number, []), now) for line in queries.stored_lines(session, study_id)],
        "stop": next((one for one in stops if one.resumed_at is None), None),
        "stops": stops,
        "points": [point for made in points.values() for point in made],
        "low": sorted({number for number, made in points.items() if made and made[-1].is_low}),
        "rules": read_resting(studies.study(session, study_id).settings),
        "days": CHART_DAYS,
        "marks": queries.labels_of_lines(session, study_id),
        "publications": queries.publications(session, study_id),
        "unpublished": queries.without_publication(session, study_id, now),
        "districts": [queries.WHOLE_CITY, *DISTRICTS.values()],
        "names": people.names(session),
        "today": field_day(now),
    }


def _row(session: Session, line: Any, known: dict[str, PublishedLine], points: list[Point], now: Any) -> dict[str, Any]:
    busy = known.get(line.number)
    hold = "withdrawn" if busy is None else held_by(busy, now)
    others = [one for number, one in known.items() if number != line.number]
    last_one = busy is not None and unusable([busy], now) is None and unusable(others, now) is not None
    return {
        "line": line,
        "busy": busy,
        "hold": hold,
        "last_one": last_one,
        "last": points[-1] if points else None,
        "told": held_back(session, line, hold),
    }


def held_back(session: Session, line: Any, hold: str | None) -> Any:
    """Who drained the line or let it rest, when and why; a rest after failures of the carrier stands on no trail."""
    action = {"draining": "line_drained", "resting": "line_rested"}.get(hold or "")
    if action is None or (hold == "resting" and line.resting_why == "carrier_failure"):
        return None
    return next((one for one in reversed(operations.history(session, "line", line.id)) if one.action == action), None)


def _points(session: Session, study_id: int) -> dict[str, list[Point]]:
    rules = read_resting(studies.study(session, study_id).settings)
    return chart(queries.calls_for_chart(session, study_id, clock.now() - timedelta(days=CHART_DAYS)), rules.block)
