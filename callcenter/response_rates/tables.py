"""Counters kept for speed, and how they stood hour by hour. What counts are the rows they count: a nightly proof holds both together."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import key, link, moment, one_of


def _count() -> Any:
    return Field(default=0, sa_column_kwargs={"server_default": text("0")})


class Counts(SQLModel):
    """What is counted of released cases: of them, and by category."""

    released: int = _count()
    open: int = _count()
    called: int = _count()
    reached: int = _count()
    valid: int = _count()
    dialled: int = _count()
    answered: int = _count()
    i: int = _count()
    p: int = _count()
    r: int = _count()
    nc: int = _count()
    o: int = _count()
    uh: int = _count()
    uo: int = _count()
    ne: int = _count()


class RateCounter(Counts, table=True):
    """A change of the counts of one release in one district, or the sum of many: triggers add rows, the timetable folds them.

    Rows are only added, so that two calls that end at once never wait for each other.
    """

    __tablename__ = "rate_counters"
    id: int | None = key()
    release_id: int = link("releases.id")
    district: str


class CountedContact(SQLModel, table=True):
    """Whether a case is counted as called and as reached: what the next change of its attempts is held against."""

    __tablename__ = "counted_contacts"
    __table_args__ = (Index("counted_contacts_case", "case_id", unique=True),)
    id: int | None = key()
    case_id: int = link("cases.id", index=False)
    called: bool
    reached: bool


class RateSnapshot(Counts, table=True):
    """The counts of a stratum, main sample and top-ups apart, as they stood at a moment."""

    __tablename__ = "rate_snapshots"
    __table_args__ = (CheckConstraint(one_of("kind", "main", "top_up")), Index("rate_snapshots_at", "stratum_id", "at"))
    id: int | None = key()
    at: datetime = moment()
    stratum_id: int = link("strata.id", index=False)
    kind: str
