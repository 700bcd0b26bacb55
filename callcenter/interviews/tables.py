"""Answers, each saved when given; a change is a new version."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, key, link, moment, one_of


class Interview(SQLModel, table=True):
    """The reading of a questionnaire to a case; it keeps the version it began with."""

    __tablename__ = "interviews"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "ended", "broken_off", "void")),
        Index("interviews_open", "case_id", unique=True, postgresql_where=text("state IN ('open', 'broken_off')")),
    )
    id: int | None = key()
    case_id: int = link("cases.id")
    questionnaire_id: int = link("questionnaires.id")
    operator_id: int = link("users.id")
    attempt_id: int | None = link("attempts.id", nullable=True)
    seed: str
    """Orders what the questionnaire randomises."""
    state: str = "open"
    started_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    mode: str = "telephone"
    block: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    """Place of its item block among those of the bundle, from 1."""
    through_at: datetime | None = moment(nullable=True)
    """When its route was at its end, but for what is asked once behind the last block; none while a question is left."""
    seconds: int | None = None
    """What it took over all its calls, once it has ended."""
    position: str | None = None
    """The answered question that the operator went back to; none where the next one is meant."""


class Answer(SQLModel, table=True):
    """One answer to one question, one version of it."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("interview_id", "question", "instance", "version"),)
    id: int | None = key()
    interview_id: int = link("interviews.id")
    question: str
    instance: str = ""
    """Index inside repeats, such as `2` or `2/1`; empty outside."""
    version: int = 1
    value: Any = document(nullable=True)
    """JSON: text, number or list of codes; null where left empty or a non-answer was given."""
    nonanswer: str | None = None
    set_aside: bool = False
    shown_at: datetime | None = moment(nullable=True)
    answered_at: datetime = moment()
    mode: str = "telephone"
    """How the answer was given; that of the interview."""
    language: str = "zh"
    """In which the question was shown."""
    operator_id: int | None = link("users.id", nullable=True, index=False)
    attempt_id: int | None = link("attempts.id", nullable=True, index=False)
    asked_in: int | None = link("interviews.id", nullable=True, index=False)
    """The interview of the same bundle in which it was asked, where that is another one: this is its copy."""


class Consent(SQLModel, table=True):
    """What was answered to the opening notice, in which words it was read; the latest of an interview counts, none is ever changed."""

    __tablename__ = "consents"
    id: int | None = key()
    interview_id: int = link("interviews.id")
    attempt_id: int | None = link("attempts.id", nullable=True)
    at: datetime = moment()
    operator_id: int = link("users.id", index=False)
    version: str
    """First 12 hex digits of the SHA-256 of the notice as the questionnaire holds it, before the case's names are put in."""
    notice: str
    """As it was read aloud."""
    answer: str
    interview: bool
    """Agreed to be asked now."""
    recording: bool
