"""Reads of the published lines."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from callcenter.calls.lines import CaseOnLines, PublishedLine
from callcenter.calls.outcomes import CONTACTS
from callcenter.calls.queries.attempts import attempts_of
from callcenter.calls.tables import Attempt, Line


def lines(session: Session, study_id: int) -> list[PublishedLine]:
    """The published lines of a study, with the calls that are open on each."""
    open_calls = dict(
        session.exec(select(col(Attempt.line), func.count()).where(col(Attempt.ended_at).is_(None)).group_by(col(Attempt.line))).all()
    )
    rows = session.exec(select(Line).where(Line.study_id == study_id).order_by(Line.number))
    return [
        PublishedLine(line.number, line.dialled_form, line.max_concurrent, line.resting_until, open_calls.get(line.number, 0))
        for line in rows
    ]


def case_on_lines(session: Session, case_id: int) -> CaseOnLines:
    """What a case has seen of the lines: that of the first contact, else that of the last attempt."""
    made = [one for one in attempts_of(session, case_id) if one.carrier_failure is None]
    contacts = [one.line for one in made if one.outcome in CONTACTS]
    tried = tuple(one.line for one in made)
    own = contacts[0] if contacts else (tried[-1] if tried else None)
    return CaseOnLines(own, bool(contacts), tried)


def failures_in_a_row(session: Session, line: str, since: datetime) -> int:
    """Placings on a line that failed since its last call that went out, no older than `since`."""
    recent = session.exec(
        select(Attempt.carrier_failure)
        .where(Attempt.line == line, col(Attempt.placed_at) >= since)
        .order_by(col(Attempt.id).desc())
        .limit(20)
    )
    count = 0
    for failure in recent:
        if failure is None:
            break
        count += 1
    return count
