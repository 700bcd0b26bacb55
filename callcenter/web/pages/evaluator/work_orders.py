"""How long matters took by their work orders: figures, chart and CSV of a population, for evaluators and supervisors."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from callcenter.frame.reporting_order import reporting_order
from callcenter.lists import queries as lists
from callcenter.lists.formulas import tamed
from callcenter.lists.orders.durations import MEASURES, Figures, Limit, Results, concerning, limits_of, measure_for, results
from callcenter.studies import queries as studies
from callcenter.web.assets import plotly_map_style
from callcenter.web.deps import Work
from callcenter.web.formats import number, share
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

router = APIRouter(prefix="/work-orders")
Reader = Annotated[Person, allow("evaluator", "supervisor")]
GROUPS = {"by_department": noted("按报送单位"), "by_district": noted("按区域"), "by_stage": noted("按环节")}


@router.get("")
def overview(request: Request, person: Reader, session: Work) -> Response:
    """Every population with work orders, by stage and item."""
    counts = lists.populations_with_orders(session)
    lines = []
    for population in (studies.population(session, population_id) for population_id in counts):
        lines.append((population, studies.item(session, population.item_id), counts[population.id or 0]))
    lines.sort(key=lambda line: (line[0].stage_id, line[1].number, line[0].position))
    return page(request, person, "evaluator/work_order_populations.html", lines=lines)


@router.get("/{population_id}")
def show(request: Request, person: Reader, session: Work, population_id: int, measure: str = "") -> Response:
    """Figures of all work orders and by unit, district and stage."""
    population = studies.population(session, population_id)
    found = _results(session, population_id)
    chosen = measure if measure in MEASURES else measure_for(found.limits)
    return page(
        request,
        person,
        "evaluator/work_orders.html",
        population=population,
        item=studies.item(session, population.item_id),
        found=found,
        measure=chosen,
        measures=MEASURES,
        groups=GROUPS,
        steps=_step_promises(session, population_id),
        finding=_finding(found, chosen),
        others=[limit for limit in _promised(session, population_id) if limit not in found.limits],
        promise_heads=[(limit.text, "number") for limit in found.limits],
        plotly_map_style=plotly_map_style(),
    )


@router.get("/{population_id}/chart")
def chart(person: Reader, session: Work, population_id: int, measure: str = "", by: str = "by_department") -> Response:  # noqa: ARG001  # the door
    """Boxes of a measure by unit, district or stage, with the promises as lines."""
    found = _results(session, population_id)
    chosen = measure if measure in MEASURES else measure_for(found.limits)
    return JSONResponse(_figure(found, chosen, by if by in GROUPS else "by_department"))


@router.get("/{population_id}/days.csv")
def as_csv(person: Reader, session: Work, population_id: int) -> Response:  # noqa: ARG001  # the door
    """All figures as a table, one line a group and measure."""
    population = studies.population(session, population_id)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(_lines(_results(session, population_id)))
    headers = {"Content-Disposition": f'attachment; filename="work-orders-{population.code}.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


def _promised(session: Session, population_id: int) -> list[Limit]:
    """What the item promises of days."""
    item = studies.item(session, studies.population(session, population_id).item_id)
    return limits_of(studies.item_standards(session, item))


def _results(session: Session, population_id: int) -> Results:
    limits = concerning(_promised(session, population_id), studies.population(session, population_id).title)
    orders, item = lists.timed_orders(session, population_id), studies.item(session, studies.population(session, population_id).item_id)
    reporters = reporting_order((order.department for order in orders), [*item.lead_departments, *item.responsible_units])
    return results(orders, studies.work_calendar(session), limits, reporters)


def _step_promises(session: Session, population_id: int) -> list[str]:
    """What the item promises of the number of stages, beside the numbers of stages that were passed."""
    item = studies.item(session, studies.population(session, population_id).item_id)
    said = studies.item_standards(session, item)
    return [f"{one.subject} {one.operator} {one.value} {one.unit}" for one in said if one.measure == "steps"]


def _finding(found: Results, measure: str) -> str:
    """The chart's title: what the figures say."""
    one = found.overall.get(measure)
    if one is None:
        return _("没有可以比较的时长")
    told = [(limit, one.within[place]) for place, limit in enumerate(found.limits) if one.share(place) is not None]
    limit, within = next(iter(told), (None, None))
    about = {"mean": number(one.mean, 2), "median": number(one.median, 2)}
    if limit is None:
        return _("{measure}：平均 {mean} 天，中位数 {median} 天", measure=_(MEASURES[measure]), **about)
    return _(
        "{measure}：平均 {mean} 天，中位数 {median} 天；{share} 在承诺“{promise}”之内",
        measure=_(MEASURES[measure]),
        share=share(within, one.n),
        promise=limit.text,
        **about,
    )


def _figure(found: Results, measure: str, by: str) -> dict[str, Any]:
    rows = {str(name): row[measure] for name, row in getattr(found, by).items() if measure in row}
    names = [_("环节{n}", n=name) if by == "by_stage" else name for name in rows]
    boxes = {
        "type": "box",
        "x": names,
        "q1": [one.q1 for one in rows.values()],
        "median": [one.median for one in rows.values()],
        "q3": [one.q3 for one in rows.values()],
        "lowerfence": [one.low for one in rows.values()],
        "upperfence": [one.high for one in rows.values()],
        "mean": [one.mean for one in rows.values()],
        "name": _(MEASURES[measure]),
        "marker": {"color": "#0b5cad"},
    }
    highest = max((one.high for one in rows.values()), default=0)
    near = [limit for limit in found.limits if measure in limit.measures and limit.most <= 2 * highest]
    limits = near if by != "by_stage" else []
    layout = {
        "margin": {"t": 16, "r": 24},
        "showlegend": False,
        "xaxis": {"title": {"text": _(GROUPS[by])}, "type": "category", "automargin": True},
        "yaxis": {"title": {"text": _("时长（天）")}, "rangemode": "tozero"},
        "shapes": [_line(limit.most) for limit in limits],
        "annotations": [_named(limit) for limit in limits],
    }
    return {"data": [boxes], "layout": layout}


def _line(at: float) -> dict[str, Any]:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": {"color": "#b3261e", "dash": "dash", "width": 2}}


def _named(limit: Limit) -> dict[str, Any]:
    return {"x": 1, "xref": "paper", "xanchor": "right", "y": limit.most, "yshift": 10, "text": limit.text, "showarrow": False}


def _lines(found: Results) -> Iterator[list[Any]]:
    yield [
        *("group", "name", "measure", "n", "mean", "median", "q1", "q3", "low", "high"),
        *(f"within {limit.text}" for limit in found.limits),
    ]
    groups: dict[str, dict[Any, dict[str, Figures]]] = {"all": {"": found.overall}} | {by: getattr(found, by) for by in GROUPS}
    for by, rows in groups.items():
        for name, row in rows.items():
            for measure, one in row.items():
                figures = (one.n, one.mean, one.median, one.q1, one.q3, one.low, one.high)
                yield [by.removeprefix("by_"), tamed(str(name)), measure, *figures, *("" if n is None else n for n in one.within)]
