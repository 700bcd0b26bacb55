"""Charts of the study board, as Plotly takes them: data and layout in plain values. Colours are told apart by the colour-blind."""

from collections.abc import Sequence
from typing import Any

from callcenter.response_rates.cohorts import Cohort, together
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


def _layout(rows: int, unit: str) -> dict[str, Any]:
    return {
        "font": FONT,
        "height": 140 + 34 * max(rows, 1),
        "margin": {"l": 110, "r": 30, "t": 50, "b": 50},
        "xaxis": {"title": {"text": unit}, "rangemode": "tozero", "gridcolor": "#e4e7eb"},
        "yaxis": {"autorange": "reversed", "automargin": True},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
    }
