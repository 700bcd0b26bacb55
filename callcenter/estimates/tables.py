"""What evaluators decide: differences to look into, codes for what was said in words."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, documents, key, link, moment, one_of, texts


class VerificationTask(SQLModel, table=True):
    """A contradiction between an answer and a work order that somebody is to look into; one open task a case and question."""

    __tablename__ = "verification_tasks"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "closed")),
        Index("verification_tasks_open", "case_id", "question", unique=True, postgresql_where=text("state = 'open'")),
    )
    id: int | None = key()
    population_id: int = link("populations.id")
    case_id: int = link("cases.id", index=False)
    question: str
    told: dict[str, Any] = document()
    """answered, ordered, counted, order_number, tolerance, measure (of choices also said): as they stood when the task was opened."""
    state: str = "open"
    opened_at: datetime = moment()
    opened_by: int | None = link("users.id", nullable=True, index=False)
    closed_at: datetime | None = moment(nullable=True)
    closed_by: int | None = link("users.id", nullable=True, index=False)
    finding: str | None = None
    """What was found: answer_right, order_right, both_right, unclear."""
    note: str = ""
    batch_id: int | None = link("verification_batches.id", nullable=True, index=False)
    """The list for a department in which its order was asked about."""


class VerificationBatch(SQLModel, table=True):
    """A list of orders that a department was asked about, as it was sent: those in question among decoys, none of them in another list."""

    __tablename__ = "verification_batches"
    id: int | None = key()
    population_id: int = link("populations.id")
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    lines: list[dict[str, Any]] = documents()
    """order, enterprise; in the order of the list."""


class AnswerCode(SQLModel, table=True):
    """A code of the code frame of a question that is answered in words; it is retired, never removed."""

    __tablename__ = "answer_codes"
    __table_args__ = (UniqueConstraint("study_id", "question", "code"),)
    id: int | None = key()
    study_id: int = link("studies.id", index=False)
    question: str
    code: str
    label: str
    made_at: datetime = moment()
    made_by: int | None = link("users.id", nullable=True, index=False)
    retired_at: datetime | None = moment(nullable=True)


class Coding(SQLModel, table=True):
    """That an answer was given codes, by whom, when; the newest of an answer counts, the others are its history."""

    __tablename__ = "codings"
    __table_args__ = (Index("codings_latest", "case_id", "question", "instance", "id"),)
    id: int | None = key()
    case_id: int = link("cases.id", index=False)
    question: str
    instance: str = Field(default="")
    version: int
    """Of the answer that was read."""
    codes: list[str] = texts()
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
