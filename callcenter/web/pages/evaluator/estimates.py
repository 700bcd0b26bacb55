"""Figures of one question: distribution, districts compared, the main sample alone; populations taken together by item, topic, stage."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from callcenter.errors import NotFound
from callcenter.estimates import figures
from callcenter.estimates.comparisons import Difference, against_the_rest
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import Question
from callcenter.estimates.results import QuestionTable, as_share, cut, from_zero, numbers, question_table, said
from callcenter.estimates.summaries import COLUMNS, summary
from callcenter.estimates.variance import Floats, Mask
from callcenter.exports.sheets import Sheet, as_csv
from callcenter.web.assets import plotly_map_style
from callcenter.web.deps import Work
from callcenter.web.downloads import download
from callcenter.web.formats import bracketed, number, percent
from callcenter.web.labels.decided import NONANSWERS
from callcenter.web.pages.evaluator import question_figure
from callcenter.web.pages.evaluator.subjects import Subject, pool_subject, population_subject
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/evaluator")
Reader = Annotated[Person, allow("evaluator", "commissioner")]

NOTHING_TOLD = dict.fromkeys(COLUMNS[COLUMNS.index("estimate") :]) | {"suppressed": 1}
"""What a row says where it is suppressed."""


@router.get("/populations/{population_id}/questions/{name}")
def of_population(request: Request, session: Work, person: Reader, population_id: int, name: str, level: int = 0) -> Response:
    """A question of one population."""
    return _show(request, person, population_subject(session, population_id, name), name, level)


@router.get("/populations/{population_id}/questions/{name}/chart")
def population_chart(session: Work, person: Reader, population_id: int, name: str, by: str = "", level: int = 0) -> Response:
    """Its distribution, or its districts."""
    return _chart(population_subject(session, population_id, name), person, name, by, level)


@router.get("/pools/{stage_id}/{scope}")
def pool(request: Request, session: Work, person: Reader, stage_id: int, scope: str) -> Response:
    """The questions that several populations of a stage ask alike, taken together."""
    of = pool_subject(session, stage_id, scope)
    tables = [table for question in of.questions if (table := question_table(of.respondents, question))]
    shown = [table for table in tables if person.role == "evaluator" or of.hidden(table.question, table) is not None]
    rows = [(table, result) for table in shown for result in table.results()]
    return page(request, person, "evaluator/pool.html", of=of, rows=rows)


@router.get("/pools/{stage_id}/{scope}/questions/{name}")
def of_pool(request: Request, session: Work, person: Reader, stage_id: int, scope: str, name: str, level: int = 0) -> Response:
    """A question of several populations together."""
    return _show(request, person, pool_subject(session, stage_id, scope, name), name, level)


@router.get("/pools/{stage_id}/{scope}/questions/{name}/chart")
def pool_chart(session: Work, person: Reader, stage_id: int, scope: str, name: str, by: str = "", level: int = 0) -> Response:
    """Its distribution, or its districts."""
    return _chart(pool_subject(session, stage_id, scope, name), person, name, by, level)


@router.get("/populations/{population_id}/questions/{name}/figures.csv")
def population_csv(session: Work, person: Reader, population_id: int, name: str) -> Response:  # noqa: ARG001  # the door
    """The rows that the package's estimates.csv has of it."""
    return _csv(population_subject(session, population_id, name), name)


@router.get("/pools/{stage_id}/{scope}/questions/{name}/figures.csv")
def pool_csv(session: Work, person: Reader, stage_id: int, scope: str, name: str) -> Response:  # noqa: ARG001  # the door
    """The same rows of several populations together."""
    return _csv(pool_subject(session, stage_id, scope, name), name)


def _csv(of: Subject, name: str) -> Response:
    """Who has the file passes it on: what people outside the house are not shown stands in it for nobody."""
    question = of.question(name)
    table = question_table(of.respondents, question, of.districts)
    if table is None:
        raise _no_figures(question)
    # Where nobody answered there is nothing to hide.
    out = of.hidden(question, table) if table.figure().n else frozenset()
    districts, fewest = of.districts, of.small_base
    rows = summary(of.respondents, question, districts, fewest, out if out is not None else table.domains)
    if out is None:
        rows = [{**row, **NOTHING_TOLD} for row in rows]
    told = [[row[column] for column in COLUMNS] for row in rows]
    return download(iter([as_csv(Sheet("estimates", COLUMNS, told))]), "text/csv", f"{of.file_name}-{name}.csv")


def _no_figures(question: Question) -> NotFound:
    return NotFound("no_figures", "题目“{label}”是文字题，没有数值估计：请看开放题页。", label=question.label)


def _show(request: Request, person: Person, of: Subject, name: str, level: int) -> Response:
    question = of.question(name)
    table = question_table(of.respondents, question, of.districts)
    if table is None:
        raise _no_figures(question)
    at = level if 0 <= level < len(table.levels) else 0
    mean = table.statistic == "mean"
    told = {district: table.figure(district, at) for district in table.domains}
    outside = person.role == "commissioner"
    out = of.hidden(question, table) if outside else frozenset()
    values, counting = _values(of, table, at)
    compared = against_the_rest(of.respondents.sample, values, counting, of.districts, of.small_base)
    differences = {each.domain: each for each in compared if out is not None and each.domain not in out}
    main = question_table(of.main, question) if of.main and not (outside and of.tells_few(question, table)) else None
    return page(
        request,
        person,
        "evaluator/question.html",
        of=of,
        question=question,
        table=table,
        at=at,
        overall=table.results(),
        main=main.results() if main else None,
        main_hidden=of.main is not None and main is None,
        cut=_is_cut(table, [table.figure(None, at), *told.values()]),
        middle=_median(of, question) if mean and not question.repeated else None,
        districts={district: from_zero(question, each) if mean else as_share(each) for district, each in told.items()},
        hidden=out,
        differences=differences,
        finding=_finding(table),
        finding_of_districts=_of_districts(list(differences.values())),
        not_asked=of.not_asked(question, table.figure().n),
        valid=int(of.respondents.valid.sum()),
        nonanswers={code: (of.nonanswers or {}).get((name, code), 0) for code in NONANSWERS},
        nonanswer_labels=NONANSWERS,
        plotly_map_style=plotly_map_style(),
    )


def _is_cut(table: QuestionTable, told: Sequence[Figure]) -> bool:
    if table.statistic == "mean":
        return any(cut(table.question, figure) for figure in told)
    return any(as_share(figure) != figure for figure in told)


def _values(of: Subject, table: QuestionTable, level: int) -> tuple[Floats, Mask]:
    """What is compared between districts, the number or whether the level was chosen, and whose answers count."""
    if table.statistic == "mean":
        return numbers(of.respondents, table.question), of.respondents.valid
    code = table.levels[level][0]
    values, counting = said(of.respondents, table.question)
    return np.array([_hit(value, code) for value in values], dtype=np.float64), counting


def _hit(value: Any, code: str) -> float:
    if value is None:
        return float("nan")
    return float(code in value if isinstance(value, list) else str(value) == code)


def _median(of: Subject, question: Question) -> Figure:
    return figures.median(of.respondents.sample, numbers(of.respondents, question), of.respondents.valid)


def _finding(table: QuestionTable) -> str:
    """The chart's title: what the figures say."""
    if not table.figure().n:
        return _("还没有回答")
    if table.statistic == "mean":
        one = from_zero(table.question, table.figure())
        unit = f" {table.question.unit}" if table.question.unit else ""
        return _("平均 {mean}", mean=number(one.estimate, 2)) + unit + _interval(one, number)
    most = max(table.results(), key=lambda result: result.figure.estimate or 0)
    return _("最多的是“{level}”：{share}", level=most.level_label, share=percent(most.figure.estimate)) + _interval(most.shown, percent)


def _interval(of: Figure, written: Any) -> str:
    if of.low is None or of.high is None:
        return bracketed(_("基数 {n}", n=number(of.n)))
    low, high = (written(end) if written is percent else written(end, 2) for end in (of.low, of.high))
    return _("（95% 区间 {low} 至 {high}，基数 {n}）", low=low, high=high, n=number(of.n))


def _of_districts(found: Sequence[Difference]) -> str:
    out = [each.domain for each in found if each.stands_out]
    if not found:
        return _("各区的回答都太少，不作比较")
    if all(each.p is None for each in found):
        return _("各区或其余各区的回答没有变化，不作检验")
    if not out:
        return _("各区与其余各区没有超出抽样误差的差别")
    return _("与其余各区有差别的：{districts}", districts="、".join(out))


def _chart(of: Subject, person: Person, name: str, by: str, level: int) -> Response:
    question = of.question(name)
    table = question_table(of.respondents, question, of.districts)
    out = of.hidden(question, table) if table and person.role == "commissioner" else frozenset()
    if table is None or out is None:
        return JSONResponse({"data": [], "layout": {}})
    at = level if 0 <= level < len(table.levels) else 0
    if by:
        kept = {district: table.results(district)[at].shown for district in table.domains if district not in out}
        shown = {district: figure for district, figure in kept.items() if figure.n}
        return JSONResponse(question_figure.points(shown, table, table.figure(None, at), of.small_base))
    return JSONResponse(question_figure.bars(of.respondents, table))
