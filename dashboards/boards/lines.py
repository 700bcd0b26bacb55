"""The published lines today: calls, answer rate, rest; and each line's control chart over two weeks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from callcenter.call_queue.calling_hours import at_minute
from callcenter.calls.lines import health
from callcenter.response_rates.queries import boards
from callcenter.studies.phases import field_day
from callcenter.web import formats
from callcenter.web.pages.supervisor.line_figure import figure
from callcenter.web.translations import gettext as _
from dashboards.view import Chart, Share, Table, View

SPAN = timedelta(days=14)
BLOCK = 100
"""Cases in a point of the chart; more where hardly anybody answers."""


@dataclass(frozen=True)
class Counted:
    """Lines of today and the points of their charts."""

    at: datetime
    lines: list[boards.LineDay]
    points: dict[str, list[health.Point]]


def count(session: Session, study_id: int, now: datetime) -> Counted:
    """The lines since the field's midnight, and their calls of two weeks."""
    calls = boards.calls_of_lines(session, study_id, now - SPAN)
    return Counted(now, boards.lines_since(session, study_id, at_minute(field_day(now), 0)), health.chart(calls, BLOCK))


def view(counted: Counted) -> View:
    """Today's table and the control charts."""
    if not counted.lines:
        return View(empty=_("这项研究还没有公布的外呼号码。"))
    heads = (_("线路"), _("状态"), _("正在通话"), _("最多同时"), _("今天拨打"), _("今天接通"), _("接通率"), _("线路故障"))
    rows: list[tuple[Any, ...]] = [
        (
            line.number,
            _state(line, counted.at),
            line.open,
            line.most,
            line.calls,
            line.answered,
            Share(line.answered, line.calls),
            line.failed,
        )
        for line in counted.lines
    ]
    low = [number for number, points in counted.points.items() if points and points[-1].is_low]
    finding = _("接通率低于控制限的线路：{lines}", lines=_("、").join(low)) if low else _("没有线路的接通率低于控制限")
    table = Table("lines", _("今天的线路"), heads, rows, _("接通率 = 有人接听的次数/拨打次数。图上每点是一组个案，控制限是三倍标准差。"))
    charts = [Chart("control", finding, figure(counted.points))] if any(counted.points.values()) else []
    return View([table], charts)


def _state(line: boards.LineDay, now: datetime) -> str:
    if line.state == "open" and line.resting_until is not None and line.resting_until > now:
        today = field_day(line.resting_until) == field_day(now)
        return _("暂停到 {time}", time=formats.clock_time(line.resting_until) if today else formats.moment(line.resting_until))
    return {"open": _("可用"), "draining": _("停止新呼叫"), "withdrawn": _("已撤下")}.get(line.state, line.state)
