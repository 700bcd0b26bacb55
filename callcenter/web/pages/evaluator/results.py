"""Results of one population: rates with their formulas, weighted figures, packages and the certificate."""

import json
import math
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from callcenter.errors import Conflict, NotFound, Refused
from callcenter.estimates.queries import Released, released
from callcenter.estimates.results import results
from callcenter.exports import queries as exports
from callcenter.exports.actions.packages import queue_package
from callcenter.exports.changes import since
from callcenter.exports.formats import FORMATS
from callcenter.operations.actions import record
from callcenter.response_rates import aapor
from callcenter.response_rates.cohorts import named_rates, report
from callcenter.response_rates.queries import study_counts
from callcenter.sampling.queries import latest_draw
from callcenter.studies.queries import population, study_of_population
from callcenter.web.deps import Work
from callcenter.web.downloads import parts
from callcenter.web.rendering import flash, page, see_other
from callcenter.web.security import Person, allow
from callcenter.web.translations import noted

router = APIRouter(prefix="/evaluator")

Reader = Annotated[Person, allow("evaluator", "commissioner")]
Evaluator = Annotated[Person, allow("evaluator")]

STATE = {"released": noted("已释放"), "valid": noted("有效样本"), "answers": noted("回答")}
"""What of a population's state a package's manifest keeps."""
RAKE_BY = {"district": noted("区"), "sub_area": noted("分区域"), "department": noted("报送单位")}


@router.get("/populations/{population_id}")
def show(request: Request, session: Work, person: Reader, population_id: int) -> Response:
    """Counts, rates, weights and figures of a population."""
    study = study_of_population(session, population_id)
    data = _released(session, population_id)
    (counted,) = study_counts(session, study.id or 0, population_id)
    return page(
        request,
        person,
        "evaluator/population.html",
        study=study,
        counted=counted,
        named=named_rates(counted.total),
        rates=report(counted.strata),
        formulas={name: rate.formula for name, rate in aapor.RATES.items()},
        weights=data.weights,
        infinity=math.inf,
        small_base=data.wishes.small_base,
        rake_labels=RAKE_BY,
        now_is={"released": len(data.cases), "valid": data.weights.n_valid, "answers": len(data.answers)},
        state_labels=STATE,
        words=[question for question in data.questions if question.kind == "text"],
        figures=_figures(data, hide_small=person.role == "commissioner"),
        **_packages(session, population_id),
    )


@router.get("/populations/{population_id}/packages")
def packages(request: Request, session: Work, person: Evaluator, population_id: int) -> Response:
    """The part of the page that shows packages and their making (renewed while one is being made)."""
    return page(request, person, "evaluator/packages.html", population_id=population_id, **_packages(session, population_id))


@router.post("/populations/{population_id}/packages")
def make(
    request: Request, session: Work, person: Evaluator, population_id: int, formats: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Queue the making of a package in the chosen formats; in all where none is named."""
    _released(session, population_id)
    if any(job["state"] in ("queued", "running") for job in exports.export_jobs(session, population_id)):
        raise Conflict("package_under_way", "这个样本总体的导出包正在生成：请等它完成。")
    queue_package(session, population_id, person.id, formats or list(FORMATS))
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
    population(session, population_id)
    data = released(session, population_id)
    if data is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    return data


def _packages(session: Session, population_id: int) -> dict[str, Any]:
    jobs = exports.export_jobs(session, population_id)
    made = exports.packages(session, population_id)
    return {
        "packages": made,
        "formats": FORMATS,
        "changed": _changed(session, population_id, made[0]) if made else [],
        "jobs": jobs,
        "making": any(job["state"] in ("queued", "running") for job in jobs),
    }


def _changed(session: Session, population_id: int, last: exports.MadePackage) -> list[tuple[str, int, int]]:
    """What changed since the newest package."""
    draw = latest_draw(session, population_id)
    (counted,) = study_counts(session, study_of_population(session, population_id).id or 0, population_id)
    return since(last.manifest["state"], counted.total, rows=exports.state_of(session, draw.id or 0) if draw else "")


def _figures(data: Released, *, hide_small: bool) -> list[Any]:
    found = results(data.strata, data.cases, data.answers, data.questions, data.weights)
    return [result for result in found if result.figure.n >= data.wishes.small_base] if hide_small else found


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
