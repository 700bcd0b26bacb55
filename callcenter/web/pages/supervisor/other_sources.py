"""Opinions, site visits, checks of evidence and experts' words beside the items of a stage; never counted as calls."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter import clock
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.other_sources import kinds, queries
from callcenter.other_sources.actions import Wanted, finish_record, open_record
from callcenter.studies import queries as studies
from callcenter.studies.phases import field_day
from callcenter.web.deps import Work
from callcenter.web.pages.stages import chosen
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import whole

router = APIRouter(prefix="/other-sources")
Keeper = Annotated[Person, allow("supervisor", "evaluator")]
Short = Annotated[str, Form(max_length=40)]
Long = Annotated[str, Form(max_length=2000)]


@router.get("")
def listed(request: Request, person: Keeper, session: Work, stage: str = "", kind: str = "", item: str = "") -> Response:
    """The records of a stage, those not dealt with first."""
    return _page(request, person, session, stage, {"kind": kind, "item": item})


@router.post("")
def opened(  # one parameter a field of the form
    request: Request,
    person: Keeper,
    session: Work,
    stage: Short = "",
    kind: Short = "",
    day: Short = "",
    item: Short = "",
    channel: Short = "",
    speaker: Short = "",
    case: Short = "",
    subject: Long = "",
) -> Response:
    """Keep a record."""
    typed = {"kind": kind, "day": day, "item": item, "channel": channel, "speaker": speaker, "case": case, "subject": subject}
    at = chosen(session, studies.known_stages(session), stage)
    try:
        if at is None:
            raise InvalidInput("no_study", "还没有载入调查。")
        wanted = Wanted(kind, _day(day), subject, _number(item), channel or None, speaker or None, _number(case))
        with session.begin_nested():
            open_record(session, at.id, wanted, person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, stage, {}, refusal, typed)
    flash(request, "已登记。")
    return see_other(f"/other-sources?stage={at.id}")


@router.post("/{record_id}")
def finished(
    request: Request, person: Keeper, session: Work, record_id: int, stage: Short = "", finding: Short = "", handling: Long = ""
) -> Response:
    """Say what became of one."""
    try:
        with session.begin_nested():
            finish_record(session, record_id, finding, handling=handling, user_id=person.id)
    except CallcenterError as refusal:
        return _page(request, person, session, stage, {}, refusal)
    flash(request, "已办结。")
    return see_other(f"/other-sources?stage={stage}" if stage.isdigit() else "/other-sources")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("not_a_day", "请选择日期，如 2027-02-06。") from None


def _number(typed: str) -> int | None:
    if not typed.strip():
        return None
    number = whole(typed)
    if number is None:
        raise InvalidInput("not_a_number", "“{field}”填的是“{typed}”：应填数字。", field=_("编号"), typed=typed[:40])
    return number


def _page(
    request: Request,
    person: Person,
    session: Session,
    stage: str,
    wanted: dict[str, str],
    refusal: CallcenterError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    stages = studies.known_stages(session)
    at = chosen(session, stages, stage)
    kind = wanted.get("kind", "") if wanted.get("kind") in kinds.KINDS else ""
    item = wanted.get("item", "")
    values: dict[str, Any] = {
        "stages": stages,
        "chosen": at,
        "kind": kind,
        "item": item,
        "rows": queries.records(session, at.id, kind, whole(item) or 0) if at else [],
        "counts": queries.counts(session, at.id) if at else [],
        "codes": kinds,
        "today": field_day(clock.now()),
        "typed": typed or {},
        "problem": _(refusal.text, **refusal.about) if refusal else "",
    }
    status = 200 if refusal is None else 422 if isinstance(refusal, InvalidInput) else 409
    return page(request, person, "supervisor/other_sources.html", status=status, **values)
