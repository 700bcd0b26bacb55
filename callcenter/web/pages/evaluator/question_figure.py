"""Charts of one question: its distribution, and its districts with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from callcenter.estimates.distribution import distribution, width
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import QuestionTable, numbers
from callcenter.web.formats import bracketed
from callcenter.web.translations import gettext as _


def bars(of: Respondents, table: QuestionTable) -> dict[str, Any]:
    """The distribution: shares of the levels with their intervals, or of classes of a number."""
    if table.statistic == "prop":
        told = [(result.level_label, result.figure) for result in table.results()]
        return _figure_of([label for label, _one in told], [one for _label, one in told], table.question.label)
    if table.question.repeated:
        return {"data": [], "layout": {}}
    valid = of.valid
    bars = distribution(np.where(valid, numbers(of, table.question), np.nan), of.sample.weights)
    at = {"x": [bar.middle for bar in bars], "width": 0.9 * width(bars)}
    data = {"type": "bar", **at, "y": [bar.share for bar in bars], "hovertext": [bar.label for bar in bars], "marker": {"color": "#0b5cad"}}
    layout = _layout(_with_unit(table.question.label, table.question), _("加权比例"), "%")
    # On their scale: what is far apart stands far apart.
    ticks = sorted({end for bar in bars for end in (bar.low, bar.high)})
    layout["xaxis"] |= {"type": "linear", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    return {"data": [data], "layout": layout}


def _figure_of(names: Sequence[str], shown: Sequence[Figure], axis: str) -> dict[str, Any]:
    data = {
        "type": "bar",
        "x": list(names),
        "y": [one.estimate for one in shown],
        "error_y": _errors(shown),
        "marker": {"color": "#0b5cad"},
    }
    return {"data": [data], "layout": _layout(axis, _("加权比例"), "%")}


def points(shown: Mapping[str, Figure], table: QuestionTable, overall: Figure, fewest: int = 0) -> dict[str, Any]:
    """A point with its interval for each district, and a line at the figure of all.

    Of fewer than `fewest` answers the point is hollow and has no interval: so wide a one would leave no room for the others.
    """
    enough = [one.n >= fewest for one in shown.values()]
    data = {
        "type": "scatter",
        "mode": "markers",
        "x": list(shown),
        "y": [one.estimate for one in shown.values()],
        "error_y": _errors([one if told else replace(one, low=None, high=None) for one, told in zip(shown.values(), enough, strict=True)]),
        "marker": {"color": "#0b5cad", "size": 9, "symbol": ["circle" if told else "circle-open" for told in enough]},
    }
    share = table.statistic == "prop"
    layout = _layout(_("区"), _("加权比例") if share else _with_unit(_("平均数"), table.question), "%" if share else "")
    if overall.estimate is not None:
        level = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": overall.estimate, "y1": overall.estimate}
        layout["shapes"] = [{**level, "line": {"color": "#52606d", "dash": "dash", "width": 1}}]
        layout["annotations"] = [
            {"x": 1, "xref": "paper", "xanchor": "right", "y": overall.estimate, "yshift": 10, "text": _("全部"), "showarrow": False}
        ]
    return {"data": [data], "layout": layout}


def _with_unit(name: str, question: Question) -> str:
    return name + bracketed(question.unit) if question.unit else name


def _errors(shown: Sequence[Figure]) -> dict[str, Any]:
    above = [one.high - one.estimate if one.high is not None and one.estimate is not None else 0 for one in shown]
    below = [one.estimate - one.low if one.low is not None and one.estimate is not None else 0 for one in shown]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": "#1f2933"}


def _layout(across: str, up: str, unit: str) -> dict[str, Any]:
    vertical: dict[str, Any] = {"title": {"text": up}, "rangemode": "tozero", "hoverformat": ".2f"}
    if unit:
        vertical |= {"tickformat": ".0%", "hoverformat": ".1%"}
    return {
        "margin": {"t": 16, "r": 24},
        "showlegend": False,
        "xaxis": {"title": {"text": across}, "type": "category", "automargin": True},
        "yaxis": vertical,
    }
