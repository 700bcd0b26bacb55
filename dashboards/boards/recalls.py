"""What is due when: waiting cases by day and rank, and appointments against the operators who can keep them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from callcenter.call_queue import priority
from callcenter.follow_up.appointments import capacity
from callcenter.response_rates.queries import boards
from callcenter.studies.phases import field_day
from callcenter.web import formats
from callcenter.web.translations import gettext as _
from dashboards import figures
from dashboards.view import Chart, Table, View

AHEAD = timedelta(days=7)
MINUTES = 8
"""Length of an interview, which settings of studies may say otherwise; boards do not read them."""


@dataclass(frozen=True)
class Counted:
    """Waiting cases, promised half hours of the coming week, operators at work."""

    due: list[boards.DueCases]
    slots: list[boards.SlotPromises]
    operators: int


def count(session: Session, study_id: int, now: datetime) -> Counted:
    """What waits now."""
    return Counted(
        boards.due_cases(session, study_id, field_day(now)),
        boards.promised_slots(session, study_id, now - timedelta(minutes=30), now + AHEAD),
        boards.operators_at_work(session, now),
    )


def view(counted: Counted) -> View:
    """Cases by day and rank; half hours with what was promised for them."""
    if not counted.due and not counted.slots:
        return View(empty=_("没有等待拨打的个案，也没有预约。"))
    return View([_by_day(counted), _by_slot(counted)], _charts(counted))


def _by_day(counted: Counted) -> Table:
    days = sorted({one.day for one in counted.due})
    counts = {(one.day, one.rank): one.count for one in counted.due}
    heads = (_("到期日"), *(_(priority.label(rank)) for rank in priority.ORDER), _("合计"))
    rows: list[tuple[Any, ...]] = []
    for day in days:
        found = [counts.get((day, rank), 0) for rank in priority.ORDER]
        rows.append((formats.day(day), *found, sum(found)))
    return Table("due", _("等待拨打的个案"), heads, rows, _("已过期的算在今天。"))


def _by_slot(counted: Counted) -> Table:
    room = capacity(counted.operators, MINUTES)
    heads = (_("半小时"), _("定时预约"), _("大致时间"), _("现在在岗人员能接"), _("状态"))
    rows: list[tuple[Any, ...]] = [
        (formats.moment(slot.start), slot.hard, slot.soft, room if counted.operators else None, _("人手不足") if slot.hard > room else "")
        for slot in counted.slots
    ]
    return Table(
        "slots",
        _("一周内的预约"),
        heads,
        rows,
        _("在岗 {count} 人；每次访问按 {minutes} 分钟计。", count=counted.operators, minutes=MINUTES),
    )


def _charts(counted: Counted) -> list[Chart]:
    today = sum(one.count for one in counted.due if one.day == min(other.day for other in counted.due)) if counted.due else 0
    finding = _("最近一个到期日有 {count} 个个案要拨打", count=today)
    return [Chart("due", finding, figures.due(counted.due))]
