"""What each case is worth."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
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


class Recheck(SQLModel, table=True):
    """A case that somebody else calls again without seeing its answers; chosen by lot, or because all of its kind are."""

    __tablename__ = "rechecks"
    __table_args__ = (
        CheckConstraint(one_of("kind", "complete", "denied", "closing")),
        CheckConstraint(one_of("state", "waiting", "passed", "failed", "unreached")),
        Index("rechecks_waiting", "id", postgresql_where=text("state = 'waiting'")),
    )
    id: int | None = key()
    case_id: int = link("cases.id")
    operator_id: int = link("users.id")
    """Whose work is re-checked."""
    kind: str
    code: str
    """The case's code when it was chosen."""
    chosen_at: datetime = moment()
    state: str = "waiting"
    tries: int = 0
    done_at: datetime | None = moment(nullable=True)
    done_by: int | None = link("users.id", nullable=True, index=False)
    reason: str | None = None
    """Why it failed."""
    compared: int = 0
    differing: list[str] = texts()
    """Names of the questions answered otherwise; the answers themselves are not kept."""
    note: str = ""


class Invalidation(SQLModel, table=True):
    """That a valid sample should not count: proposed by one person, decided by another; neither has seen its answers."""

    __tablename__ = "invalidations"
    __table_args__ = (Index("invalidations_open", "case_id", unique=True, postgresql_where=text("decided_at IS NULL")),)
    id: int | None = key()
    case_id: int = link("cases.id")
    reason: str
    note: str = ""
    proposed_at: datetime = moment()
    proposed_by: int = link("users.id", index=False)
    decided_at: datetime | None = moment(nullable=True)
    decided_by: int | None = link("users.id", nullable=True, index=False)
    agreed: bool | None = None
