"""Submissions: what came in from whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.lists.tables import Submission


@dataclass(frozen=True)
class Receipt:
    """A submission without its bytes."""

    id: int
    population_id: int
    department: str
    submitted_by: int | None
    received_at: datetime
    file_name: str
    file_sha256: str
    state: str
    role: str
    replaces_id: int | None
    totals: dict[str, Any]
    findings: dict[str, Any]
    job_id: int | None
    late: bool


_RECEIPT = (
    Submission.id,
    Submission.population_id,
    Submission.department,
    Submission.submitted_by,
    Submission.received_at,
    Submission.file_name,
    Submission.file_sha256,
    Submission.state,
    Submission.role,
    Submission.replaces_id,
    Submission.totals,
    Submission.findings,
    Submission.job_id,
    Submission.late,
)


def receipt(session: Session, submission_id: int, *, department: str | None = None) -> Receipt:
    """The receipt of a submission; with `department`, only where that unit sent it."""
    wanted = select(*_RECEIPT).where(Submission.id == submission_id)  # type: ignore[call-overload]  # SQLModel types up to four columns
    found = session.exec(wanted).first()
    if found is None or (department is not None and found.department != department):
        raise NotFound("no_submission", "没有这次报送，或不是本单位报送的。请从“本单位报送”重新选择。")
    return Receipt(*found)


def receipts(session: Session, *, department: str | None = None, population_id: int | None = None) -> list[Receipt]:
    """Receipts, newest first; of one unit or one population where asked."""
    wanted = select(*_RECEIPT)  # type: ignore[call-overload]  # as above
    if department is not None:
        wanted = wanted.where(Submission.department == department)
    if population_id is not None:
        wanted = wanted.where(Submission.population_id == population_id)
    return [Receipt(*row) for row in session.exec(wanted.order_by(col(Submission.id).desc()))]


def with_same_bytes(session: Session, population_id: int, department: str, file_sha256: str) -> Receipt | None:
    """The receipt of the same bytes sent before by the same unit for the same population."""
    same = (Submission.population_id == population_id, Submission.department == department, Submission.file_sha256 == file_sha256)
    found = session.exec(select(*_RECEIPT).where(*same)).first()  # type: ignore[call-overload]  # as above
    return Receipt(*found) if found else None


def file_of(session: Session, submission_id: int) -> bytes:
    """The file as it came."""
    found = session.exec(select(Submission.file).where(Submission.id == submission_id)).first()
    if found is None:
        raise NotFound("no_submission", "没有这次报送，或不是本单位报送的。请从“本单位报送”重新选择。")
    return found


@dataclass(frozen=True)
class Report:
    """That a unit reported an enterprise, with the place in its file."""

    received_at: datetime
    department: str
    file_name: str
    sheet: str
    source_row: int
    matter: str


def reports(session: Session, row_ids: list[int]) -> list[Report]:
    """Who reported the rows, oldest first."""
    found = session.connection().execute(
        text("""SELECT s.received_at, s.department, s.file_name, r.sheet, r.source_row, r.matter
                FROM submission_rows r JOIN submissions s ON s.id = r.submission_id
                WHERE r.id = ANY(:rows) ORDER BY s.received_at, r.id"""),
        {"rows": row_ids},
    )
    return [Report(**row) for row in found.mappings()]
