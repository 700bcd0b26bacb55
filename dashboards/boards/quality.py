"""Whether the interviews can be trusted: valid share and length by day, and why interviews are not valid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter.response_rates.queries import boards
from callcenter.web import formats, labels
from callcenter.web.translations import gettext as _
from dashboards import figures
from dashboards.view import Chart, Share, Table, View


@dataclass(frozen=True)
class Counted:
    """Days and reasons."""

    days: list[boards.DayQuality]
    reasons: list[tuple[str, int, bool]]


def count(session: Session, study_id: int, _now: datetime) -> Counted:
    """All complete interviews so far."""
    return Counted(boards.quality_by_day(session, study_id), boards.reasons_of_invalid(session, study_id))


def view(counted: Counted) -> View:
    """By day, and by reason."""
    if not counted.days:
        return View(empty=_("还没有完成的访问。"))
    heads = (_("日期"), _("完成"), _("有效"), _("有效率"), _("明显偏短"), _("时长中位数（分钟）"))
    rows: list[tuple[Any, ...]] = [
        (formats.day(one.day), one.complete, one.valid, Share(one.valid, one.complete), one.short, round(one.minutes, 1))
        for one in counted.days
    ]
    complete, valid = sum(one.complete for one in counted.days), sum(one.valid for one in counted.days)
    finding = _("完成 {complete} 份，其中有效 {share}", complete=complete, share=formats.share(valid, complete))
    about = _("明显偏短：不到本研究中位数的一半。偏短只是提示，不是判定。")
    why = [(labels.value(code), _("不计为有效") if against else _("提示复核"), number) for code, number, against in counted.reasons]
    tables = [Table("days", _("每天"), heads, rows, about)]
    if why:
        tables.append(Table("reasons", _("原因"), (_("原因"), _("作用"), _("份数")), why))
    return View(tables, [Chart("days", finding, figures.quality(counted.days))])
