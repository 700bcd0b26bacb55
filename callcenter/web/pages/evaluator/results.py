"""Results of one population: rates with their formulas, weighted figures, packages and the certificate."""

import json
import math
from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.estimates.queries import Released, released
from callcenter.estimates.results import question_table
from callcenter.exports import queries as exports
from callcenter.exports.actions.identities import due_day
from callcenter.exports.actions.packages import queue_package
from callcenter.exports.changes import Changes, Named, since
from callcenter.exports.formats import FORMATS
from callcenter.exports.queries.marks import marks, named_since
from callcenter.exports.queries.rights import right_until
from callcenter.operations.actions import record
from callcenter.response_rates import aapor
from callcenter.response_rates.cohorts import named_rates, report
from callcenter.response_rates.queries import study_counts
from callcenter.studies.queries import item, population, study_of_population
from callcenter.web.deps import Work
from callcenter.web.downloads import parts
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

router = APIRouter(prefix="/evaluator")

Reader = Annotated[Person, allow("evaluator", "commissioner")]
Evaluator = Annotated[Person, allow("evaluator")]

SAID_OF = {
    "draw": noted("重新抽了样：个案都是另一次抽样的"),
    "settings": noted("研究设置里权数、估计、筛选或报告的规则改过"),
    "detached": noted("身份已与答案分离"),
    "rest": noted("同一阶段的其他样本总体、名单或工单有变化（影响明细表和报告）"),
    "software": noted("软件换了版本"),
    "rows": noted("有回答、编码、拨打、处置或研究设置改动，计数不变"),
}
"""What can be different besides what is counted or named."""
PROMISES_CHANGED = {"new": noted("新增"), "changed": noted("改过"), "gone": noted("撤下")}
AT_ONCE, MOST_ANSWERS = 4, 200_000
"""Questions whose figures are worked out at a time where a population may have more answers than can be read for one page."""
RAKE_BY = {"district": noted("区"), "sub_area": noted("分区域"), "department": noted("报送单位")}


@router.get("/populations/{population_id}")
def show(request: Request, session: Work, person: Reader, population_id: int) -> Response:
    """Counts, rates, weights and figures of a population."""
    return _population(request, session, person, population_id)


def _population(
    request: Request,
    session: Session,
    person: Person,
    population_id: int,
    ticked: Collection[str] = tuple(FORMATS),
    refusal: InvalidInput | None = None,
) -> Response:
    study = study_of_population(session, population_id)
    data = _released(session, population_id)
    (counted,) = study_counts(session, study.id or 0, population_id)
    return page(
        request,
        person,
        "evaluator/population.html",
        status=422 if refusal else 200,
        refusal=_(refusal.text, **refusal.about) if refusal else "",
        ticked=ticked,
        study=study,
        item=item(session, population(session, population_id).item_id),
        rights=_rights(session, study, person),
        counted=counted,
        named=named_rates(counted.total),
        rates=report(counted.strata),
        formulas={name: rate.formula for name, rate in aapor.RATES.items()},
        weights=data.weights,
        infinity=math.inf,
        small_base=data.wishes.small_base,
        rake_labels=RAKE_BY,
        words=[question for question in data.questions if question.kind == "text"],
        **_figures(session, population_id, data, 0, hide_small=person.role == "commissioner"),
        **_packages(session, population_id, data),
    )


@router.get("/populations/{population_id}/figures")
def more_figures(request: Request, session: Work, person: Reader, population_id: int, first: int = 0) -> Response:
    """Further rows of the table of figures, from a question on: a large population's are worked out as they are looked at."""
    data = _released(session, population_id)
    told = _figures(session, population_id, data, max(first, 0), hide_small=person.role == "commissioner")
    return page(request, person, "evaluator/figure_rows.html", population_id=population_id, small_base=data.wishes.small_base, **told)


@router.get("/populations/{population_id}/packages")
def packages(request: Request, session: Work, person: Evaluator, population_id: int) -> Response:
    """The part of the page that shows packages and their making (renewed while one is being made)."""
    data = _released(session, population_id)
    return page(request, person, "evaluator/packages.html", population_id=population_id, **_packages(session, population_id, data))


@router.post("/populations/{population_id}/packages")
def make(
    request: Request, session: Work, person: Evaluator, population_id: int, formats: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Queue the making of a package in the chosen formats."""
    _released(session, population_id)
    if any(job["state"] in ("queued", "running") for job in exports.export_jobs(session, population_id)):
        raise Conflict("package_under_way", "这个样本总体的导出包正在生成：请等它完成。")
    try:
        queue_package(session, population_id, person.id, formats or [])
    except InvalidInput as refusal:
        return _population(request, session, person, population_id, formats or [], refusal)
    flash(request, "已开始生成导出包，完成后出现在下面的列表中。")
    return see_other(f"/evaluator/populations/{population_id}#packages")


@router.get("/packages/{package_id}")
def download(session: Work, person: Evaluator, package_id: int) -> Response:
    """A package as it was made; the fetching is kept in the audit trail."""
    found = exports.package(session, package_id)
    record(session, person.id, "package_fetched", "package", package_id, detail={"sha256": found.archive_sha256})
    name = f"{found.manifest['study']}-{found.manifest['population']}-{found.archive_sha256[:8]}.zip"
    if found.emptied_at:
        raise Refused("package_emptied", "这个导出包含身份信息，已在身份与答案分离时销毁：请重新生成。")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store", "Content-Length": str(found.size)}
    return StreamingResponse(
        parts(lambda reading, place: exports.package_part(reading, package_id, place)), media_type="application/zip", headers=headers
    )


@router.get("/populations/{population_id}/certificate")
def certificate(session: Work, person: Evaluator, population_id: int) -> Response:
    """The opened certificate of the latest draw; the fetching is kept in the audit trail."""
    subject = exports.subject(session, _released(session, population_id).draw_id)
    if not subject.certificate:
        raise NotFound("no_certificate", "这次抽样还没有证书。")
    record(session, person.id, "certificate_fetched", "population", population_id)
    data = (json.dumps(subject.certificate, ensure_ascii=False, indent=1) + "\n").encode()
    return _file(data, f"{subject.study}-{subject.population}-certificate.json", "application/json")


def _released(session: Session, population_id: int) -> Released:
    """A population with all its answers, or without any where they are too many."""
    population(session, population_id)
    data = released(session, population_id, [])
    if data is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    return data if _large(data) else released(session, population_id) or data


def _rights(session: Session, study: Any, person: Person) -> dict[str, Any]:
    """Whether this person may take identities out, and when identities go."""
    if person.role != "evaluator":
        return {}
    apart = exports.detached(session, study.id or 0)
    until = right_until(session, study.id or 0, person.id, clock.now())
    return {"detached": apart, "until": until, "due": None if apart else due_day(session, study)}


def _packages(session: Session, population_id: int, data: Released) -> dict[str, Any]:
    jobs = exports.export_jobs(session, population_id)
    made = exports.packages(session, population_id)
    return {
        "packages": made,
        "apart": exports.detached(session, study_of_population(session, population_id).id or 0),
        "formats": FORMATS,
        "changed": _changed(session, population_id, made[0], data) if made else Changes(),
        "labels_of": {question.name: question.label for question in data.questions},
        "kinds_of_release": {"main": noted("主样本"), "top_up": noted("补充样本")},
        "said_of": SAID_OF,
        "changes_of_promises": PROMISES_CHANGED,
        "jobs": jobs,
        "making": any(job["state"] in ("queued", "running") for job in jobs),
    }


def _changed(session: Session, population_id: int, last: exports.MadePackage, data: Released) -> Changes:
    """What changed since the newest package."""
    state, made_of = last.manifest["state"], last.manifest
    told = {"valid": state.get("valid", 0), "weights_deff": state.get("weights_deff"), "detached": made_of.get("identities") == "detached"}
    study = study_of_population(session, population_id).id or 0
    now = {
        **marks(session, population_id, data.draw_id),
        "valid": data.weights.n_valid,
        "weights_deff": data.weights.kish_deff,
        "detached": exports.detached(session, study) is not None,
    }
    if not last.marks:
        # Made before marks were kept: what its manifest counts is compared, and whether any row is another.
        same = state.get("rows") == exports.state_of(session, data.draw_id)
        changes = since({**told, "released": [state.get("released", 0)]}, {**now, "released": now["released"][:1]}, Named())
        return changes if same or changes else replace(changes, others=["rows"])
    then = {**last.marks, **told}
    if "report" not in made_of.get("formats", ()):
        del now["rest"]
    # Of another draw every row is another.
    named = named_since(session, data.draw_id, then) if then["draw"] == data.draw_id else Named()
    return since(then, now, named)


def _figures(session: Session, population_id: int, data: Released, first: int, *, hide_small: bool) -> dict[str, Any]:
    """Rows of figures: of all questions, or of the next few of a large population, and where to go on."""
    asked = [question for question in data.questions if question.kind != "text"]
    some = asked[first : first + AT_ONCE] if _large(data) else asked
    if _large(data):
        data = released(session, population_id, [question.name for question in some]) or data
    tables = [question_table(data.respondents, question) for question in some]
    found = [result for table in tables if table for result in table.results()]
    shown = [result for result in found if result.figure.n >= data.wishes.small_base] if hide_small else found
    further = first + AT_ONCE
    return {"figures": shown, "asked": len(asked), "further": further if len(some) < len(asked) and further < len(asked) else None}


def _large(data: Released) -> bool:
    """Whether the answers are too many to be read for one page."""
    return len(data.cases) * len(data.questions) > MOST_ANSWERS


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
