"""Charts of the study board, as Plotly takes them: data and layout in plain values. Colours are told apart by the colour-blind."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from callcenter.call_queue import priority
from callcenter.response_rates.cohorts import Cohort, together
from callcenter.response_rates.queries import PopulationCounts
from callcenter.response_rates.queries.boards import DayQuality, DueCases, OperatorDay
from callcenter.studies.phases import FIELD_ZONE
from callcenter.web import formats
from callcenter.web.translations import gettext as _

ACCENT, DONE, QUIET, DARK, ORANGE = "#0b5cad", "#1b7a43", "#c9d1d9", "#1f2933", "#d9822b"
FONT = {"family": '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif', "size": 14, "color": DARK}
COLOURS = {"I": DONE, "P": "#8fc7a5", "R": ORANGE, "NC": "#e9c46a", "O": "#9b8bb4", "UH": QUIET, "UO": "#94a3b3", "NE": "#5c6b7a"}
NAMES = {
    "I": "完成",
    "P": "部分完成",
    "R": "拒访",
    "NC": "未接触到",
    "O": "其他合格",
    "UH": "未知（未接通）",
    "UO": "未知（其他）",
    "NE": "不合格",
}


def targets_finding(strata: Sequence[Cohort]) -> str:
    """The finding of the first chart in words."""
    reached = sum(1 for stratum in strata if stratum.target and stratum.valid >= stratum.target)
    total = together(strata)
    about = {"reached": reached, "strata": len(strata), "valid": total.valid, "target": total.target}
    return _("{strata} 个层中 {reached} 个已达到目标，有效样本 {valid}/{target}", **about)


def targets(strata: Sequence[Cohort]) -> dict[str, Any]:
    """Valid samples of each stratum against its target."""
    names = [stratum.name for stratum in strata]
    valid = {
        "type": "bar",
        "orientation": "h",
        "name": _("有效样本"),
        "y": names,
        "x": [stratum.valid for stratum in strata],
        "text": [str(stratum.valid) for stratum in strata],
        "textposition": "outside",
        "marker": {"color": [DONE if stratum.valid >= stratum.target else ACCENT for stratum in strata]},
    }
    wanted = {
        "type": "scatter",
        "mode": "markers",
        "name": _("目标"),
        "y": names,
        "x": [stratum.target for stratum in strata],
        "marker": {"symbol": "line-ns-open", "size": 20, "color": DARK, "line": {"width": 3}},
    }
    return {"data": [valid, wanted], "layout": _layout(len(names), _("个有效样本"))}


def outcomes_finding(strata: Sequence[Cohort]) -> str:
    """The finding of the second chart in words."""
    total = together(strata)
    about = {"released": total.released, "complete": total.complete, "refused": total.categories.get("R", 0), "open": total.open}
    return _("已释放 {released}：完成 {complete}，拒访 {refused}，仍在进行 {open}", **about)


def outcomes(strata: Sequence[Cohort]) -> dict[str, Any]:
    """What the released cases of each stratum are, by category."""
    names = [stratum.name for stratum in strata]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": _(name),
            "y": names,
            "x": [stratum.categories.get(category, 0) for stratum in strata],
            "marker": {"color": COLOURS[category]},
        }
        for category, name in NAMES.items()
    ]
    return {"data": bars, "layout": {**_layout(len(names), _("个已释放的企业")), "barmode": "stack"}}


HEAT = [[0.0, "#7a2e0e"], [0.5, "#f0c987"], [1.0, "#e8f2fb"]]
"""From least done to done; its lightness alone tells, whatever colours a reader sees."""
LEAST_OF_SCALE = 4
"""Rows below which a colour scale has no room for its words."""
SERIES = (ACCENT, DONE, ORANGE, "#7a5195")
DASHES = ("solid", "dash", "dot", "dashdot")


def heat(populations: Sequence[PopulationCounts]) -> dict[str, Any]:
    """Valid samples as a share of the target, population by stratum."""
    names = list(dict.fromkeys(stratum.name for population in populations for stratum in population.strata))
    found = {(population.code, stratum.name): stratum for population in populations for stratum in population.strata}
    cells = [[found.get((population.code, name)) for name in names] for population in populations]
    data = {
        "type": "heatmap",
        "x": names,
        "y": [population.code for population in populations],
        "z": [[min(1.0, one.valid / one.target) if one and one.target else None for one in row] for row in cells],
        "text": [[f"{one.valid}/{one.target}" if one else "" for one in row] for row in cells],
        "texttemplate": "%{text}",
        "zmin": 0,
        "zmax": 1,
        "colorscale": HEAT,
        "colorbar": {"title": {"text": _("有效/目标")}, "tickformat": ".0%"},
        "hovertemplate": "%{y} %{x}<br>%{text}<extra></extra>",
    }
    layout = {
        **_layout(max(len(populations), LEAST_OF_SCALE), ""),
        "yaxis": {"autorange": "reversed", "type": "category"},
        "xaxis": {"type": "category", "automargin": True},
    }
    return {"data": [data], "layout": layout}


def forecast(found: Mapping[str, Any]) -> dict[str, Any]:
    """Valid samples by day: the middle of the runs in its band, and the target."""
    days = [day["day"] for day in found["days"]]
    target = sum(one["target"] for one in found["strata"])
    plain = {"type": "scatter", "x": days}
    edge = {**plain, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    data = [
        {**edge, "y": [day["low"] for day in found["days"]], "showlegend": False},
        {**edge, "y": [day["high"] for day in found["days"]], "name": _("十次中八次"), "fill": "tonexty", "fillcolor": "#cfe0f1"},
        {
            **plain,
            "y": [day["middle"] for day in found["days"]],
            "mode": "lines+markers",
            "name": _("预计有效样本"),
            "line": {"color": ACCENT},
        },
        {**plain, "y": [target] * len(days), "mode": "lines", "name": _("目标"), "line": {"color": DARK, "dash": "dash"}},
    ]
    axes = {"xaxis": {"type": "category", "automargin": True}, "yaxis": {"title": {"text": _("个有效样本")}, "rangemode": "tozero"}}
    return {"data": data, "layout": {**_layout(7, ""), **axes}}


def lines_over_time(moments: Sequence[datetime], series: Mapping[str, Sequence[float | None]]) -> dict[str, Any]:
    """Rates over time, each with its name at its end; told apart by their dashes too."""
    at = [moment.astimezone(FIELD_ZONE).strftime("%Y-%m-%d %H:%M") for moment in moments]
    data = [
        {
            "type": "scatter",
            "mode": "lines" if len(at) > 1 else "markers",
            "name": name,
            "x": at,
            "y": list(values),
            "line": {"color": SERIES[place % 4], "dash": DASHES[place % 4], "width": 2},
        }
        for place, (name, values) in enumerate(series.items())
    ]
    axes = {
        "xaxis": {"title": {"text": _("时间")}, "type": "date" if len(at) > 1 else "category"},
        "yaxis": {"tickformat": ".0%", "rangemode": "tozero", "title": {"text": _("比率")}},
    }
    return {"data": data, "layout": {**_layout(8, ""), **axes}}


def due(cases: Sequence[DueCases]) -> dict[str, Any]:
    """Waiting cases by day, stacked by rank."""
    days = sorted({one.day for one in cases})
    counts = {(one.day, one.rank): one.count for one in cases}
    colours = dict(zip(priority.ORDER, (DARK, ORANGE, "#e9c46a", ACCENT, QUIET), strict=True))
    bars = [
        {
            "type": "bar",
            "name": _(priority.label(rank)),
            "x": [formats.day(day) for day in days],
            "y": [counts.get((day, rank), 0) for day in days],
            "marker": {"color": colours[rank]},
        }
        for rank in priority.ORDER
    ]
    axes = {"xaxis": {"type": "category", "automargin": True}, "yaxis": {"title": {"text": _("个案")}, "rangemode": "tozero"}}
    return {"data": bars, "layout": {**_layout(7, ""), **axes, "barmode": "stack"}}


def work(operators: Sequence[OperatorDay]) -> dict[str, Any]:
    """Today's time of each operator: talk, other work, breaks."""
    names = [one.name for one in operators]
    parts = [
        (_("通话"), DONE, [one.talk.total_seconds() / 3600 for one in operators]),
        (_("其他在岗"), QUIET, [max(0.0, (one.at_work - one.talk).total_seconds() / 3600) for one in operators]),
        (_("休息"), ORANGE, [one.on_break.total_seconds() / 3600 for one in operators]),
    ]
    bars = [
        {"type": "bar", "orientation": "h", "name": name, "y": names, "x": hours, "marker": {"color": colour}}
        for name, colour, hours in parts
    ]
    return {"data": bars, "layout": {**_layout(len(names), _("小时")), "barmode": "stack"}}


def quality(days: Sequence[DayQuality]) -> dict[str, Any]:
    """Valid and other complete interviews by day."""
    at = [formats.day(one.day) for one in days]
    bars = [
        {"type": "bar", "name": _("有效"), "x": at, "y": [one.valid for one in days], "marker": {"color": DONE}},
        {"type": "bar", "name": _("未计为有效"), "x": at, "y": [one.complete - one.valid for one in days], "marker": {"color": ORANGE}},
    ]
    axes = {"xaxis": {"type": "category", "automargin": True}, "yaxis": {"title": {"text": _("完成的访问")}, "rangemode": "tozero"}}
    return {"data": bars, "layout": {**_layout(7, ""), **axes, "barmode": "stack"}}


def _layout(rows: int, unit: str) -> dict[str, Any]:
    return {
        "font": FONT,
        "height": 140 + 34 * max(rows, 1),
        "margin": {"l": 110, "r": 30, "t": 50, "b": 50},
        "xaxis": {"title": {"text": unit}, "automargin": True, "rangemode": "tozero", "gridcolor": "#e4e7eb"},
        "yaxis": {"autorange": "reversed", "automargin": True},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
    }
