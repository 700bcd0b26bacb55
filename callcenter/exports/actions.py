"""Writes of the room: packages."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from callcenter import clock
from callcenter.errors import InvalidInput, Refused
from callcenter.estimates import queries as estimates
from callcenter.exports import codebook, content, package, queries, readme
from callcenter.exports.sheets import Sheet, as_csv, as_xlsx
from callcenter.exports.tables import Package
from callcenter.operations.actions import record
from callcenter.response_rates.queries import study_counts
from callcenter.sampling.certificate import SOFTWARE
from callcenter.studies.queries import study_of_population

FORMATS = ("csv", "xlsx")
PLANNED = ("sav", "dta", "parquet", "ddi", "sss", "report")


def make_package(session: Session, population_id: int, user_id: int | None, *, job_id: int | None = None) -> Package:
    """Make and keep the package of a population; where nothing changed since the last one, that one."""
    files, manifest = package_files(session, population_id)
    archive = package.archive(files)
    digest = hashlib.sha256(archive).hexdigest()
    record(session, user_id, "package_made", "population", population_id, detail={"sha256": digest})
    last = queries.latest_package(session, population_id)
    if last is not None and last.archive_sha256 == digest:
        return last
    made = Package(
        population_id=population_id,
        made_at=clock.now(),
        made_by=user_id,
        job_id=job_id,
        manifest=manifest,
        archive_sha256=digest,
        archive=archive,
    )
    session.add(made)
    session.flush()
    return made


def package_files(
    session: Session, population_id: int, formats: Sequence[str] = FORMATS, *, for_auditor: bool = False
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Every file of a population's package with its manifest; an auditor's holds the frame too."""
    _check_formats(formats)
    released = estimates.released(session, population_id)
    if released is None:
        raise Refused("nothing_drawn", "这个样本总体还没有抽样：抽样并释放之后才能导出。")
    subject = queries.subject(session, released.draw_id)
    weights = released.weights
    names = {case.unit_key: content.pseudonym(subject.salt, case.unit_key) for case in released.cases}
    given: dict[str, list[Any]] = {}
    for answer in released.answers:
        if answer.value is not None:
            given.setdefault(answer.question, []).append(answer.value)
    counts = study_counts(session, _study_id(session, population_id), population_id)
    rates_json, rates = content.rates([cohort for population in counts for cohort in population.strata])
    wide = content.wide(released.cases, released.answers, released.questions, weights, names)
    long = content.long(released.cases, released.answers, released.questions, names)
    book = codebook.sheet(released.questions, given)
    dispositions = queries.dispositions(session, released.draw_id)
    sheets = {
        "answers_wide.csv": wide,
        "answers_long.csv": long,
        "codebook.csv": book,
        "attempts.csv": content.attempts(queries.attempts(session, released.draw_id), names, subject.salt),
        "dispositions.csv": content.dispositions(dispositions, names),
        "strata_and_weights.csv": content.strata(released.strata, released.cases, weights, queries.capped(session, released.draw_id)),
        "response_rates.csv": rates,
        "estimates.csv": content.figures(released),
    }
    files = {name: as_csv(sheet) for name, sheet in sheets.items()}
    if "xlsx" in formats:
        files["answers.xlsx"] = as_xlsx([wide, long, book])
    title = f"{subject.study_title} {subject.population} {subject.population_title}"
    interviewed = len({answer.case_id for answer in released.answers})
    files["codebook.html"] = codebook.page(title, released.questions, given, interviewed)
    files["response_rates.json"] = rates_json
    files["draw_certificate.json"] = content.as_json(subject.certificate)
    if for_auditor:
        files["frame.csv"] = as_csv(Sheet("frame", ("unit_key", "stratum"), queries.frame_units(session, released.draw_id)))
    files["README.txt"] = readme.text(subject, sorted(files), for_auditor=for_auditor).encode()
    moments = [row["at"] for row in dispositions] + [answer.answered_at for answer in released.answers]
    about = {
        "study": subject.study,
        "stage": subject.stage,
        "population": subject.population,
        "draw_no": subject.draw_no,
        "frame_sha256": subject.frame_sha256,
        "design_sha256": subject.design_sha256,
        "state": {
            "as_of": max(moments).isoformat() if moments else None,
            "released": len(released.cases),
            "valid": weights.n_valid,
            "answers": len(released.answers),
            "weights_deff": weights.kish_deff,
            "weights_effective_n": weights.effective_n,
        },
        "software": SOFTWARE,
    }
    return package.with_manifest(files, about)


def _study_id(session: Session, population_id: int) -> int:
    found = study_of_population(session, population_id).id
    assert found is not None  # noqa: S101  # it was read from the database
    return found


def _check_formats(formats: Sequence[str]) -> None:
    for name in formats:
        if name in PLANNED:
            raise Refused("format_not_yet", "格式 {format} 还不能导出，现在可用：{known}。", format=name, known="、".join(FORMATS))
        if name not in FORMATS:
            raise InvalidInput("wrong_use", "没有格式 {format}，可用：{known}。", format=name, known="、".join(FORMATS))
