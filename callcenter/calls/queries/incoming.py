"""Reads of calls that come in: which line, which cases, who could take them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, text

from callcenter.call_queue.tables import Case
from callcenter.calls.lines import folded
from callcenter.calls.tables import IncomingCall, Line
from callcenter.errors import NotFound

CALLED = """
SELECT DISTINCT c.id FROM case_attempts a JOIN cases c ON c.id = a.case_id
WHERE a.phone = :number AND c.study_id = :study AND c.state IN ('ready', 'leased', 'tracing') AND NOT c.phones @> CAST(:wrong AS jsonb)
"""
LISTED = """
SELECT DISTINCT c.id FROM case_numbers n JOIN cases c ON c.id = n.case_id
WHERE n.number = :number AND c.study_id = :study AND c.state IN ('ready', 'leased', 'tracing')
    AND NOT c.phones @> CAST(:wrong AS jsonb)
"""
READY = "SELECT count(*) FROM operator_states WHERE state = 'ready' AND until IS NULL"
MOST = 20
IncomingRow = IncomingCall
"""For pages, which see rows but no tables."""


@dataclass(frozen=True)
class DialledLine:
    """The line that somebody called."""

    study_id: int
    number: str


def line_called(session: Session, to: str, caller: str) -> DialledLine | None:
    """The published line that was called, in whichever form the carrier writes it.

    Of several studies that call from it the newest in which `caller` has an open case, else the newest.
    """
    wanted = folded(to)
    published = session.exec(select(Line).order_by(col(Line.study_id).desc())).all() if wanted else []
    same = [one for one in published if wanted in {folded(form) for form in (one.number, one.dialled_form, *one.forms)}]
    known = (one for one in same if len(same) > 1 and open_cases_of_number(session, one.study_id, caller))
    found = next(known, same[0] if same else None)
    return DialledLine(found.study_id, found.number) if found else None


def open_cases_of_number(session: Session, study_id: int, number: str) -> list[Case]:
    """The open cases of who calls from `number`: those that were called there, else those that list it.

    Who told us that the number is not the enterprise's is a stranger.
    """
    if not number:
        return []
    connection = session.connection()
    wrong = json.dumps([{"number": number, "state": "wrong"}])
    found = connection.execute(text(CALLED), {"number": number, "study": study_id, "wrong": wrong}).scalars().all()
    if not found:
        found = connection.execute(text(LISTED), {"number": number, "study": study_id, "wrong": wrong}).scalars().all()
    rows = session.exec(select(Case).where(col(Case.id).in_(found)).order_by(col(Case.due_at), col(Case.id)).limit(MOST))
    return list(rows)


def ready_operators(session: Session) -> int:
    """Operators who wait for a call now."""
    return int(session.connection().execute(text(READY)).scalar_one())


def incoming(session: Session, call_id: int) -> IncomingCall:
    """One call that came in."""
    found = session.get(IncomingCall, call_id)
    if found is None:
        raise NotFound("no_incoming", "没有这个来电，请刷新页面。")
    return found


def offered_calls(session: Session, heard_after: datetime) -> list[IncomingCall]:
    """Callers who wait for an operator and were heard of since a moment, longest waiting first."""
    waiting = select(IncomingCall).where(IncomingCall.state == "offered", col(IncomingCall.heard_at) > heard_after)
    return list(session.exec(waiting.order_by(col(IncomingCall.offered_at)).limit(MOST)))


def calls_with_words(session: Session, study_id: int, *, limit: int = 200) -> list[dict[str, Any]]:
    """Calls in which somebody left words, newest first, with what became of the recording."""
    rows = session.connection().execute(text(WORDS), {"study": study_id, "limit": limit})
    return [dict(row) for row in rows.mappings()]


WORDS = """
SELECT i.id, i.came_at, i.line, i.caller, i.known, i.handled_at, i.note, u.name AS handled_by, r.id AS recording_id, r.state, r.seconds
FROM incoming_calls i JOIN recordings r ON r.incoming_id = i.id LEFT JOIN users u ON u.id = i.handled_by
WHERE i.study_id = :study ORDER BY i.came_at DESC LIMIT :limit
"""
