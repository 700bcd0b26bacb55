"""Charts of designs side by side, as Plotly takes them. Colours are told apart by the colour-blind, and every bar bears its number."""

from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.sampling.design import Plan, PlannedStratum
from callcenter.web.formats import percent
from callcenter.web.translations import gettext as _

COLOURS = ("#0b5cad", "#d9822b", "#1b7a43", "#9b8bb4", "#5c6b7a", "#b3261e")
PATTERNS = ("", "/", "x", ".", "-", "\\")
FONT = {"family": '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif', "size": 14, "color": "#1f2933"}
MOST_ROWS = 40
"""More strata than these no chart can show: the largest are drawn, the table has all."""


def released(plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Units to release by stratum, a bar for each design."""
    return _bars(plans, lambda row: row.main_size, lambda row: f"{row.main_size:,}", _("释放的单位数"))


def margins(plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Expected margin by stratum, a bar for each design."""
    return _bars(
        plans,
        lambda row: None if row.margin is None else round(100 * row.margin, 2),
        lambda row: percent(row.margin),
        _("误差界（± 百分点）"),
    )


def strata_of(plans: Sequence[Plan]) -> list[str]:
    """The strata of all designs, largest first."""
    sizes: dict[str, int] = {}
    for plan in plans:
        sizes |= {row.name: max(row.size, sizes.get(row.name, 0)) for row in plan.strata}
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _bars(plans: Mapping[str, Plan], value: Any, told: Any, unit: str) -> dict[str, Any]:
    names = strata_of(list(plans.values()))[:MOST_ROWS]
    data = []
    for place, (name, plan) in enumerate(plans.items()):
        rows: dict[str, PlannedStratum] = {row.name: row for row in plan.strata}
        shown = [rows.get(stratum) for stratum in names]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": names,
                "x": [None if row is None else value(row) for row in shown],
                "text": ["" if row is None else told(row) for row in shown],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": COLOURS[place % len(COLOURS)], "pattern": {"shape": PATTERNS[place % len(PATTERNS)]}},
            }
        )
    height = 130 + len(names) * (14 + 22 * max(1, len(data)))
    layout = {
        "font": FONT,
        "height": height,
        "barmode": "group",
        "margin": {"l": 110, "r": 60, "t": 50, "b": 50},
        "xaxis": {"title": {"text": unit}, "rangemode": "tozero", "gridcolor": "#e4e7eb"},
        "yaxis": {"autorange": "reversed", "automargin": True},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
    }
    return {"data": data, "layout": layout}
