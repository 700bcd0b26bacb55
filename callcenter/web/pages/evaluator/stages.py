"""What is concluded of a stage's items: written by one evaluator, confirmed by another; detail table, report, frozen states."""

import math
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.estimates.promises import SIGNS
from callcenter.exports.actions import conclusions as writing
from callcenter.exports.queries import stages as reading
from callcenter.exports.stage import CONCLUSIONS, canonical
from callcenter.operations import queries as operations
from callcenter.operations.actions import record
from callcenter.sampling.queries import latest_draw
from callcenter.studies import queries as studies
from callcenter.web.deps import Work
from callcenter.web.downloads import download, kept_file
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _

router = APIRouter(prefix="/evaluator/stages")

Evaluator = Annotated[Person, allow("evaluator")]
Words = Annotated[str, Form(max_length=4000)]
LOOKS = {"carried_out": "done", "partly": "warning", "not_carried_out": "stop", "not_verifiable": "quiet"}
"""The sign of a conclusion: that it is signed does not make it a success."""
DOCUMENTS = {
    "detail-table.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "report.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@router.get("")
def overview(request: Request, session: Work, person: Evaluator) -> Response:
    """Every stage that has a checklist."""
    return page(request, person, "evaluator/stages.html", known=[each for each in studies.known_stages(session) if each.has_lists])


@router.get("/{stage_id}")
def show(request: Request, session: Work, person: Evaluator, stage_id: int, only: str = "") -> Response:
    """The items of a stage with counts and conclusions."""
    return _stage(request, session, person, stage_id, only)


def _stage(
    request: Request, session: Session, person: Person, stage_id: int, only: str = "", refusal: InvalidInput | None = None
) -> Response:
    stage = studies.stage(session, stage_id)
    items = reading.stage_items(session, stage_id)
    shown = [each for each in items if _fits(each, only)]
    counts = {key: sum(_fits(each, key) for each in items) for key in ("", "none", "waiting", *CONCLUSIONS)}
    about: dict[str, Any] = {"stage": stage, "items": shown, "only": only, "counts": counts, "conclusions": CONCLUSIONS, "looks": LOOKS}
    about |= {"problem": _said(refusal)} | _documents(session, stage_id)
    return page(request, person, "evaluator/stage.html", status=422 if refusal else 200, **about)


def _said(refusal: InvalidInput | None) -> str:
    return _(refusal.text, **refusal.about) if refusal else ""


def _fits(each: dict[str, Any], only: str) -> bool:
    """Whether an item is shown under a heading; one with a conclusion in force whose next version waits is under both."""
    if only in ("", "none"):
        return not only or not each["history"]
    if only == "waiting":
        return each["waiting"] is not None
    return each["conclusion"] is not None and each["conclusion"]["conclusion"] == only


@router.get("/{stage_id}/documents")
def documents(request: Request, session: Work, person: Evaluator, stage_id: int) -> Response:
    """The part of the page that shows detail table and report (renewed while they are made)."""
    return page(request, person, "evaluator/stage_documents.html", stage=studies.stage(session, stage_id), **_documents(session, stage_id))


@router.post("/{stage_id}/documents")
def make(request: Request, session: Work, person: Evaluator, stage_id: int, freeze: Words = "", keep: str = Form("")) -> Response:
    """Queue detail table and report; with `keep` the stage is frozen too, which needs a reason."""
    studies.stage(session, stage_id)
    if keep and not freeze.strip():
        missing = InvalidInput("no_reason_to_freeze", "请写明为什么冻结，例如“报告撰写前定稿”。")
        return _stage(request, session, person, stage_id, refusal=missing)
    running = _documents(session, stage_id)["making"]
    if running:
        raise Conflict("documents_under_way", "明细表和报告正在生成：请等它完成。")
    writing.queue_documents(session, stage_id, person.id, freeze.strip() if keep else "")
    flash(request, "已开始生成明细表和报告，完成后在这里下载。")
    return see_other(f"/evaluator/stages/{stage_id}#documents")


@router.get("/{stage_id}/documents/{name}")
def fetch(session: Work, person: Evaluator, stage_id: int, name: str) -> Response:
    """A document as it was made; the fetching is kept in the audit trail."""
    stage = studies.stage(session, stage_id)
    kept = f"stage-{stage_id}/{name}"
    if name not in DOCUMENTS or not operations.file_parts(session, kept):
        raise NotFound("no_document", "没有这份文件：请回到阶段页重新生成。")
    record(session, person.id, "stage_document_fetched", "stage", stage_id, detail={"name": name})
    title = {"detail-table.xlsx": "落实明细表.xlsx", "report.docx": "报告.docx"}[name]
    return download(kept_file(kept), DOCUMENTS[name], f"{stage.title}-{title}")


@router.get("/{stage_id}/freezes/{freeze_id}")
def frozen(session: Work, person: Evaluator, stage_id: int, freeze_id: int) -> Response:
    """A frozen state, byte for byte what its checksum was made of; the fetching is kept in the audit trail."""
    stage = studies.stage(session, stage_id)
    found = next((each for each in reading.freezes(session, stage_id) if each.id == freeze_id), None)
    if found is None:
        raise NotFound("no_freeze", "没有这个冻结的状态：请回到阶段页重新选择。")
    record(session, person.id, "stage_freeze_fetched", "stage", stage_id, detail={"checksum": found.checksum})
    return download(iter([canonical(found.state)]), "application/json", f"{stage.title}-{found.checksum[:8]}.json")


@router.get("/{stage_id}/items/{number}")
def item(request: Request, session: Work, person: Evaluator, stage_id: int, number: int) -> Response:
    """One item: what was promised, what is concluded, and the form."""
    return _of_item(request, session, person, stage_id, number, {})


def _of_item(
    request: Request,
    session: Session,
    person: Person,
    stage_id: int,
    number: int,
    typed: dict[str, str],
    refusal: InvalidInput | None = None,
) -> Response:
    found = _item(session, stage_id, number)
    populations = [each for each in studies.populations(session, stage_id) if each.item_id == found.id]
    about = reading.conclusions_of(session, found.id or 0)
    settings = studies.study(session, studies.stage(session, stage_id).study_id).settings
    return page(
        request,
        person,
        "evaluator/conclusion.html",
        status=422 if refusal else 200,
        typed=typed,
        problem=_said(refusal),
        stage=studies.stage(session, stage_id),
        item=found,
        promises=studies.item_standards(session, found),
        populations=populations,
        drawn=[each.id for each in populations if latest_draw(session, each.id or 0)],
        looks=LOOKS,
        options=[(code, _(label)) for code, label in CONCLUSIONS.items()],
        signs=SIGNS,
        scores=bool((settings.get("report") or {}).get("scores")),
        **about,
    )


@router.post("/{stage_id}/items/{number}")
def conclude(
    request: Request,
    session: Work,
    person: Evaluator,
    stage_id: int,
    number: int,
    conclusion: Words = "",
    reason: Words = "",
    evidence: Words = "",
    score: Words = "",
) -> Response:
    """Write a conclusion."""
    found = _item(session, stage_id, number)
    typed = {"conclusion": conclusion, "reason": reason, "evidence": evidence}
    try:
        with session.begin_nested():
            writing.conclude(session, found.id or 0, person.id, **typed, score=_score(score))
    except InvalidInput as refusal:
        return _of_item(request, session, person, stage_id, number, typed | {"score": score}, refusal)
    flash(request, "已保存结论，等另一位评估人员签字后生效。")
    return see_other(f"/evaluator/stages/{stage_id}/items/{number}")


@router.post("/{stage_id}/items/{number}/confirm")
def confirm(request: Request, session: Work, person: Evaluator, stage_id: int, number: int, version: Annotated[int, Form()]) -> Response:
    """Sign what somebody else wrote."""
    writing.confirm(session, _item(session, stage_id, number).id or 0, person.id, version)
    flash(request, "已签字，结论生效。")
    return see_other(f"/evaluator/stages/{stage_id}/items/{number}")


def _score(written: str) -> float | None:
    if not written.strip():
        return None
    try:
        score = float(written)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise InvalidInput("not_a_score", "得分“{value}”不是数。", value=written[:20])
    return score


def _item(session: Session, stage_id: int, number: int) -> Any:
    found = next((each for each in studies.items(session, stage_id) if each.number == number), None)
    if found is None:
        raise NotFound("no_item", "没有这条清单任务，请从清单重新选择。")
    return found


def _documents(session: Session, stage_id: int) -> dict[str, Any]:
    job = operations.newest_job(session, writing.JOB, {"stage_id": stage_id})
    ready = [name for name in DOCUMENTS if operations.file_parts(session, f"stage-{stage_id}/{name}")]
    making = bool(job and job.state in ("queued", "running"))
    return {"job": job, "ready": ready, "making": making, "freezes": reading.freezes(session, stage_id)}
