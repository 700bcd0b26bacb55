"""Held against the promise: three ways side by side, contradictions by enterprise with their tasks, matters denied."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import NotFound
from callcenter.estimates import actions, queries
from callcenter.estimates.contradictions import FEWEST_DECOYS
from callcenter.estimates.promises import UNHELD
from callcenter.estimates.queries import Promised
from callcenter.estimates.standards import WORDS
from callcenter.estimates.suppression import shown_units
from callcenter.exports.sheets import plain
from callcenter.operations.actions import record
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.labels.decided import FINDINGS
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import noted

router = APIRouter(prefix="/evaluator/populations/{population_id}/promises")
Reader = Annotated[Person, allow("evaluator", "commissioner")]
Evaluator = Annotated[Person, allow("evaluator")]

LOOKS = {"kept": "done", "broken": "stop", "open": "warning"}
VERDICTS = {verdict: (words, LOOKS.get(verdict, "quiet")) for verdict, words in WORDS.items()}
COUNTED = {
    "span_working": noted("首尾相距工作日"),
    "span_calendar": noted("首尾相距自然日"),
    "working": noted("各环节工作日之和"),
    "calendar": noted("各环节自然日之和"),
    "written": noted("填报时长"),
    "stages": noted("环节数"),
}


@router.get("")
def show(request: Request, session: Work, person: Reader, population_id: int) -> Response:
    """The promises of a population; contradictions by enterprise are for evaluators alone."""
    population = studies.population(session, population_id)
    found = _promised(session, population_id)
    inside = person.role == "evaluator"
    who = queries.identities(session, found.data.draw_id) if inside else {}
    contradictions = queries.found_contradictions(session, population_id, found) if inside else []
    if contradictions:
        record(session, person.id, "identities_read", "population", population_id, detail={"rows": len(contradictions)})
    return page(
        request,
        person,
        "evaluator/promises.html",
        population=population,
        item=studies.item(session, population.item_id),
        found=found,
        inside=inside,
        small_base=found.data.wishes.small_base,
        contradictions=contradictions,
        tasks=queries.tasks(session, population_id) if inside else [],
        batches=queries.batches(session, population_id) if inside else [],
        told_units=shown_units({each.unit: each.share.n for each in found.denials}, found.data.wishes.small_base),
        labels_of={question.name: question.label for question in found.data.questions},
        names={case: name for case, (_code, name) in who.items()},
        verdicts=VERDICTS,
        counted=COUNTED,
        findings=FINDINGS,
        unheld=[(question, UNHELD[why]) for question, why in found.unheld],
        fewest_decoys=FEWEST_DECOYS,
    )


@router.post("/tasks")
def open_task(
    request: Request,
    session: Work,
    person: Evaluator,
    population_id: int,
    case_id: Annotated[int, Form()],
    question: Annotated[str, Form()],
) -> Response:
    """Open a task for one contradiction."""
    listed = queries.found_contradictions(session, population_id, _promised(session, population_id))
    found = next((each for each in listed if (each.case_id, each.question.name) == (case_id, question)), None)
    if found is None:
        raise NotFound("no_contradiction", "这处矛盾已经不在列表里：回答或工单改过了。")
    actions.open_task(session, population_id, found, person.id)
    flash(request, "已开出补充核验任务。")
    return see_other(f"/evaluator/populations/{population_id}/promises#tasks")


@router.post("/tasks/{task_id}")
def close_task(
    request: Request,
    session: Work,
    person: Evaluator,
    population_id: int,
    task_id: int,
    finding: Annotated[str, Form()] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Close a task with what was found."""
    actions.close_task(session, task_id, finding, note, person.id)
    flash(request, "补充核验任务已办结。")
    return see_other(f"/evaluator/populations/{population_id}/promises#tasks")


@router.post("/batches")
def make_batch(request: Request, session: Work, person: Evaluator, population_id: int) -> Response:
    """Make a list of orders to ask the department about: those in question among others, without a word on which they are."""
    made = actions.make_batch(session, population_id, person.id)
    flash(request, "核对单已在下面，可以下载：共 {n} 件工单。", n=len(made.lines))
    return see_other(f"/evaluator/populations/{population_id}/promises#batches")


@router.get("/batches/{batch_id}.csv")
def batch(session: Work, person: Evaluator, population_id: int, batch_id: int) -> Response:
    """A list as it was made; that it is taken out is kept in the audit trail."""
    found = queries.batch(session, population_id, batch_id)
    record(session, person.id, "verification_batch_fetched", "population", population_id, detail={"number": batch_id})
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["序号", "工单编号", "企业名称", "请填写：开始日期", "请填写：办结日期", "请填写：经过的环节数"])
    rows = [[plain(line["order"]), plain(line["enterprise"]), "", "", ""] for line in found.lines]
    writer.writerows([place, *row] for place, row in enumerate(rows, start=1))
    headers = {"Content-Disposition": f'attachment; filename="batch-{batch_id}.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


def _promised(session: Session, population_id: int) -> Promised:
    found = queries.promised(session, population_id)
    if found is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    return found
