"""Rows of a submission with their verdicts, and what is noted of them beside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, text
from sqlmodel import Session, and_, col, or_, select

from callcenter.lists.periods import Dated, Span
from callcenter.lists.periods import outside as is_outside
from callcenter.lists.receipts import Judgement
from callcenter.lists.tables import RowNote, SubmissionRow

PAGE = 50
NO_PERIOD = Span(None, None)


@dataclass(frozen=True)
class RowsWanted:
    """Which rows of a submission to show. `note`: `outside`, `undated` or `missing:<column>`; `within` is the period it is held against."""

    verdict: str = ""
    reason: str = ""
    search: str = ""
    offset: int = 0
    note: str = ""
    within: Span = NO_PERIOD


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


def judgements(session: Session, submission_id: int, within: Span = NO_PERIOD) -> Iterator[Judgement]:
    """What became of each row in the order of its file, for the receipt workbook; read as it is wanted, never all at once."""
    found = session.connection().execute(
        text("""SELECT r.sheet, r.source_row, r.verdict, r.reasons, n.missing, n.earliest, n.latest
                FROM submission_rows r LEFT JOIN row_notes n ON n.submission_id = r.submission_id AND n.number = r.number
                WHERE r.submission_id = :id ORDER BY r.number"""),
        {"id": submission_id},
        execution_options={"yield_per": 2000},
    )
    for sheet, source_row, verdict, reasons, missing, earliest, latest in found:
        late = earliest is not None and is_outside(Dated(earliest, latest), within)
        yield Judgement(sheet, source_row, verdict, reasons, missing or (), late)
