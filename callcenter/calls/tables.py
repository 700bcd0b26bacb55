"""The published lines with their marks and publications, attempts, and what the carrier said of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, key, later_documents, later_texts, link, moment, one_of, texts


class Line(SQLModel, table=True):
    """A published caller number of a study, its limits (none: without one) and whether it may call."""

    __tablename__ = "lines"
    __table_args__ = (UniqueConstraint("study_id", "number"), CheckConstraint(one_of("state", "open", "draining", "withdrawn")))
    id: int | None = key()
    study_id: int = link("studies.id")
    number: str
    """As published, such as 96599966."""
    dialled_form: str
    """As handed to the carrier, such as +862296599966."""
    max_concurrent: int = 30
    resting_until: datetime | None = moment(nullable=True)
    resting_why: str | None = None
    """carrier_failure, labels, answer_rate, or by_hand."""
    forms: list[str] = later_texts()
    """Further forms in which it comes back."""
    per_second: int | None = None
    per_hour: int | None = None
    a_day: int | None = None
    hours: list[list[str]] = later_documents()
    """Spans of field time; none: as the study's calling hours."""
    state: str = Field(default="open", sa_column_kwargs={"server_default": "open"})
    """draining: no new calls; withdrawn: the study does not publish it any more."""
    watched_from: datetime | None = moment(nullable=True)
    """Since when its answer rate and its marks count: anew after a rest."""


class LineLabel(SQLModel, table=True):
    """A mark that a handset app showed for a line, such as a warning of spam, and what was done about it."""

    __tablename__ = "line_labels"
    id: int | None = key()
    line_id: int = link("lines.id")
    app: str
    """The handset's app or maker."""
    text_shown: str
    reported_at: datetime = moment()
    reported_by: int = link("users.id", index=False)
    attempt_id: int | None = link("attempts.id", nullable=True, index=False)
    appealed_on: date | None = None
    appeal: str = ""
    """Where, and what came of it."""
    removed_on: date | None = None


class LinePublication(SQLModel, table=True):
    """Where and when the lines were made known to the enterprises of a district."""

    __tablename__ = "line_publications"
    id: int | None = key()
    study_id: int = link("studies.id")
    district: str
    """Or 全市, for all."""
    lines: list[str] = texts()
    place: str
    published_on: date
    evidence: str
    """Address, document number or where the picture is kept."""
    recorded_at: datetime = moment()
    recorded_by: int | None = link("users.id", nullable=True, index=False)


class Attempt(SQLModel, table=True):
    """One call on one number, with what it was for the case that led it; `case_attempts` shows it for every case of the bundle."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(
            one_of(
                "state",
                "placing",
                "queued",
                "ringing",
                "answered",
                "completed",
                "busy",
                "no_answer",
                "failed",
                "canceled",
            )
        ),
        UniqueConstraint("lease_id", "number_in_lease"),
        Index("attempts_open", "placed_at", postgresql_where=text("ended_at IS NULL")),
        Index("attempts_of_line", "line", "placed_at"),
        Index("attempts_untold", "id", postgresql_where=text("outcome IS NULL")),
        Index("attempts_of_phone", "phone"),
        CheckConstraint(one_of("direction", "outgoing", "incoming")),
        CheckConstraint("(case_id IS NULL) <> (rechecked_case_id IS NULL)"),
    )
    id: int | None = key()
    case_id: int | None = link("cases.id", nullable=True)
    """The case that led it; none for a re-check's call, which is no attempt of any case."""
    lease_id: str
    number_in_lease: int
    """Place among the attempts of one lease, from 1; a double click finds the first."""
    operator_id: int | None = link("users.id", nullable=True)
    """None where an enterprise that called us spoke with nobody: it chose a time in the voice menu."""
    line: str
    phone: str
    placed_at: datetime = moment(index=True)
    handed_over_at: datetime | None = moment(nullable=True)
    """When it was handed to the phone line: once, however often dial was pressed."""
    call_sid: str | None = Field(default=None, unique=True)
    state: str = "placing"
    ringing_at: datetime | None = moment(nullable=True)
    answered_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    sip_code: int | None = None
    answered_by: str | None = None
    """What the carrier heard, where it listened: human, machine, fax or unknown."""
    direction: str = Field(default="outgoing", sa_column_kwargs={"server_default": "outgoing"})
    """`incoming` where the enterprise called us: a contact that never counts against the caps."""
    carrier_failure: str | None = None
    outcome: str | None = None
    outcome_at: datetime | None = moment(nullable=True)
    outcome_detail: dict[str, Any] = document()
    note: str = ""
    rechecked_case_id: int | None = link("cases.id", nullable=True)
    """The case that somebody else calls again to check it."""

    @property
    def called_case_id(self) -> int:
        """The case whose enterprise is called, as an attempt or to check it."""
        return self.case_id or self.rechecked_case_id or 0


class SharedAttempt(SQLModel, table=True):
    """What a call was for another case of the bundle; the call itself stands once, in `attempts`."""

    __tablename__ = "shared_attempts"
    __table_args__ = (
        UniqueConstraint("attempt_id", "case_id"),
        Index("shared_attempts_untold", "attempt_id", postgresql_where=text("outcome IS NULL")),
    )
    id: int | None = key()
    attempt_id: int = link("attempts.id", index=False)
    case_id: int = link("cases.id")
    outcome: str | None = None
    outcome_at: datetime | None = moment(nullable=True)
    outcome_detail: dict[str, Any] = document()
    note: str = ""


class CallEvent(SQLModel, table=True):
    """A callback of the carrier, stored once by call, sequence and word: some carriers number badly."""

    __tablename__ = "call_events"
    __table_args__ = (UniqueConstraint("call_sid", "sequence", "status"),)
    id: int | None = key()
    call_sid: str
    sequence: int
    status: str
    at: datetime = moment()
    """As the carrier says."""
    received_at: datetime = moment()
    detail: dict[str, Any] = document()


class Leg(SQLModel, table=True):
    """A leg of our own people: an operator's, which waits in a room for call after call, or that of a supervisor who listens in."""

    __tablename__ = "legs"
    __table_args__ = (
        CheckConstraint(one_of("purpose", "operator", "listener")),
        CheckConstraint(one_of("state", "ringing", "seated", "gone")),
        Index("legs_one_each", "user_id", "purpose", unique=True, postgresql_where=text("state <> 'gone'")),
    )
    id: int | None = key()
    user_id: int = link("users.id")
    purpose: str
    room: str
    attempt_id: int | None = link("attempts.id", nullable=True, index=False)
    """The call that is listened to."""
    call_sid: str | None = Field(default=None, unique=True)
    state: str = "ringing"
    asked_at: datetime = moment()
    heard_at: datetime = moment()
    """When the carrier last said something of it; the sweep asks after legs that are silent for long."""
    seated_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)


class Transfer(SQLModel, table=True):
    """That an operator offered a running call to somebody who was ready, and what came of it."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(one_of("state", "offered", "joined", "done", "declined", "ended")),
        Index("transfers_one_of_call", "attempt_id", unique=True, postgresql_where=text("state IN ('offered', 'joined')")),
        Index("transfers_one_to_each", "to_user", unique=True, postgresql_where=text("state IN ('offered', 'joined')")),
        Index("transfers_one_from_each", "from_user", unique=True, postgresql_where=text("state IN ('offered', 'joined')")),
    )
    id: int | None = key()
    attempt_id: int = link("attempts.id")
    from_user: int = link("users.id", index=False)
    to_user: int = link("users.id", index=False)
    warm: bool
    """The other joins the talk first; else the informant goes over as soon as the other takes it."""
    state: str = "offered"
    offered_at: datetime = moment()
    joined_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    ended_why: str | None = None


class AudioPlace(SQLModel, table=True):
    """Where one of our people speaks and hears: in the browser, at a SIP phone, or at a desk phone."""

    __tablename__ = "audio_places"
    __table_args__ = (CheckConstraint(one_of("kind", "browser", "sip", "phone")),)
    id: int | None = key()
    user_id: int = Field(foreign_key="users.id", unique=True, sa_type=BigInteger)
    kind: str
    address: str
    """`client:…`, `sip:…` or a number in E.164."""


class IncomingCall(SQLModel, table=True):
    """Somebody called one of our lines."""

    __tablename__ = "incoming_calls"
    __table_args__ = (
        CheckConstraint(one_of("state", "menu", "offered", "taken", "promised", "ended")),
        Index("incoming_offered", "offered_at", postgresql_where=text("state = 'offered'")),
    )
    id: int | None = key()
    study_id: int = link("studies.id")
    line: str
    caller: str
    """E.164; empty where it was withheld."""
    call_sid: str = Field(unique=True)
    known: bool
    """Whether open cases have this number."""
    state: str = "menu"
    came_at: datetime = moment()
    heard_at: datetime = moment()
    """When the carrier last asked how to go on."""
    offered_at: datetime | None = moment(nullable=True)
    taken_by: int | None = link("users.id", nullable=True, index=False)
    taken_at: datetime | None = moment(nullable=True)
    attempt_id: int | None = link("attempts.id", nullable=True, index=False)
    promised_for: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    handled_at: datetime | None = moment(nullable=True)
    handled_by: int | None = link("users.id", nullable=True, index=False)
    note: str = ""


class Recording(SQLModel, table=True):
    """Sound of a talk, or words that a caller left: fetched from the carrier and deleted there, kept until its day."""

    __tablename__ = "recordings"
    __table_args__ = (
        CheckConstraint(one_of("state", "wanted", "running", "ready", "stored", "failed", "deleted")),
        CheckConstraint("(attempt_id IS NULL) <> (incoming_id IS NULL)"),
        Index("recordings_to_fetch", "id", postgresql_where=text("state IN ('wanted', 'running', 'ready')")),
    )
    id: int | None = key()
    study_id: int = link("studies.id")
    attempt_id: int | None = link("attempts.id", nullable=True)
    incoming_id: int | None = link("incoming_calls.id", nullable=True)
    recording_sid: str | None = Field(default=None, unique=True)
    state: str = "wanted"
    wanted_at: datetime = moment()
    seconds: int | None = None
    tries: int = 0
    file: str | None = None
    """Below the recordings of the data folder."""
    sha256: str | None = None
    size: int | None = None
    stored_at: datetime | None = moment(nullable=True)
    removed_there_at: datetime | None = moment(nullable=True)
    """When it was deleted at the carrier."""
    keep_until: date | None = Field(default=None, index=True)
    deleted_at: datetime | None = moment(nullable=True)
    deleted_why: str | None = None
