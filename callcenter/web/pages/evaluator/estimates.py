"""Figures of one question: distribution, districts compared, the main sample alone; populations taken together by item, topic, stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from callcenter.errors import NotFound
from callcenter.estimates import figures, queries
from callcenter.estimates.comparisons import Difference, against_the_rest
from callcenter.estimates.figures import Figure
from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import QuestionTable, cut, from_zero, numbers, question_table, said
from callcenter.estimates.suppression import hidden
from callcenter.estimates.variance import Floats, Mask
from callcenter.studies import queries as studies
from callcenter.web.assets import plotly_map_style
from callcenter.web.deps import Work
from callcenter.web.formats import number, percent
from callcenter.web.pages.evaluator import question_figure
from callcenter.web.rendering import page
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

router = APIRouter(prefix="/evaluator")
Reader = Annotated[Person, allow("evaluator", "commissioner")]

NONANSWERS = {
    "dont_know": noted("不知道"),
    "dont_remember": noted("记不清"),
    "refused": noted("拒答"),
    "not_applicable": noted("不适用"),
}


@dataclass(frozen=True)
class Subject:
    """Whom figures are about: one population, or several together."""

    title: str
    address: str
    respondents: Respondents
    questions: list[Question]
    small_base: int
    main: Respondents | None = None
    nonanswers: Mapping[tuple[str, str], int] | None = None
    differing: Sequence[str] = ()
    parts: Sequence[Any] = ()
    """The populations of a pool."""

    def question(self, name: str) -> Question:
        """The question of that name."""
        found = next((question for question in self.questions if question.name == name), None)
        if found is None:
            raise NotFound("no_question", "这里没有题目 {name}：请回到结果页重新选择。", name=name)
        return found

    @property
    def districts(self) -> list[str]:
        """The district of each responding case."""
        return [case.district for case in self.respondents.cases]


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
    of = _pool_subject(session, stage_id, scope)
    small = of.small_base if person.role == "commissioner" else 0
    tables = [table for question in of.questions if (table := question_table(of.respondents, question))]
    rows = [(table, result) for table in tables for result in table.results() if result.figure.n >= small]
    return page(request, person, "evaluator/pool.html", of=of, rows=rows)


@router.get("/pools/{stage_id}/{scope}/questions/{name}")
def of_pool(request: Request, session: Work, person: Reader, stage_id: int, scope: str, name: str, level: int = 0) -> Response:
    """A question of several populations together."""
    return _show(request, person, _pool_subject(session, stage_id, scope, name), name, level)


@router.get("/pools/{stage_id}/{scope}/questions/{name}/chart")
def pool_chart(session: Work, person: Reader, stage_id: int, scope: str, name: str, by: str = "", level: int = 0) -> Response:
    """Its distribution, or its districts."""
    return _chart(_pool_subject(session, stage_id, scope, name), person, name, by, level)


def population_subject(session: Session, population_id: int, name: str) -> Subject:
    """One population with its answers to one question."""
    population = studies.population(session, population_id)
    data = queries.released(session, population_id, [name])
    if data is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    counts: dict[tuple[str, str], int] = {}
    for answer in data.answers:
        if answer.nonanswer:
            counts[answer.question, answer.nonanswer] = counts.get((answer.question, answer.nonanswer), 0) + 1
    topped_up = any(case.release != "main" for case in data.cases)
    return Subject(
        f"{population.code} {population.title}",
        f"/evaluator/populations/{population_id}",
        data.respondents,
        data.questions,
        data.wishes.small_base,
        data.main_alone().respondents if topped_up else None,
        counts,
    )


def _pool_subject(session: Session, stage_id: int, scope: str, name: str = "") -> Subject:
    stage = studies.stage(session, stage_id)
    populations = _in_scope(session, stage_id, scope)
    found = queries.pool(session, [population.id or 0 for population in populations], [name] if name else None)
    if found is None:
        raise NotFound("nothing_to_pool", "这个范围里抽过样的样本总体不到两个，不能合并：请直接看各样本总体的结果。")
    parts = [population for population in populations if population.id in found.population_ids]
    address = f"/evaluator/pools/{stage_id}/{scope}"
    of_stage = stage.title if scope == "all" else f"{stage.title} · {_scope_title(session, stage_id, scope)}"
    return Subject(of_stage, address, found.respondents, found.questions, found.small_base, differing=found.asked_differently, parts=parts)


def _in_scope(session: Session, stage_id: int, scope: str) -> list[Any]:
    kind, _dash, wanted = scope.partition("-")
    items = {item.id: item for item in studies.items(session, stage_id)}
    everything = studies.populations(session, stage_id)
    if scope == "all":
        return everything
    if kind not in ("item", "topic") or not wanted.isdecimal():
        raise NotFound("no_scope", "没有这样的范围：请从结果页选择任务、主题或整个阶段。")
    told = {each.id: (items[each.item_id].number if kind == "item" else items[each.item_id].topic_number) for each in everything}
    return [each for each in everything if told[each.id] == int(wanted)]


def _scope_title(session: Session, stage_id: int, scope: str) -> str:
    kind, _dash, wanted = scope.partition("-")
    if kind == "item":
        title = next((item.title for item in studies.items(session, stage_id) if item.number == int(wanted)), "")
        return _("任务{n} {title}", n=wanted, title=title)
    named = studies.topics(session, studies.stage(session, stage_id).study_id)
    return _("主题{n} {title}", n=wanted, title=next((topic.title for topic in named if topic.number == int(wanted)), ""))


def _show(request: Request, person: Person, of: Subject, name: str, level: int) -> Response:
    question = of.question(name)
    table = question_table(of.respondents, question, of.districts)
    if table is None:
        raise NotFound("no_figures", "题目“{label}”是文字题，没有数值估计：请看开放题页。", label=question.label)
    at = level if 0 <= level < len(table.levels) else 0
    fewest = of.small_base
    mean = table.statistic == "mean"
    told = {district: table.figure(district, at) for district in table.domains}
    shown = {district: from_zero(question, figure) if mean else figure for district, figure in told.items()}
    outside = person.role == "commissioner"
    values, counting = _values(of, table, at)
    differences = {each.domain: each for each in against_the_rest(of.respondents.sample, values, counting, of.districts, fewest)}
    main = question_table(of.main, question) if of.main else None
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
        cut=mean and any(cut(question, figure) for figure in (table.figure(), *told.values())),
        middle=_median(of, question) if mean and not question.repeated else None,
        districts=shown,
        hidden=hidden({district: figure.n for district, figure in shown.items()}, fewest) if outside else frozenset(),
        too_small=table.figure().n < fewest,
        outside=outside,
        differences=differences,
        finding=_finding(table),
        finding_of_districts=_of_districts(list(differences.values())),
        nonanswers={code: (of.nonanswers or {}).get((name, code), 0) for code in NONANSWERS},
        nonanswer_labels=NONANSWERS,
        plotly_map_style=plotly_map_style(),
    )


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
        return _("平均 {mean}", mean=number(one.estimate, 2)) + _interval(one, number)
    most = max(table.results(), key=lambda result: result.figure.estimate or 0)
    return _("最多的是“{level}”：{share}", level=most.level_label, share=percent(most.figure.estimate)) + _interval(most.figure, percent)


def _interval(of: Figure, written: Any) -> str:
    if of.low is None or of.high is None:
        return ""
    low, high = (written(end) if written is percent else written(end, 2) for end in (of.low, of.high))
    return _("（95% 区间 {low} 至 {high}）", low=low, high=high)


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
    table = question_table(of.respondents, question, of.districts if by else None)
    if table is None or (person.role == "commissioner" and table.figure().n < of.small_base):
        return JSONResponse({"data": [], "layout": {}})
    at = level if 0 <= level < len(table.levels) else 0
    if by:
        fewest = of.small_base if person.role == "commissioner" else 0
        kept = {district: table.results(district)[at].shown for district in table.domains}
        out = hidden({district: figure.n for district, figure in kept.items()}, fewest)
        shown = {district: figure for district, figure in kept.items() if figure.n and district not in out}
        return JSONResponse(question_figure.points(shown, table, table.figure(None, at)))
    return JSONResponse(question_figure.bars(of.respondents, table))
