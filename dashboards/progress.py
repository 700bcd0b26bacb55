"""The tables of the study board: each population by stratum, and what the field will still bring, in plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from callcenter.call_queue.callable import Reason
from callcenter.response_rates.cohorts import Cohort, named_rates
from callcenter.response_rates.queries import PopulationCounts, boards
from callcenter.web import formats
from callcenter.web.translations import gettext as _
from dashboards.view import Mark, Percent, Share, Table

OLD = timedelta(hours=3)
"""A forecast is worked out every hour: one that is so old says that the timetable stands."""


@dataclass(frozen=True)
class Outlook:
    """The forecast that was kept: when it was worked out, and why there is none."""

    at: datetime
    why_not: str | None
    found: Mapping[str, Any]


@dataclass(frozen=True)
class Board:
    """What is shown of a study, and when it was counted (field time)."""

    study_id: int
    title: str
    at: datetime
    populations: list[PopulationCounts]
    scheduler_silent: timedelta | None = None
    """For how long the scheduler has done nothing, where that is too long."""
    forecast: Outlook | None = None
    stopped: boards.Stopped | None = None
    """Who stopped its dialling, while it is stopped."""
    lines: Reason | None = None
    """Why no line of it can call, where somebody or the system took them out of use."""
    closed: frozenset[int] = frozenset()
    """The populations whose calling window has closed."""


def all_tables(board: Board) -> list[Table]:
    """Every table of the board."""
    by_stratum = of_forecast(board)
    return [
        *(of_population(one, over=one.population_id in board.closed) for one in board.populations),
        *([by_stratum] if by_stratum else []),
    ]


def of_population(population: PopulationCounts, *, over: bool = False) -> Table:
    """One population by stratum, with its sum; `over`: its calling window has closed, and what is open is called no more."""
    heads = (
        _("层"), _("总体"), _("目标"), _("主样本"), _("补充"), _("已拨打"), _("接触到人"), _("完成"), _("有效"), _("完成/已释放"),
        _("回收率 RR1"), _("状态"),
    )  # fmt: skip
    about = _("回收率 RR1 = 完成/(E+U)；不合格的单位不在分母中。完成/已释放以全部已释放企业为分母。")
    rows = [_of_stratum(stratum, stratum.name, over=over) for stratum in population.strata]
    total = (*_of_stratum(population.total, _("合计"))[:-1], _state_of_all(population.strata))
    return Table(f"p{population.population_id}", _("各层进展"), heads, rows, about, total)


def _of_stratum(stratum: Cohort, name: str, *, over: bool = False) -> tuple[Any, ...]:
    returned, complete = named_rates(stratum)[:2]
    return (
        name, stratum.size, stratum.target, stratum.released - stratum.top_up, stratum.top_up, stratum.called, stratum.reached,
        stratum.complete, stratum.valid, Share(complete.numerator, complete.denominator), Share(returned.numerator, returned.denominator),
        _state(stratum, over=over),
    )  # fmt: skip


def _state_of_all(strata: Sequence[Cohort]) -> Mark:
    """Targets are those of the strata: what one has too many does not help another."""
    reached = sum(stratum.valid >= stratum.target for stratum in strata if stratum.released)
    if strata and reached == len(strata):
        return Mark(_("已达目标"), "done")
    return Mark(_("{n} / {strata} 层已达目标", n=reached, strata=len(strata)))


def _state(stratum: Cohort, *, over: bool) -> Mark:
    if not stratum.released:
        return Mark(_("未释放"))
    if stratum.valid >= stratum.target:
        return Mark(_("已达目标"), "done")
    if over:
        return Mark(_("已结束，比目标少 {n}", n=formats.number(stratum.target - stratum.valid)), "warning")
    return Mark(_("进行中")) if stratum.open else Mark(_("不足，已无可拨"), "warning")


def of_forecast(board: Board) -> Table | None:
    """What each stratum will have at the end; none without a forecast."""
    if board.forecast is None or board.forecast.why_not:
        return None
    heads = (
        _("样本总体"),
        _("层"),
        _("目标"),
        _("有效"),
        _("期末有效（中位）"),
        _("低（10%）"),
        _("高（90%）"),
        _("达到目标的把握"),
        _("预测"),
    )
    rows: list[tuple[Any, ...]] = [
        (
            one.get("population", ""), one["name"], one["target"], one["valid"], one["middle"], one["low"], one["high"],
            Percent(one["chance"]), _outlook(one),
        )
        for one in board.forecast.found["strata"]
    ]  # fmt: skip
    about = _("没有拨打过的层没有预测：数据不足，不给数字。预测只算已释放的个案，不算以后的补充。")
    return Table("forecast", _("各层预测"), heads, rows, about)


def _outlook(one: Mapping[str, Any]) -> Mark:
    if one["valid"] >= one["target"]:
        return Mark(_("已达目标"), "done")
    if one["chance"] is None:
        return Mark(_("数据不足"))
    return Mark(_("可以达到"), "done") if one["chance"] >= 0.9 else Mark(_("可能不足"), "warning")


def forecast_stats(outlook: Outlook) -> list[tuple[str, str, str]]:
    """What, how much, and how sure, of the whole study."""
    found, last = outlook.found, outlook.found["days"][-1]
    target = sum(one["target"] for one in found["strata"])
    needed = found["operators_needed"]
    about_targets = _("有的层数据不足") if found["targets"] is None else _sure(found["targets"])
    return [
        (_("拨打到底"), _on(found["worked"]), _sure(found["worked"])),
        (_("各层全部达到目标"), "–" if found["targets"] is None else _on(found["targets"]), about_targets),
        (
            _("期末有效样本"),
            formats.number(last["middle"]),
            _("{low}–{high}，目标 {target}", low=_n(last["low"]), high=_n(last["high"]), target=target),
        ),
        (
            _("每天的话务员"),
            formats.number(found["operators"]),
            _("期内做不完，再多也不够") if needed is None else _("九成把握做完需要 {n} 人", n=needed),
        ),
    ]


def forecast_finding(outlook: Outlook) -> str:
    """The finding of the forecast's chart in words."""
    last = outlook.found["days"][-1]
    about = {"day": last["day"], "low": _n(last["low"]), "high": _n(last["high"])}
    return _("到 {day} 预计有效样本 {low}–{high}（十次中八次）", **about)


def age(board: Board) -> str:
    """When the forecast was worked out, and how long ago."""
    if board.forecast is None:
        return ""
    old = max(board.at - board.forecast.at, timedelta())
    about = {"at": formats.moment(board.forecast.at), "ago": formats.duration(old)}
    if old > OLD and board.scheduler_silent is None:
        return _("预测于 {at}（{ago} 前），已经过时：定时程序会在一两分钟内重算。", **about)
    if old > OLD:
        return _("预测于 {at}（{ago} 前），已经过时：请看定时程序是否在运行。", **about)
    return _("预测于 {at}（{ago} 前）。", **about)


def basis(outlook: Outlook) -> str:
    """By which pace it was worked out."""
    calls = formats.number(outlook.found["calls_a_day"], 0)
    if outlook.found["own_pace"]:
        return _("按本研究至今每人每天 {calls} 次拨打推算；区间为第 10 到第 90 百分位。", calls=calls)
    return _("本研究拨打的天数还少，按通常每人每天 {calls} 次推算；区间为第 10 到第 90 百分位。", calls=calls)


def _on(end: Mapping[str, Any]) -> str:
    return _("期内不能") if end["middle"] is None else formats.day(date.fromisoformat(end["middle"]))


def _sure(end: Mapping[str, Any]) -> str:
    chance = formats.percent(end["chance"])
    if end["early"] is None:
        return _("期内的把握 {chance}", chance=chance)
    late = _("期外") if end["late"] is None else end["late"]
    return _("{early} 至 {late}，期内的把握 {chance}", early=end["early"], late=late, chance=chance)


def _n(value: float) -> str:
    return formats.number(round(value))
