"""The control chart of the lines, as Plotly takes it: one row a line, its points, its centre and its limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.calls.lines.health import Point
from callcenter.web import formats
from callcenter.web.pages.supervisor.sampling.figures import COLOURS, FONT
from callcenter.web.translations import gettext as _


def figure(points: Mapping[str, Sequence[Point]]) -> dict[str, Any]:
    """Answer rate of each block of cases, a chart for each line that has any, one above the other."""
    points = {number: made for number, made in points.items() if made}
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"font": FONT, "height": 90 + 220 * max(1, len(points)), "margin": {"l": 70, "r": 20, "t": 30, "b": 50}}
    layout |= {"grid": {"rows": max(1, len(points)), "columns": 1, "pattern": "independent"}, "annotations": []}
    for place, (number, made) in enumerate(points.items(), 1):
        suffix = "" if place == 1 else str(place)
        data += _traces(number, made, suffix, first=place == 1)
        layout["xaxis" + suffix] = {
            "title": {"text": _("第几组个案")} if place == len(points) else {"text": ""},
            "dtick": _step(made),
            "rangemode": "tozero",
        }
        layout["yaxis" + suffix] = {"title": {"text": number}, "tickformat": ".0%", "range": [0, 1]}
    return {"data": data, "layout": layout}


def _traces(number: str, made: Sequence[Point], suffix: str, *, first: bool) -> list[dict[str, Any]]:
    axes = {"x": list(range(1, len(made) + 1)), "xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "type": "scatter", "showlegend": first}
    limit = {"mode": "lines", "line": {"color": COLOURS[5], "dash": "dash", "width": 1, "shape": "hvh"}, "hoverinfo": "skip"}
    told = [
        f"{number} {formats.moment(one.since)} – {formats.moment(one.until)}<br>{formats.share(one.reached, one.cases)}" for one in made
    ]
    outside = [one.is_low or one.is_high for one in made]
    return [
        {**axes, **limit, "y": [one.low for one in made], "name": _("控制限")},
        {**axes, **limit, "y": [one.high for one in made], "showlegend": False},
        {
            **axes,
            "y": [one.centre for one in made],
            "name": _("中心线"),
            "mode": "lines",
            "line": {"color": COLOURS[4], "width": 1},
            "hoverinfo": "skip",
        },
        {
            **axes,
            "y": [one.rate for one in made],
            "name": _("接通率"),
            "mode": "lines+markers",
            "line": {"color": COLOURS[0]},
            "marker": {
                "size": 9,
                "symbol": ["x" if out else "circle" for out in outside],
                "color": [COLOURS[5] if out else COLOURS[0] for out in outside],
            },
            "text": told,
            "hovertemplate": "%{text}<extra></extra>",
        },
    ]


def _step(made: Sequence[Point]) -> int:
    return max(1, len(made) // 20)
