"""Lists as received and the verdict of every row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from callcenter.db.columns import document, documents, key, link, moment, one_of, texts


class Submission(SQLModel, table=True):
    """One file sent by one unit for one population. The bytes are kept unchanged."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint(one_of("state", "waiting", "judged", "refused", "replaced")),
        UniqueConstraint("population_id", "department", "file_sha256"),
    )
    id: int | None = key()
    population_id: int = link("populations.id")
    department: str
    submitted_by: int | None = link("users.id", nullable=True)
    received_at: datetime = moment()
    file_name: str
    file_sha256: str
    file: bytes
    state: str = "waiting"
    role: str = "first"
    """first, replacement (before the draw) or supplement (after it)."""
    replaces_id: int | None = link("submissions.id", nullable=True)
    totals: dict[str, Any] = document()
    """Keys of the pure check (rows, accepted, warned, duplicate, rejected, skipped_sheets, …); or refused, why, about."""
    findings: dict[str, Any] = document()
    """What the list lacks of what its population asks (`lists.findings`); beside the verdicts, never among them."""
    job_id: int | None = link("jobs.id", nullable=True)
    late: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether it arrived after the last day that the schedule planned, in an extension or later."""


class SubmissionRow(SQLModel, table=True):
    """A data row and its verdict."""

    __tablename__ = "submission_rows"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        CheckConstraint(one_of("verdict", "accepted", "duplicate", "rejected")),
    )
    id: int | None = key()
    submission_id: int = Field(sa_type=BigInteger)
    """Without a foreign key: the database would look the submission up once for each of a million rows that one COPY brings."""
    number: int
    """Place among the data rows of the submission, from 1."""
    sheet: str
    source_row: int
    enterprise_name: str
    uscc: str
    district: str
    sub_area: str = ""
    contact: str = ""
    phones: list[dict[str, Any]] = documents()
    """Primary first: number (E.164), extension."""
    matter: str = ""
    happened_on: str = ""
    verdict: str
    reasons: list[str] = texts()
    duplicate_of: int | None = None
    """`number` of the earlier row that is the same enterprise."""
    stage_days: list[Any] = documents()
    total_days: float | None = None
    cells: dict[str, Any] = document()
    """The row as it came: header to text."""


class RowNote(SQLModel, table=True):
    """What is to be said of a row beside its verdict: asked columns that it leaves empty, dates of its matter. Most rows have none."""

    __tablename__ = "row_notes"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)
    id: int | None = key()
    submission_id: int = link("submissions.id", index=False)
    number: int
    """Of the row in its submission."""
    missing: list[str] = texts()
    earliest: date | None = None
    """The last day that the earliest date of the matter can mean."""
    latest: date | None = None
    """The first day that the latest date can mean."""


class ListStatement(SQLModel, table=True):
    """What a unit states of its list for a population; a change is a further row, the newest counts."""

    __tablename__ = "list_statements"
    __table_args__ = (Index("list_statements_of_unit", "population_id", "department"),)
    id: int | None = key()
    population_id: int = link("populations.id", index=False)
    department: str
    at: datetime = moment()
    by: int | None = link("users.id", nullable=True, index=False)
    stated_total: int | None = None
    """How many the whole population has."""
    policy_month: str | None = None
    """`2021-06`: the month in which the policy was carried into effect."""


class Liaison(SQLModel, table=True):
    """The person whom a unit names for a stage (Annex 3). A new record replaces the earlier one of the unit and stage, which stays."""

    __tablename__ = "liaisons"
    __table_args__ = (
        UniqueConstraint("stage_id", "unit", "version"),
        CheckConstraint(one_of("came_by", "form", "sheet", "carried_over")),
    )
    id: int | None = key()
    stage_id: int = link("stages.id")
    unit: str
    """The unit's name in its normal form."""
    version: int
    name: str
    office: str = ""
    post: str = ""
    mobile: str
    landline: str = ""
    extension: str = ""
    mail: str = ""
    filled_in_by: str = ""
    came_by: str = "form"
    """form, sheet (an uploaded Annex 3), or carried over from an earlier stage and confirmed."""
    entered_at: datetime = moment()
    entered_by: int | None = link("users.id", nullable=True, index=False)


class WorkOrderRow(SQLModel, table=True):
    """What a work-order sheet says of one data row's stages, and what was found in it when it was judged."""

    __tablename__ = "work_orders"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)
    id: int | None = key()
    submission_id: int = link("submissions.id", index=False)
    number: int
    """The data row's place, as in submission_rows."""
    order_number: str
    stages: list[Any] = documents()
    """For each stage that was passed: its number, start, finish (ISO, field-local) and written days."""
    total: float | None = None
    """The total as written."""
    findings: list[dict[str, Any]] = documents()
    """code, stage (0: the whole order), values."""
