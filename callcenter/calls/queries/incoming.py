"""Reads of calls that come in: which line, which cases, who could take them."""

import json
from collections.abc import Sequence
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
# Ended cases too: who was interviewed an hour ago and calls to complain is no stranger. Open and ended ones apart, as an open case that
# only lists the number is called back whatever ended case was called there.
CALLERS = """
WITH calls AS (SELECT id, study_id, caller, came_at FROM incoming_calls WHERE id = ANY(:calls) AND caller <> ''),
near AS (
    SELECT i.id AS call_id, a.case_id, 1 AS distance FROM calls i JOIN case_attempts a ON a.phone = i.caller AND a.placed_at <= i.came_at
    UNION SELECT i.id, n.case_id, 2 FROM calls i JOIN case_numbers n ON n.number = i.caller
),
own AS (
    SELECT n.call_id, n.case_id, c.state = 'closed' AS ended, n.distance,
        min(n.distance) OVER (PARTITION BY n.call_id, c.state = 'closed') AS nearest
    FROM near n JOIN calls i ON i.id = n.call_id JOIN cases c ON c.id = n.case_id AND c.study_id = i.study_id
    WHERE NOT c.phones @> jsonb_build_array(jsonb_build_object('number', i.caller, 'state', 'wrong'))
)
SELECT DISTINCT call_id, case_id, ended FROM own WHERE distance = nearest ORDER BY call_id, ended, case_id
"""
OF_CASE = """
SELECT i.id, i.came_at, i.line, i.caller, i.handled_at, i.handled_by, i.note,
    EXISTS (SELECT FROM recordings r WHERE r.incoming_id = i.id) AS left_words
FROM incoming_calls i
WHERE i.study_id = (SELECT study_id FROM cases WHERE id = :case) AND i.caller IN (
    SELECT number FROM case_numbers WHERE case_id = :case UNION SELECT phone FROM case_attempts WHERE case_id = :case)
ORDER BY i.came_at, i.id
"""
HAD = """
SELECT 1 FROM cases c WHERE c.study_id = :study AND NOT c.phones @> CAST(:wrong AS jsonb) AND c.id IN (
    SELECT case_id FROM case_numbers WHERE number = :number UNION SELECT case_id FROM case_attempts WHERE phone = :number)
LIMIT 1
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


@dataclass(frozen=True)
class CallerCase:
    """A case of somebody who called."""

    case_id: int
    ended: bool


@dataclass(frozen=True)
class CallIn:
    """A call that came in, as the history of a case tells it."""

    id: int
    came_at: datetime
    line: str
    caller: str
    handled_at: datetime | None
    handled_by: int | None
    note: str
    left_words: bool


def line_called(session: Session, to: str, caller: str) -> DialledLine | None:
    """The published line that was called, in whichever form the carrier writes it.

    Of several studies that call from it the newest in which `caller` has an open case, else in which it had one, else the newest.
    """
    wanted = folded(to)
    published = session.exec(select(Line).order_by(col(Line.study_id).desc())).all() if wanted else []
    same = [one for one in published if wanted in {folded(form) for form in (one.number, one.dialled_form, *one.forms)}]
    known = (one for one in same if len(same) > 1 and open_cases_of_number(session, one.study_id, caller))
    had = (one for one in same if len(same) > 1 and _had_case(session, one.study_id, caller))
    found = next(known, None) or next(had, same[0] if same else None)
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


def _had_case(session: Session, study_id: int, number: str) -> bool:
    wrong = json.dumps([{"number": number, "state": "wrong"}])
    asked = {"number": number, "study": study_id, "wrong": wrong}
    return bool(number) and session.connection().execute(text(HAD), asked).first() is not None


def cases_of_callers(session: Session, call_ids: Sequence[int]) -> dict[int, list[CallerCase]]:
    """The cases of those who called, open ones first and ended ones too; none for a stranger, or where the number was found wrong."""
    found: dict[int, list[CallerCase]] = {}
    for call_id, case_id, ended in session.connection().execute(text(CALLERS), {"calls": list(call_ids)}):
        found.setdefault(call_id, []).append(CallerCase(case_id, ended))
    return found


def calls_in_of_case(session: Session, case_id: int) -> list[CallIn]:
    """Who called us from a number of the case, oldest first, whether the case was open or had ended."""
    rows = session.connection().execute(text(OF_CASE), {"case": case_id}).mappings()
    came = [CallIn(**row) for row in rows]
    theirs = cases_of_callers(session, [one.id for one in came])
    return [one for one in came if any(its.case_id == case_id for its in theirs.get(one.id, ()))]


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
    """Calls in which somebody left words, newest first, with what became of the recording and the cases of the caller."""
    rows = session.connection().execute(text(WORDS), {"study": study_id, "limit": limit})
    found = [dict(row) for row in rows.mappings()]
    theirs = cases_of_callers(session, [one["id"] for one in found])
    return [{**one, "cases": theirs.get(one["id"], [])} for one in found]


WORDS = """
SELECT i.id, i.came_at, i.line, i.caller, i.known, i.handled_at, i.note, u.name AS handled_by, r.id AS recording_id, r.state, r.seconds
FROM incoming_calls i JOIN recordings r ON r.incoming_id = i.id LEFT JOIN users u ON u.id = i.handled_by
WHERE i.study_id = :study ORDER BY i.came_at DESC LIMIT :limit
"""
