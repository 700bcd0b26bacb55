"""Rates over time, from the snapshots that the scheduler keeps each hour."""

from datetime import datetime

from sqlmodel import Session

from callcenter.response_rates import aapor
from callcenter.response_rates.queries import over_time
from callcenter.response_rates.queries.by_stratum import Moment
from callcenter.web import formats
from callcenter.web.translations import gettext as _
from dashboards import figures
from dashboards.view import Chart, Percent, Share, Table, View

SHOWN = ("RR1", "COOP1", "CON1", "REF1")


def count(session: Session, study_id: int, _now: datetime) -> list[Moment]:
    """The study hour by hour."""
    return over_time(session, study_id)


def view(counted: list[Moment]) -> View:
    """Rates as lines; the table holds the last moment of each day."""
    if not counted:
        return View(empty=_("还没有历史数字：定时程序每小时记一次，第一次之后这里显示曲线。"))
    rates = [aapor.report([moment.cohort.categories])["rates"] for moment in counted]
    last = counted[-1].cohort
    about = {"complete": last.complete, "valid": last.valid, "released": last.released}
    finding = _("到 {at}：完成 {complete}，有效 {valid}，已释放 {released}", at=formats.moment(counted[-1].at), **about)
    by_day = {formats.day(moment.at.date()): place for place, moment in enumerate(counted)}
    heads = (_("日期"), _("已释放"), _("完成"), _("有效"), *SHOWN, _("接通率"))
    rows = []
    for day, place in by_day.items():
        cohort = counted[place].cohort
        figures_of_day = [rates[place][name] for name in SHOWN]
        shares = [Percent(value) for value in figures_of_day]
        rows.append((day, cohort.released, cohort.complete, cohort.valid, *shares, Share(cohort.answered, cohort.dialled)))
    told = _("RR1 = I/(E+U)，COOP1 = I/(I+P+R+O)，CON1 = (I+P+R+O)/(E+U)，REF1 = R/(E+U)；与 callcenter rates 相同。")
    chart = figures.lines_over_time([moment.at for moment in counted], {name: [rate[name] for rate in rates] for name in SHOWN})
    return View([Table("days", _("每天最后一次"), heads, rows, told)], [Chart("rates", finding, chart)])
