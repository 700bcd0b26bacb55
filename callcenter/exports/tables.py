"""Packages made, conclusions of items, frozen stages, and who may take identities out."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, key, later_document, link, moment, one_of


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
    marks: dict[str, Any] = later_document()
    """How far everything stood that it was made of; nothing of packages made before marks were kept."""


class PackagePart(SQLModel, table=True):
    """A piece of a package's zip, cut so that nobody has to hold the whole."""

    __tablename__ = "package_parts"
    __table_args__ = (UniqueConstraint("package_id", "place"),)
    id: int | None = key()
    package_id: int = link("packages.id", index=False)
    place: int
    data: bytes


class Conclusion(SQLModel, table=True):
    """What is concluded of a checklist item; a change is a further version, which counts once a second person confirmed it."""

    __tablename__ = "conclusions"
    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        CheckConstraint(one_of("conclusion", "carried_out", "partly", "not_carried_out", "not_verifiable")),
        CheckConstraint("confirmed_by <> written_by", name="conclusions_two_persons"),
    )
    id: int | None = key()
    item_id: int = link("checklist_items.id", index=False)
    version: int
    conclusion: str
    reason: str
    evidence: str = ""
    score: float | None = None
    written_at: datetime = moment()
    written_by: int = link("users.id", index=False)
    confirmed_at: datetime | None = moment(nullable=True)
    confirmed_by: int | None = link("users.id", nullable=True, index=False)


class StageFreeze(SQLModel, table=True):
    """How a stage stood when it was frozen: all that its detail table and report are made of, with a checksum over it."""

    __tablename__ = "stage_freezes"
    id: int | None = key()
    stage_id: int = link("stages.id")
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    reason: str
    checksum: str
    state: dict[str, Any] = document()


class IdentityGrant(SQLModel, table=True):
    """That a person may take identities of a study out of the house until a moment, and why."""

    __tablename__ = "identity_grants"
    id: int | None = key()
    study_id: int = link("studies.id", index=False)
    user_id: int = link("users.id")
    granted_at: datetime = moment()
    granted_by: int = link("users.id", index=False)
    until: datetime = moment()
    reason: str


class Detachment(SQLModel, table=True):
    """That identities of a study were detached from answers, by which rule, and how many rows that changed."""

    __tablename__ = "detachments"
    id: int | None = key()
    study_id: int = Field(foreign_key="studies.id", unique=True, sa_type=BigInteger)
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    rule: dict[str, Any] = document()
    counts: dict[str, Any] = document()
