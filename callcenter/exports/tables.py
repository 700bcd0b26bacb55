"""Packages made."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint, text
from sqlmodel import Field, SQLModel

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
    size: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    """Bytes of the zip."""
    emptied_at: datetime | None = moment(nullable=True)
    """Since when its bytes are gone, because identities were in it."""


class PackagePart(SQLModel, table=True):
    """A piece of a package's zip, cut so that nobody has to hold the whole."""

    __tablename__ = "package_parts"
    __table_args__ = (UniqueConstraint("package_id", "place"),)
    id: int | None = key()
    package_id: int = link("packages.id", index=False)
    place: int
    data: bytes
