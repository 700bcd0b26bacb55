"""Rows of a submission with their verdicts, and what is noted of them beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, text
from sqlmodel import Session, and_, col, or_, select

from callcenter.lists.periods import Span
from callcenter.lists.receipts import Judgement
from callcenter.lists.tables import RowNote, SubmissionRow

PAGE = 50


@dataclass(frozen=True)
class RowsWanted:
    """Which rows of a submission to show. `note`: `outside`, `undated` or `missing:<column>`; `within` is the period it is held against."""

    verdict: str = ""
    reason: str = ""
    search: str = ""
    offset: int = 0
    note: str = ""
    within: Span = field(default=Span(None, None))


def rows(session: Session, submission_id: int, wanted: RowsWanted) -> tuple[list[SubmissionRow], int]:
    """A page of rows as filtered, and how many there are in all."""
    filters = _filters(submission_id, wanted)
    both = and_(col(RowNote.submission_id) == SubmissionRow.submission_id, col(RowNote.number) == SubmissionRow.number)
    counted = select(func.count()).select_from(SubmissionRow)
    page = select(SubmissionRow)
    if wanted.note:
        counted, page = counted.join(RowNote, both, isouter=True), page.join(RowNote, both, isouter=True)
    count = session.exec(counted.where(*filters)).one()
    shown = page.where(*filters).order_by(col(SubmissionRow.number)).offset(wanted.offset).limit(PAGE)
    return list(session.exec(shown)), count


def _filters(submission_id: int, wanted: RowsWanted) -> list[Any]:
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
    kind, _, column = wanted.note.partition(":")
    if kind == "outside":
        filters.append(_outside(wanted.within))
    elif kind == "undated":
        filters.append(col(RowNote.earliest).is_(None))
    elif kind == "missing":
        filters.append(col(RowNote.missing).contains([column]))
    return filters


def _outside(within: Span) -> ColumnElement[bool]:
    """As `periods.outside` says it."""
    before = col(RowNote.earliest) < within.first if within.first else None
    after = col(RowNote.latest) > within.last if within.last else None
    return or_(*(side for side in (before, after) if side is not None), False)  # SQL's false, where nothing can lie outside


def outside(session: Session, submission_id: int, within: Span) -> int:
    """How many rows have a date that lies outside the period."""
    wanted = select(func.count()).select_from(RowNote).where(RowNote.submission_id == submission_id, _outside(within))
    return session.exec(wanted).one()


def notes(session: Session, submission_id: int, numbers: list[int]) -> Mapping[int, RowNote]:
    """Number of the row → its note, of the rows asked for that have one."""
    wanted = select(RowNote).where(RowNote.submission_id == submission_id, col(RowNote.number).in_(numbers))
    return {note.number: note for note in session.exec(wanted)}


def judgements(session: Session, submission_id: int) -> dict[tuple[str, int], Judgement]:
    """Sheet and row → verdict and reasons, for the receipt workbook."""
    found = session.connection().execute(
        text("SELECT sheet, source_row, verdict, reasons FROM submission_rows WHERE submission_id = :id"), {"id": submission_id}
    )
    return {(row[0], row[1]): (row[2], list(row[3])) for row in found}
