"""Designs, draws and releases."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import SQLModel

from callcenter.db.columns import document, key, link, moment, one_of


class Design(SQLModel, table=True):
    """How a frame is drawn: strata, sizes, release rule. Frozen by its hash when fixed."""

    __tablename__ = "designs"
    __table_args__ = (UniqueConstraint("frame_id", "number"),)
    id: int | None = key()
    frame_id: int = link("frames.id")
    number: int
    document: dict[str, Any] = document()
    """strata rule and merges, method, total, minimum, take_all, expected response/eligible/valid, release step and mode."""
    sha256: str
    fixed_at: datetime = moment()
    fixed_by: int | None = link("users.id", nullable=True, index=False)


class DesignDraft(SQLModel, table=True):
    """A design kept under a name to be compared with others; it binds nobody, and is never drawn before it is fixed."""

    __tablename__ = "design_drafts"
    __table_args__ = (UniqueConstraint("population_id", "name"),)
    id: int | None = key()
    population_id: int = link("populations.id")
    name: str
    document: dict[str, Any] = document()
    """The wishes, see `design.Wishes`."""
    saved_at: datetime = moment()
    saved_by: int | None = link("users.id", nullable=True, index=False)


class Stratum(SQLModel, table=True):
    """One stratum of a design; `released` is the pointer into its order."""

    __tablename__ = "strata"
    __table_args__ = (UniqueConstraint("design_id", "name"),)
    id: int | None = key()
    design_id: int = link("designs.id")
    name: str
    size: int
    """N: frame units."""
    target: int
    """t: valid completes wanted."""
    main_size: int
    """n: units of the main sample."""
    released: int = 0


class Draw(SQLModel, table=True):
    """A numbered draw with its stamped order: commitment, freeze, public value."""

    __tablename__ = "draws"
    __table_args__ = (UniqueConstraint("population_id", "draw_no"),)
    id: int | None = key()
    population_id: int = link("populations.id")
    design_id: int | None = link("designs.id", nullable=True)
    draw_no: int
    secret: str
    seed_commitment: str
    public_source: str
    public_due: datetime = moment()
    committed_at: datetime = moment()
    committed_by: int | None = link("users.id", nullable=True, index=False)
    public_value: str | None = None
    public_entered_at: datetime | None = moment(nullable=True)
    seed: str | None = None
    drawn_at: datetime | None = moment(nullable=True)
    drawn_by: int | None = link("users.id", nullable=True, index=False)
    certificate: dict[str, Any] | None = document(nullable=True)


class DrawUnit(SQLModel, table=True):
    """A unit's permanent random number and its place in its stratum's order."""

    __tablename__ = "draw_units"
    __table_args__ = (UniqueConstraint("draw_id", "unit_key"), UniqueConstraint("draw_id", "stratum_id", "position"))
    id: int | None = key()
    draw_id: int = link("draws.id")
    stratum_id: int = link("strata.id")
    frame_unit_id: int = link("frame_units.id")
    unit_key: str
    prn: str
    """16 lower-case hex digits."""
    position: int
    """Place in the stratum's order, from 1."""


class Release(SQLModel, table=True):
    """A step of one stratum's pointer: who or what moved it, when, why, by how many. Never taken back."""

    __tablename__ = "releases"
    __table_args__ = (CheckConstraint(one_of("kind", "main", "top_up")), CheckConstraint("count > 0"))
    id: int | None = key()
    draw_id: int = link("draws.id")
    stratum_id: int = link("strata.id")
    kind: str
    first_position: int
    count: int
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    """None where the scheduler released by the study's automatic mode."""
    why: str
