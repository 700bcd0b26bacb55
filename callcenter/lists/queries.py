"""Reads of the room: what came in from whom, and what became of every row."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, or_, select

from callcenter.errors import NotFound
from callcenter.lists.due import LEADS, Arrival, Cell, Checklist, Expected, matrix
from callcenter.lists.receipts import Judgement
from callcenter.lists.tables import Submission, SubmissionRow
from callcenter.studies import queries as studies

PAGE = 50


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
class RowsWanted:
    """Which rows of a submission to show."""

    verdict: str = ""
    reason: str = ""
    search: str = ""
    offset: int = 0


def rows(session: Session, submission_id: int, wanted: RowsWanted) -> tuple[list[SubmissionRow], int]:
    """A page of rows as filtered, and how many there are in all."""
    filters: list[Any] = [SubmissionRow.submission_id == submission_id]
    if wanted.verdict == "warned":
        filters += [SubmissionRow.verdict == "accepted", func.cardinality(SubmissionRow.reasons) > 0]
    elif wanted.verdict:
        filters.append(SubmissionRow.verdict == wanted.verdict)
    if wanted.reason:
        filters.append(col(SubmissionRow.reasons).contains([wanted.reason]))
    if wanted.search:
        like = f"%{wanted.search.replace('%', '').replace('_', '')}%"
        filters.append(or_(col(SubmissionRow.enterprise_name).like(like), col(SubmissionRow.uscc).like(like.upper())))
    count = session.exec(select(func.count()).select_from(SubmissionRow).where(*filters)).one()
    page = select(SubmissionRow).where(*filters).order_by(col(SubmissionRow.number)).offset(wanted.offset).limit(PAGE)
    return list(session.exec(page)), count


def judgements(session: Session, submission_id: int) -> dict[tuple[str, int], Judgement]:
    """Sheet and row → verdict and reasons, for the receipt workbook."""
    found = session.connection().execute(
        text("SELECT sheet, source_row, verdict, reasons FROM submission_rows WHERE submission_id = :id"), {"id": submission_id}
    )
    return {(row[0], row[1]): (row[2], list(row[3])) for row in found}


def arrivals(session: Session, stage_id: int) -> list[Arrival]:
    """Every list that came in for a stage, oldest first."""
    found = session.connection().execute(
        text("""SELECT s.id AS submission_id, s.population_id, s.department, s.received_at, s.state, s.late,
                       COALESCE((s.totals->>'rows')::int, 0) AS rows, COALESCE((s.totals->>'accepted')::int, 0) AS accepted
                FROM submissions s JOIN populations p ON p.id = s.population_id
                WHERE p.stage_id = :stage ORDER BY s.id"""),
        {"stage": stage_id},
    )
    return [Arrival(**row) for row in found.mappings()]


def deliveries(session: Session, stage_id: int, today: date) -> list[Cell]:
    """What each unit owes, may send and has sent for a stage, as it stands on `today`."""
    return matrix(checklist(session, stage_id), arrivals(session, stage_id), today)


def checklist(session: Session, stage_id: int) -> Checklist:
    """The populations of a stage with the units of their items."""
    items = {item.id: item for item in studies.items(session, stage_id)}
    expected = [
        Expected(
            population.id or 0,
            population.code,
            population.title,
            item.number,
            item.title,
            item.topic_number,
            item.lead_departments,
            item.responsible_units,
        )
        for population in studies.populations(session, stage_id)
        for item in [items[population.item_id]]
    ]
    intake, study = studies.intake(session, stage_id), studies.study(session, studies.stage(session, stage_id).study_id)
    return Checklist(expected, intake, intake.names, (study.settings.get("intake") or {}).get("must_send", LEADS))


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
