"""Sending lists: one page a population, several files at once, each with its own outcome."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from sqlmodel import Session
from starlette.responses import Response

from callcenter.db.engine import transaction
from callcenter.errors import CallcenterError, InvalidInput
from callcenter.lists import actions, file_names, queries, templates
from callcenter.operations.actions import record
from callcenter.sampling.queries import latest_draw
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.pages.submitter.windows import check_window, window
from callcenter.web.rendering import page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/submitter/populations/{population_id}")
Submitter = Annotated[Person, allow("submitter")]
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def ask(request: Request, person: Submitter, session: Work, population_id: int) -> Response:
    """What the list must hold, the place to drop files, and what the unit has sent before."""
    return page(request, person, "submitter/upload.html", **_about(session, person, population_id), outcomes=[])


@router.get("/template")
def template(person: Submitter, session: Work, population_id: int) -> Response:
    """The empty form with the unit's name and the item's extra columns."""
    population = studies.population(session, population_id)
    extra = population.settings.get("extra_columns", [])
    data = templates.workbook(department=person.unit or "", about=population.title, extra_columns=extra)
    return _download(data, "list-template.xlsx")


@router.post("/lists")
def send(
    request: Request,
    person: Submitter,
    population_id: int,
    files: Annotated[list[UploadFile] | None, File()] = None,
    adds: Annotated[str, Form()] = "",
) -> Response:
    """Take each file by itself: one that is refused leaves the others alone."""
    given = [file for file in files or [] if file.filename or file.size]
    if not given:
        raise InvalidInput("no_file", "没有选择文件：请选择或拖入名单文件，再按“上报”。")
    outcomes = [_take(person, population_id, file, adds=adds == "1" or place > 0) for place, file in enumerate(given)]
    part = bool(request.headers.get("hx-request"))
    if not part and len(outcomes) == 1 and outcomes[0]["receipt"] and not outcomes[0]["again"]:
        return see_other(f"/submitter/submissions/{outcomes[0]['receipt'].id}")
    with transaction() as session:
        about = _about(session, person, population_id)
    if part:
        return page(request, person, "submitter/answer.html", **about, outcomes=outcomes)
    refused = all(outcome["problem"] for outcome in outcomes)
    return page(request, person, "submitter/upload.html", status=422 if refused else 200, **about, outcomes=outcomes)


def _take(person: Person, population_id: int, file: UploadFile, *, adds: bool) -> dict[str, Any]:
    """Judge and keep one file in a transaction of its own; what became of it."""
    data, name = file.file.read(), file.filename or ""
    digest = hashlib.sha256(data).hexdigest()
    outcome: dict[str, Any] = {"name": name, "receipt": None, "again": False, "problem": ""}
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
    values = {
        "population": population,
        "item": item,
        "topic": topic,
        "window": window(session, population.stage_id, person.unit),
        "sent": sent,
    }
    return values | {"name_problems": names, "drawn": drawn, "extra": population.settings.get("extra_columns", [])}


def _download(data: bytes, name: str) -> Response:
    return Response(data, media_type=SPREADSHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})
