"""Alerts that leave the house: where they go, what was sent, what failed; and a trial."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from callcenter.operations import actions, queries
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/administrator/alerts")
Administrator = Annotated[Person, allow("administrator")]
SIZE = 50
TRIAL = "alert_trial"


@router.get("")
def deliveries(request: Request, person: Administrator, session: Work, offset: Offset = 0) -> Response:
    """What was sent or is to be, newest first."""
    shown, count = queries.alert_deliveries(session, offset=offset, limit=SIZE)
    settings = request.app.state.settings
    values: dict[str, Any] = {"shown": shown, "count": count, "offset": offset, "size": SIZE}
    ways = [name for name, is_set in (("webhook", settings.alert_webhook_url), ("email", settings.smtp_host)) if is_set]
    return page(request, person, "administrator/alerts.html", **values, ways=ways, lowest=settings.alert_from)


@router.post("/trial")
def trial(request: Request, person: Administrator, session: Work) -> Response:
    """Raise an alert that means nothing, to see whether it arrives; the former one is closed."""
    actions.close_alert(session, TRIAL, person.id)
    actions.raise_alert(session, TRIAL, "stop", _("这是一条测试提醒，不需要处理。"), same_as=TRIAL)
    actions.record(session, person.id, "alert_tried", "alert", TRIAL)
    flash(request, "测试提醒已发出：几秒后在下面看发送结果，督导的总览页上也会出现。")
    return see_other("/administrator/alerts")
