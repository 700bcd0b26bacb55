"""Answers in words, coded by hand: the code frame, each answer with its codes, who gave them when, and how often each code was given."""

from collections import Counter
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.estimates import actions, queries
from callcenter.estimates.alike import Alike, alike, next_uncoded
from callcenter.estimates.codes import NO_CODE, choices_of
from callcenter.estimates.queries import CodedAnswer, Released
from callcenter.estimates.questions import Question
from callcenter.studies.queries import population, study_of_population
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/evaluator/populations/{population_id}/words/{name}")
Evaluator = Annotated[Person, allow("evaluator")]
PAGE, UNCODED = 20, "uncoded"
Group = Alike[CodedAnswer]


@router.get("")
def show(
    request: Request,
    session: Work,
    person: Evaluator,
    population_id: int,
    name: str,
    offset: Offset = 0,
    only: str = "",
    at: str = "",
) -> Response:
    """The answers to a question in words, those in the same words together; `only`: of a code, or uncoded; `at`: where to go on."""
    data, question = _asked(session, population_id, name)
    found = queries.open_question(session, study_of_population(session, population_id).id or 0, data, question)
    frame, answers = found.frame, found.answers
    shown = _of(alike(answers), only)
    return page(
        request,
        person,
        "evaluator/words.html",
        population=population(session, population_id),
        question=question,
        frame=frame,
        offered=[code for code in frame if code.retired_at is None],
        labels_of=dict(found.coded.choices),
        groups=shown[offset : offset + PAGE],
        count=len(shown),
        offset=offset,
        size=PAGE,
        only=only,
        at=at,
        no_code=NO_CODE,
        coded=sum(each.counted is not None for each in answers),
        all_count=len(answers),
        counts=Counter(code for each in answers for code in each.counted or ()),
        of_valid=found.progress,
        coded_name=found.coded.name,
        choices=found.coded.choices,
        by_code={code.code: code for code in frame},
        shares={each.level: each.shown for each in found.table.results()} if found.table else {},
    )


@router.get("/history/{case_id}")
def history(request: Request, session: Work, person: Evaluator, population_id: int, name: str, case_id: int) -> Response:
    """Who coded an answer how, and when."""
    data, question = _asked(session, population_id, name)
    frame = queries.code_frame(session, study_of_population(session, population_id).id or 0, name)
    said = [each for each in queries.coded_answers(session, data.draw_id, name) if each.case_id == case_id]
    rows = [(each, queries.history(session, case_id, name, each.instance)) for each in said]
    labels_of = dict(choices_of(frame))
    return page(
        request,
        person,
        "evaluator/coding_history.html",
        population=population(session, population_id),
        question=question,
        rows=rows,
        labels_of=labels_of,
    )


@router.post("/codes")
def add_code(
    request: Request, session: Work, person: Evaluator, population_id: int, name: str, label: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Add a code to the frame."""
    _asked(session, population_id, name)
    actions.add_code(session, study_of_population(session, population_id).id or 0, name, label, person.id)
    flash(request, "已加入类别表。")
    return see_other(_at(population_id, name))


@router.post("/codes/{code_id}/retire")
def retire_code(request: Request, session: Work, person: Evaluator, population_id: int, name: str, code_id: int) -> Response:
    """Offer a code no longer."""
    actions.retire_code(session, code_id, person.id)
    flash(request, "类别已停用，已有的编码保留。")
    return see_other(_at(population_id, name))


@router.post("/{case_id}")
def code_answers(
    request: Request,
    session: Work,
    person: Evaluator,
    population_id: int,
    name: str,
    case_id: int,
    version: Annotated[int, Form()],
    codes: Annotated[list[str] | None, Form()] = None,
    instance: Annotated[str, Form()] = "",
    only: Annotated[str, Form()] = "",
) -> Response:
    """Give an answer, and all in the same words that are coded as it is, its codes; then go on to the next one without codes."""
    data, _question = _asked(session, population_id, name)
    group = _group_of(queries.coded_answers(session, data.draw_id, name), case_id, instance)
    read = next(each for each in group.answers if (each.case_id, each.instance) == (case_id, instance))
    if read.version != version:
        raise Conflict("answer_changed", "没有保存：这条回答在您打开页面之后改过。请刷新页面，看过现在的回答再编码。")
    study = study_of_population(session, population_id).id or 0
    goes_on = group.uncoded
    try:
        actions.code_answers(session, study, name, group.answers, codes or [], user_id=person.id)
    except InvalidInput as refused:
        flash(request, refused.text, kind="stop", **refused.about)
        goes_on = False
    groups = alike(queries.coded_answers(session, data.draw_id, name))
    if not goes_on:
        return see_other(_at(population_id, name) + _place(_of(groups, only), case_id, instance, only))
    following = next_uncoded(groups, read)
    if following is None:
        flash(request, "全部回答都已编码。")
        return see_other(f"{_at(population_id, name)}")
    view = UNCODED if only == UNCODED else ""
    return see_other(_at(population_id, name) + _place(_of(groups, view), following.first.case_id, following.first.instance, view))


def _of(groups: list[Group], only: str) -> list[Group]:
    """The groups of a code, those without codes, or all."""
    if only == UNCODED:
        return [group for group in groups if group.uncoded]
    return [group for group in groups if not only or only in (group.first.counted or [])]


def _group_of(answers: list[CodedAnswer], case_id: int, instance: str) -> Group:
    """The answers coded together with one that is there."""
    for group in alike(answers):
        if any((each.case_id, each.instance) == (case_id, instance) for each in group.answers):
            return group
    raise NotFound("no_answer_here", "没有这条回答：它不在这个样本总体里，或者已不再算数。请刷新页面。")


def _place(shown: list[Group], case_id: int, instance: str, only: str) -> str:
    """What to ask for so that the page of an answer is shown, and it is gone on there."""
    spots = (number for number, group in enumerate(shown) if any((a.case_id, a.instance) == (case_id, instance) for a in group.answers))
    number = next(spots, 0)
    at = shown[number].place if shown else ""
    return "?" + urlencode({"only": only, "offset": number // PAGE * PAGE, "at": at})


def _asked(session: Session, population_id: int, name: str) -> tuple[Released, Question]:
    data = queries.released(session, population_id, [name])
    if data is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    question = next((each for each in data.questions if each.name == name and each.kind == "text"), None)
    if question is None:
        raise NotFound("no_words", "这里没有文字题 {name}：请回到结果页重新选择。", name=name)
    return data, question


def _at(population_id: int, name: str) -> str:
    return f"/evaluator/populations/{population_id}/words/{name}"
