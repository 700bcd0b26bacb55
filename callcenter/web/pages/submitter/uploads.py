"""Sending lists: one page a population, several files at once, each with its own outcome."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from sqlmodel import Session
from starlette.responses import Response

from callcenter.db.engine import transaction
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.lists import actions, file_names, queries, templates
from callcenter.lists.cells import clean, folded
from callcenter.operations.actions import record
from callcenter.sampling.queries import latest_draw
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.downloads import download
from callcenter.web.pages.submitter.declared import declared
from callcenter.web.pages.submitter.windows import check_window, hotline, window, window_of
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/submitter/populations/{population_id}")
Submitter = Annotated[Person, allow("submitter")]
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def ask(request: Request, person: Submitter, session: Work, population_id: int) -> Response:
    """What the list must hold, the place to drop files, and what the unit has sent before."""
    return page(request, person, "submitter/upload.html", **_about(session, person, population_id), outcomes=[])


@router.get("/open")
def still_open(request: Request, person: Submitter, session: Work, population_id: int) -> Response:
    """What the delivery still lacks: a part of the page, renewed when a list has been judged."""
    return page(request, person, "submitter/open.html", **_about(session, person, population_id))


@router.get("/template")
def template(
    person: Submitter,
    session: Work,
    population_id: int,
    form: Annotated[str, Query(max_length=10)] = "",
    stages: Annotated[int, Query(ge=1, le=templates.MOST_STAGES)] = templates.STAGES,
) -> Response:
    """The empty form with the unit's name and the item's further columns, under the name that the list should have."""
    about = _about(session, person, population_id)
    population, item, asked = about["population"], about["item"], about["asked"]
    title = f"{item.number}. {item.title} · {population.title}"
    made = templates.Form(person.unit or "", title, asked.columns, persons=asked.persons, dates=asked.dates, stages=stages)
    orders = form == "orders" or population.settings.get("source") == "work_orders"
    point = "系统工单" if orders else population.title
    name = file_names.suggested(person.unit or "", about["topic"].title if about["topic"] else "", item.number, point)
    return download(iter([templates.workbook(made, work_orders=orders)]), SPREADSHEET, f"{name}.xlsx")


@router.post("/lists")
def send(
    request: Request,
    person: Submitter,
    population_id: int,
    files: Annotated[list[UploadFile] | None, File()] = None,
    adds: Annotated[str, Form()] = "",
    stated_total: Annotated[str, Form(max_length=20)] = "",
    policy_month: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Take each file by itself: one that is refused leaves the others alone. What is stated beside is kept first; wrong, it stops all."""
    given = [file for file in files or [] if file.filename or file.size]
    if not given:
        raise InvalidInput("no_file", "没有选择文件：请选择或拖入名单文件，再按“上报”。")
    try:
        with transaction() as session:
            if window_of(session, population_id, person.unit or "").open:  # each file is told why not
                _state(session, person, population_id, stated_total, policy_month)
        outcomes = [_take(person, population_id, file, adds=adds == "1" or place > 0) for place, file in enumerate(given)]
    except InvalidInput as wrong:
        outcomes = [{"name": _("填报内容"), "receipt": None, "again": False, "problem": _(wrong.text, **wrong.about)}]
    part = bool(request.headers.get("hx-request"))
    if not part and len(outcomes) == 1 and outcomes[0]["receipt"] and not outcomes[0]["again"]:
        return see_other(f"/submitter/submissions/{outcomes[0]['receipt'].id}")
    with transaction() as session:
        about = _about(session, person, population_id)
    if part:
        return page(request, person, "submitter/answer.html", **about, outcomes=outcomes)
    refused = all(outcome["problem"] for outcome in outcomes)
    return page(request, person, "submitter/upload.html", status=422 if refused else 200, **about, outcomes=outcomes)


@router.post("/statement")
def state(
    request: Request,
    person: Submitter,
    session: Work,
    population_id: int,
    stated_total: Annotated[str, Form(max_length=20)] = "",
    policy_month: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Keep the population's total and the policy month, without a file."""
    check_window(session, population_id, person.unit or "")
    try:
        with session.begin_nested():
            changed = _state(session, person, population_id, stated_total, policy_month)
    except InvalidInput as wrong:
        typed = {"typed": {"total": stated_total, "month": policy_month}, "statement_problem": _(wrong.text, **wrong.about)}
        return page(request, person, "submitter/upload.html", status=422, **(_about(session, person, population_id) | typed), outcomes=[])
    if changed:
        flash(request, "已保存填报的内容。")
    else:
        flash(request, "填报的内容没有改变。", kind="warning")
    return see_other(f"/submitter/populations/{population_id}")


def _state(session: Session, person: Person, population_id: int, stated_total: str, policy_month: str) -> bool:
    """Keep what was typed; whether anything changed. Nothing typed leaves all as it was."""
    typed = "".join(folded(clean(stated_total)).replace(",", "").split())
    if typed and not typed.isdecimal():
        raise InvalidInput("no_total", "总体总数应是 1 到 {most} 之间的整数。", most=f"{actions.MOST_STATED:,}")
    given = {"stated_total": int(typed) if typed else None, "policy_month": policy_month}
    return actions.state(session, population_id, person.unit or "", person.id, **given) is not None  # type: ignore[arg-type]  # one of each kind


def _take(person: Person, population_id: int, file: UploadFile, *, adds: bool) -> dict[str, Any]:
    """Judge and keep one file in a transaction of its own; what became of it."""
    data, name = file.file.read(), file.filename or ""
    digest = hashlib.sha256(data).hexdigest()
    outcome: dict[str, Any] = {"name": name, "receipt": None, "again": False, "replaced_by": None, "problem": ""}
    try:
        with transaction() as session:
            check_window(session, population_id, person.unit or "")
            outcome["again"] = queries.with_same_bytes(session, population_id, person.unit or "", digest) is not None
            sent = actions.submit(
                session,
                population_id=population_id,
                department=person.unit or "",
                user_id=person.id,
                file_name=name,
                data=data,
                drawn=latest_draw(session, population_id) is not None,
                adds=adds,
            )
            outcome["receipt"] = queries.receipt(session, sent.id or 0)
            outcome["replaced_by"] = queries.replaced_by(session, outcome["receipt"]) if outcome["again"] else None
    except CallcenterError as refusal:
        outcome["problem"] = _(refusal.text, **refusal.about)
        with transaction() as session:
            detail = {"population": population_id, "why": refusal.code, "sha256": digest, "bytes": len(data)}
            record(session, person.id, "refuse_list", "population", population_id, detail=detail)
    return outcome


def _about(session: Session, person: Person, population_id: int) -> dict[str, Any]:
    population = studies.population(session, population_id)
    item = studies.item(session, population.item_id)
    study = studies.study_of_population(session, population_id)
    topic = next((topic for topic in studies.topics(session, study.id or 0) if topic.number == item.topic_number), None)
    sent = queries.receipts(session, department=person.unit or "", population_id=population_id)
    names = {
        receipt.id: [
            _(problem.text, **problem.about)
            for problem in file_names.problems(
                receipt.file_name, item_number=item.number, topic=topic.title if topic else "", department=person.unit or ""
            )
        ]
        for receipt in sent
    }
    drawn = latest_draw(session, population_id) is not None
    values: dict[str, Any] = {
        "population": population,
        "item": item,
        "topic": topic,
        "window": window(session, population.stage_id, person.unit),
        "hotline": hotline(session, population_id),
        "sent": sent,
    }
    values["liaison"] = queries.liaison_of(session, population.stage_id, person.unit) if person.unit else None
    values |= declared(session, population, item.lead_departments, person.unit or "", next((r for r in sent if r.state == "judged"), None))
    typed = {"total": values["stated"].total or "", "month": "" if values["stated"].month_of_lead else values["stated"].policy_month or ""}
    good_name = file_names.suggested(person.unit or "", topic.title if topic else "", item.number, population.title)
    return values | {"name_problems": names, "drawn": drawn, "typed": typed, "statement_problem": "", "good_name": good_name}
