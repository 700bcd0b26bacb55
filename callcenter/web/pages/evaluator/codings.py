"""Answers in words, coded by hand: the code frame, each answer with its codes, who gave them when, and how often each code was given."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import NotFound
from callcenter.estimates import actions, proportions, queries
from callcenter.estimates.figures import Figure
from callcenter.estimates.queries import CodedAnswer, Released
from callcenter.estimates.questions import Question
from callcenter.studies.queries import population, study_of_population
from callcenter.web.deps import Work
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.typed_numbers import Offset

router = APIRouter(prefix="/evaluator/populations/{population_id}/words/{name}")
Evaluator = Annotated[Person, allow("evaluator")]
PAGE = 20


@router.get("")
def show(request: Request, session: Work, person: Evaluator, population_id: int, name: str, offset: Offset = 0, only: str = "") -> Response:
    """The answers to a question in words, those without codes first; `only` = a code."""
    data, question = _asked(session, population_id, name)
    frame = queries.code_frame(session, study_of_population(session, population_id).id or 0, name)
    answers = queries.coded_answers(session, data.draw_id, name)
    shown = [each for each in answers if not only or only in (each.codes or [])]
    return page(
        request,
        person,
        "evaluator/words.html",
        population=population(session, population_id),
        question=question,
        frame=frame,
        offered=[code for code in frame if code.retired_at is None],
        labels_of={code.code: code.label for code in frame},
        answers=shown[offset : offset + PAGE],
        count=len(shown),
        offset=offset,
        size=PAGE,
        only=only,
        coded=sum(each.codes is not None and not each.stale for each in answers),
        all_count=len(answers),
        shares=_shares(data, answers, [code.code for code in frame]),
    )


@router.get("/history/{case_id}")
def history(request: Request, session: Work, person: Evaluator, population_id: int, name: str, case_id: int) -> Response:
    """Who coded an answer how, and when."""
    data, question = _asked(session, population_id, name)
    frame = queries.code_frame(session, study_of_population(session, population_id).id or 0, name)
    said = [each for each in queries.coded_answers(session, data.draw_id, name) if each.case_id == case_id]
    rows = [(each, queries.history(session, case_id, name, each.instance)) for each in said]
    labels_of = {code.code: code.label for code in frame}
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
    request: Request, session: Work, person: Evaluator, population_id: int, name: str, label: Annotated[str, Form()] = ""
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
def code_answer(
    session: Work,
    person: Evaluator,
    population_id: int,
    name: str,
    case_id: int,
    version: Annotated[int, Form()],
    codes: Annotated[list[str] | None, Form()] = None,
    instance: Annotated[str, Form()] = "",
    offset: Annotated[int, Form(ge=0, le=2_000_000)] = 0,
) -> Response:
    """Give an answer its codes."""
    data, _question = _asked(session, population_id, name)
    if case_id not in {case.id for case in data.cases}:
        raise NotFound("no_case_here", "这个样本总体没有这个个案。")
    study = study_of_population(session, population_id).id or 0
    actions.code_answer(session, study, case_id, name, codes or [], version=version, user_id=person.id, instance=instance)
    return see_other(f"{_at(population_id, name)}?offset={offset}#answers")


def _asked(session: Session, population_id: int, name: str) -> tuple[Released, Question]:
    data = queries.released(session, population_id, [name])
    if data is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    question = next((each for each in data.questions if each.name == name and each.kind == "text"), None)
    if question is None:
        raise NotFound("no_words", "这里没有文字题 {name}：请回到结果页重新选择。", name=name)
    return data, question


def _shares(data: Released, answers: list[CodedAnswer], codes: list[str]) -> dict[str, tuple[int, Figure]]:
    """Of each code: how many answers have it, and its weighted share among the valid cases whose answers were coded."""
    given: dict[int, set[str]] = {}
    for each in answers:
        if each.codes is not None:
            given.setdefault(each.case_id, set()).update(each.codes)
    of = data.respondents
    present = of.valid & np.array([case.id in given for case in of.cases], dtype=np.bool_)
    hits = {code: np.array([code in given.get(case.id, ()) for case in of.cases], dtype=np.bool_) for code in codes}
    counts = {code: sum(code in each for each in given.values()) for code in codes}
    return {code: (counts[code], proportions.proportion(of.sample, hit, present)) for code, hit in hits.items()}


def _at(population_id: int, name: str) -> str:
    return f"/evaluator/populations/{population_id}/words/{name}"
