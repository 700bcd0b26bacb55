"""What each case is worth."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from callcenter.db.columns import key, link, moment, one_of, texts


class Disposition(SQLModel, table=True):
    """A case's code as derived or corrected at a moment; the latest counts, none is ever changed."""

    __tablename__ = "dispositions"
    __table_args__ = (
        Index("dispositions_latest", "case_id", "id"),
        CheckConstraint(one_of("source", "derived", "correction")),
    )
    id: int | None = key()
    case_id: int = link("cases.id")
    at: datetime = moment(index=True)
    code: str
    """AAPOR code as text, such as 2.111."""
    category: str
    """I, P, R, NC, O, UH, UO or NE."""
    final: bool = False
    source: str = "derived"
    by: int | None = link("users.id", nullable=True, index=False)
    reason: str | None = None
    attempt_id: int | None = link("attempts.id", nullable=True, index=False)


class ValidityVerdict(SQLModel, table=True):
    """Whether a complete interview is a valid sample, with reasons; the latest counts."""

    __tablename__ = "validity_verdicts"
    id: int | None = key()
    interview_id: int = link("interviews.id")
    case_id: int = link("cases.id")
    at: datetime = moment()
    valid: bool
    reasons: list[str] = texts()
    flags: list[str] = texts()
    by: int | None = link("users.id", nullable=True, index=False)
