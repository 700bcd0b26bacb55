"""Writes of packages: what a job made is kept, cut into parts."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from callcenter import clock
from callcenter.errors import InvalidInput
from callcenter.exports import queries
from callcenter.exports.formats import FORMATS
from callcenter.exports.tables import Package, PackagePart
from callcenter.operations.actions import PART, queue_job, record


def queue_package(session: Session, population_id: int, user_id: int, formats: Sequence[str]) -> int:
    """Ask a worker for a package; the job's id."""
    check_formats(formats)
    return queue_job(session, "export", {"population_id": population_id, "user_id": user_id, "formats": list(formats)}, user_id)


def check_formats(formats: Sequence[str]) -> None:
    """Refuse a package of nothing, and a format that nobody knows."""
    if not formats:
        raise InvalidInput("no_format", "没有选择格式：请至少选择一种（{known}）。", known="、".join(FORMATS.values()))
    for name in formats:
        if name not in FORMATS:
            raise InvalidInput("wrong_use", "没有格式 {format}，可用：{known}。", format=name, known="、".join(FORMATS))


def keep_package(
    session: Session,
    population_id: int,
    user_id: int | None,
    archive: Path,
    made_of: dict[str, Any],
    *,
    marks: dict[str, Any] | None = None,
) -> Package:
    """Keep a package that was made, with the marks of what it was made of; where nothing changed since the last one, that one."""
    with archive.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    record(session, user_id, "package_made", "population", population_id, detail={"sha256": digest})
    last = queries.latest_package(session, population_id)
    if last is not None and last.archive_sha256 == digest and last.emptied_at is None:
        last.marks = marks or last.marks
        session.add(last)
        return last
    made = Package(
        population_id=population_id,
        made_at=clock.now(),
        made_by=user_id,
        manifest=made_of,
        archive_sha256=digest,
        size=archive.stat().st_size,
        marks=marks or {},
    )
    session.add(made)
    session.flush()
    with archive.open("rb") as opened:
        place = 0
        while data := opened.read(PART):
            session.execute(insert(PackagePart).values(package_id=made.id, place=place, data=data))
            place += 1
    return made
