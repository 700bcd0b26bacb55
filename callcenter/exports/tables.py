"""Packages made."""

from datetime import datetime
from typing import Any

from sqlmodel import SQLModel

from callcenter.db.columns import document, key, link, moment


class Package(SQLModel, table=True):
    """An export package: a zip of files with a manifest, kept as it was handed out."""

    __tablename__ = "packages"
    id: int | None = key()
    population_id: int = link("populations.id")
    made_at: datetime = moment()
    made_by: int | None = link("users.id", nullable=True, index=False)
    job_id: int | None = link("jobs.id", nullable=True)
    manifest: dict[str, Any] = document()
    archive_sha256: str
    archive: bytes
