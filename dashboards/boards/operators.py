"""Operators today: what they do now, calls, completes, talk, and how many of their interviews were judged valid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter.call_queue.calling_hours import at_minute
from callcenter.response_rates.queries import boards
from callcenter.studies.phases import field_day
from callcenter.web.translations import gettext as _
from dashboards import figures
from dashboards.view import Chart, Share, Table, View


@dataclass(frozen=True)
class Counted:
    """The operators of today."""

    at: datetime
    operators: list[boards.OperatorDay]


def count(session: Session, study_id: int, now: datetime) -> Counted:
    """Since the field's midnight."""
    return Counted(now, boards.operators_since(session, study_id, at_minute(field_day(now), 0), now))


def view(counted: Counted) -> View:
    """Today's table and who is doing what."""
    if not counted.operators:
        return View(empty=_("今天还没有话务员上岗。"))
    names = {
        "ready": _("等待个案"), "preview": _("阅读个案"), "call": _("通话中"), "wrap_up": _("话后整理"), "break": _("休息"),
        "training": _("培训"), "off": _("已下班"),
    }  # fmt: skip
    heads = (
        _("话务员"), _("现在"), _("已持续"), _("在岗时间"), _("休息时间"), _("拨打次数"), _("接通"), _("完成"), _("拒访"),
        _("通话时间"), _("有效/已判定"),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (
            one.name, names.get(one.now or "", "–"), counted.at - one.since if one.since else None, one.at_work, one.on_break,
            one.calls, one.answered, one.complete, one.refused, one.talk, Share(one.valid, one.judged),
        )
        for one in counted.operators
    ]  # fmt: skip
    at_work = sum(one.now not in {None, "off", "break"} for one in counted.operators)
    finding = _("在岗 {count} 人，今天完成 {complete} 份", count=at_work, complete=sum(one.complete for one in counted.operators))
    about = _("今天的数字受所分个案影响，不宜直接比较；复核和核查结果另见质量页面。")
    return View([Table("operators", _("今天的话务员"), heads, rows, about)], [Chart("work", finding, figures.work(counted.operators))])
