"""How far each stratum of each population is: a heat map of item by stratum, darkest where least is done."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from callcenter.response_rates.queries import PopulationCounts, study_counts
from callcenter.web.translations import gettext as _
from dashboards import figures
from dashboards.view import Chart, Share, Table, View


def count(session: Session, study_id: int, _now: datetime) -> list[PopulationCounts]:
    """Counts by population and stratum."""
    return study_counts(session, study_id)


def view(counted: list[PopulationCounts]) -> View:
    """The heat map and its table."""
    if not counted:
        return View(empty=_("还没有抽样。抽样并释放主样本之后，这里显示各层的进展。"))
    heads = (
        _("总体"),
        _("层"),
        _("总体数"),
        _("目标"),
        _("已释放"),
        _("其中补充"),
        _("有效"),
        _("有效/目标"),
        _("回收率 RR1"),
        _("仍在进行"),
    )
    rows: list[tuple[Any, ...]] = []
    short = 0
    for population in counted:
        for one in population.strata:
            answers = sum(one.categories.values()) - one.categories.get("NE", 0)
            rows.append(
                (
                    population.code, one.name, one.size, one.target, one.released, one.top_up, one.valid,
                    Share(one.valid, one.target), Share(one.complete, answers), one.open,
                )
            )  # fmt: skip
            short += one.valid < one.target and not one.open and one.released > 0
    finding = _("{count} 个层不足而且已没有可拨的个案", count=short) if short else _("没有层在用完个案之后仍然不足")
    table = Table("strata", _("各总体各层"), heads, rows, _("颜色是有效样本占目标的比例：越深越缺。空格表示没有这个层。"))
    return View([table], [Chart("heat", finding, figures.heat(counted))])
