"""Packages that were made, and whose they are."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.exports.subject import Subject
from callcenter.exports.tables import Detachment, Package, PackagePart

SUBJECT = """
SELECT s.name AS study, s.title AS study_title, s.salt, g.name AS stage, p.code AS population, p.title AS population_title, d.draw_no,
    d.certificate, d.design_id, f.number AS frame_number, f.sha256 AS frame_sha256, z.sha256 AS design_sha256
FROM draws d JOIN populations p ON p.id = d.population_id JOIN stages g ON g.id = p.stage_id JOIN studies s ON s.id = g.study_id
JOIN designs z ON z.id = d.design_id JOIN frames f ON f.id = z.frame_id
WHERE d.id = :draw
"""

CAPPED = """
SELECT s.name, count(*) FROM releases r JOIN cases c ON c.release_id = r.id JOIN strata s ON s.id = c.stratum_id
WHERE r.draw_id = :draw AND c.closed_why = 'cap' GROUP BY s.name
"""


def one_snapshot(session: Session) -> None:
    """Everything that this transaction reads stood so at one moment; the first thing to ask of it."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def subject(session: Session, draw_id: int) -> Subject:
    """Study, population and draw of a package."""
    return Subject(**session.execute(text(SUBJECT), {"draw": draw_id}).mappings().one())


STATE = """
SELECT count(DISTINCT c.id) AS released, count(i.id) AS interviews, max(q.id) AS questionnaire,
    count(i.id) FILTER (WHERE i.state = 'void') AS void, count(DISTINCT c.id) FILTER (WHERE c.closed_why = 'cap') AS capped,
    (SELECT json_build_array(s.settings::text, s.title, p.title, a.at) FROM draws d JOIN populations p ON p.id = d.population_id
        JOIN stages g ON g.id = p.stage_id JOIN studies s ON s.id = g.study_id LEFT JOIN detachments a ON a.study_id = s.id
        WHERE d.id = :draw) AS study,
    (SELECT json_build_array(count(*), max(a.id)) FROM answers a JOIN interviews j ON j.id = a.interview_id JOIN cases k ON k.id = j.case_id
        JOIN releases l ON l.id = k.release_id WHERE l.draw_id = :draw) AS answers,
    (SELECT json_build_array(count(*), max(d.id), max(d.at)) FROM dispositions d JOIN cases k ON k.id = d.case_id
        JOIN releases l ON l.id = k.release_id WHERE l.draw_id = :draw) AS dispositions,
    (SELECT json_build_array(count(*), max(v.id)) FROM validity_verdicts v JOIN cases k ON k.id = v.case_id
        JOIN releases l ON l.id = k.release_id WHERE l.draw_id = :draw) AS verdicts,
    (SELECT json_build_array(count(*), max(t.id)) FROM case_attempts t JOIN cases k ON k.id = t.case_id
        JOIN releases l ON l.id = k.release_id WHERE l.draw_id = :draw) AS attempts,
    (SELECT json_build_array(count(*), max(o.id)) FROM codings o JOIN cases k ON k.id = o.case_id
        JOIN releases l ON l.id = k.release_id WHERE l.draw_id = :draw) AS codings,
    (SELECT json_build_array(count(*), max(f.id), count(f.retired_at)) FROM answer_codes f JOIN stages g ON g.study_id = f.study_id
        JOIN populations p ON p.stage_id = g.id JOIN draws d ON d.population_id = p.id WHERE d.id = :draw) AS code_frames
FROM releases r JOIN cases c ON c.release_id = r.id JOIN questionnaires q ON q.id = c.questionnaire_id
LEFT JOIN interviews i ON i.case_id = c.id
WHERE r.draw_id = :draw
"""


@dataclass(frozen=True)
class MadePackage:
    """A package that can be fetched, without its bytes."""

    id: int
    population_id: int
    made_at: datetime
    made_by: int | None
    manifest: dict[str, Any]
    archive_sha256: str
    size: int
    emptied_at: datetime | None
    marks: dict[str, Any]


def packages(session: Session, population_id: int) -> list[MadePackage]:
    """The packages made of a population, newest first, without their bytes."""
    columns = "id, population_id, made_at, made_by, manifest, archive_sha256, size, emptied_at, marks"
    found = text(f"SELECT {columns} FROM packages WHERE population_id = :population ORDER BY id DESC")
    return [MadePackage(**row) for row in session.execute(found, {"population": population_id}).mappings()]


def package(session: Session, package_id: int) -> Package:
    """One package, without its bytes."""
    found = session.get(Package, package_id)
    if found is None:
        raise NotFound("no_package", "没有这个导出包：请回到结果页重新生成。")
    return found


def package_part(session: Session, package_id: int, place: int) -> bytes:
    """One part of a package's zip, from 0; nothing after the last."""
    found = select(PackagePart.data).where(PackagePart.package_id == package_id, PackagePart.place == place)
    return session.exec(found).first() or b""


def latest_package(session: Session, population_id: int) -> Package | None:
    """The package of a population made last."""
    ordered = select(Package).where(Package.population_id == population_id).order_by(col(Package.id).desc())
    return session.exec(ordered.limit(1)).first()


def drawn_populations(session: Session, study_id: int) -> list[tuple[int, str]]:
    """Id and code of every population of a study that was drawn."""
    found = text(
        "SELECT DISTINCT p.id, p.code FROM populations p JOIN stages g ON g.id = p.stage_id JOIN draws d ON d.population_id = p.id "
        "WHERE g.study_id = :study AND d.drawn_at IS NOT NULL ORDER BY p.id"
    )
    return [(row["id"], row["code"]) for row in session.execute(found, {"study": study_id}).mappings()]


def export_jobs(session: Session, population_id: int) -> list[dict[str, Any]]:
    """Packages of a population that are being made, or failed since the last that was made."""
    found = text(
        "SELECT id, state, progress_done, progress_total, error, created_at FROM jobs WHERE kind = 'export' "
        "AND payload->>'population_id' = :population ORDER BY id DESC LIMIT 4"
    )
    rows = (dict(row) for row in session.execute(found, {"population": str(population_id)}).mappings())
    return list(takewhile(lambda job: job["state"] != "done", rows))


def capped(session: Session, draw_id: int) -> dict[str, int]:
    """Cases that the cap on contacts stopped, by stratum: they stay sampled and are not replaced."""
    return {row[0]: row[1] for row in session.execute(text(CAPPED), {"draw": draw_id})}


def detached(session: Session, study_id: int) -> datetime | None:
    """Since when identities of a study are detached from answers."""
    return session.exec(select(Detachment.at).where(Detachment.study_id == study_id)).first()


def state_of(session: Session, draw_id: int) -> str:
    """A short fingerprint of all that a package of this draw is made from."""
    row = dict(session.execute(text(STATE), {"draw": draw_id}).mappings().one())
    return hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()[:16]
