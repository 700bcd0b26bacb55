"""The steps of a draw: commitment, public value, draw."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from callcenter.errors import CallcenterError, InvalidInput
from callcenter.sampling import actions, queries
from callcenter.studies.phases import FIELD_ZONE
from callcenter.web.deps import Work
from callcenter.web.pages.supervisor.sampling.workbench import Supervisor, refused
from callcenter.web.rendering import flash, see_other

router = APIRouter(prefix="/supervisor/sampling")


@router.post("/populations/{population_id}/commitment")
def commit(
    request: Request,
    person: Supervisor,
    session: Work,
    population_id: int,
    public_source: Annotated[str, Form(max_length=500)] = "",
    public_due: Annotated[str, Form()] = "",
    word: Annotated[str, Form(max_length=2000)] = "",
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Begin a draw: its secret's hash, the public source and moment are recorded; or share another population's."""
    try:
        with session.begin_nested():
            actions.commit(
                session,
                population_id=population_id,
                public_source=public_source,
                public_due=None if shared.isdecimal() else _moment(public_due),
                user_id=person.id,
                word=word or None,
                with_population_id=int(shared) if shared.isdecimal() else None,
            )
    except CallcenterError as refusal:
        typed = {"public_source": public_source, "public_due": public_due, "word": word, "shared": shared}
        return refused(request, person, session, population_id, refusal, typed)
    flash(request, "抽样承诺已登记：请把密值摘要交给委托单位，然后冻结方案。")
    return see_other(f"/supervisor/sampling/populations/{population_id}")


@router.post("/draws/{draw_id}/public-value")
def enter(request: Request, person: Supervisor, session: Work, draw_id: int, value: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Record the published value."""
    population_id = queries.draw(session, draw_id).population_id
    try:
        with session.begin_nested():
            actions.enter_public_value(session, draw_id, value, person.id)
    except CallcenterError as refusal:
        return refused(request, person, session, population_id, refusal, {"value": value})
    flash(request, "公开值已登记，种子已确定，可以抽样了。")
    return see_other(f"/supervisor/sampling/populations/{population_id}")


@router.post("/draws/{draw_id}/draw")
def draw(request: Request, person: Supervisor, session: Work, draw_id: int) -> Response:
    """Draw with the frozen design."""
    found = queries.draw(session, draw_id)
    try:
        with session.begin_nested():
            actions.draw(session, draw_id=draw_id, design_id=found.design_id or 0, user_id=person.id)
    except CallcenterError as refusal:
        return refused(request, person, session, found.population_id, refusal, {})
    flash(request, "抽样完成，证书已生成。下一步：释放主样本。")
    return see_other(f"/supervisor/sampling/draws/{draw_id}/releases")


def _moment(typed: str) -> datetime:
    """A moment typed in field time."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=FIELD_ZONE)
    except ValueError:
        raise InvalidInput("not_a_moment", "公布时间没有填或格式不对：请填年月日和时分。") from None
