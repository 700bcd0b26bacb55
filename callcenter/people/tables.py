"""Who may enter, and as what."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import key, link, moment, one_of


class User(SQLModel, table=True):
    """A person with a log-in. `unit` names the department of a submitter."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(one_of("role", "submitter", "operator", "supervisor", "evaluator", "administrator", "commissioner")),)
    id: int | None = key()
    username: str = Field(unique=True)
    name: str
    role: str
    unit: str | None = None
    password_hash: str
    must_change_password: bool = False
    active: bool = True
    language: str = "zh"
    converts_refusals: bool = False
    dialling_mode: str | None = None
    """How an operator wants calls to be begun, where the study leaves a choice."""
    created_at: datetime = moment()


class LogIn(SQLModel, table=True):
    """A server-side session. The cookie's token is never stored, only its SHA-256."""

    __tablename__ = "log_ins"
    id: int | None = key()
    token_sha256: str = Field(unique=True)
    csrf_token: str
    user_id: int = link("users.id")
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment(index=True)
    ended_at: datetime | None = moment(nullable=True)


class LogInAttempt(SQLModel, table=True):
    """A try to log in, for throttling; the address is kept as a keyed hash."""

    __tablename__ = "log_in_attempts"
    __table_args__ = (
        Index("log_in_attempts_recent", "username", "at"),
        Index("log_in_attempts_from", "address_hash", "at"),
    )
    id: int | None = key()
    at: datetime = moment()
    username: str
    address_hash: str
    succeeded: bool


class OperatorState(SQLModel, table=True):
    """What an operator was doing, from when to when; the open one is the present."""

    __tablename__ = "operator_states"
    __table_args__ = (
        CheckConstraint(one_of("state", "ready", "preview", "call", "wrap_up", "break", "training", "off")),
        Index("operator_states_open", "user_id", unique=True, postgresql_where=text("until IS NULL")),
    )
    id: int | None = key()
    user_id: int = link("users.id")
    state: str
    code: str | None = None
    since: datetime = moment()
    until: datetime | None = moment(nullable=True)
    ends_at: datetime | None = moment(nullable=True)
    """When a wrap-up is over by itself; none until the outcome is told."""


class Training(SQLModel, table=True):
    """That a person was trained for a questionnaire, and released for it by whom."""

    __tablename__ = "trainings"
    __table_args__ = (UniqueConstraint("user_id", "questionnaire"),)
    id: int | None = key()
    user_id: int = link("users.id")
    questionnaire: str
    released_at: datetime = moment()
    released_by: int | None = link("users.id", nullable=True, index=False)
