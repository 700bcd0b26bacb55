"""Reads of the published lines: how busy they are, what a case has seen of them, why none can call, how they are answered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, text

from callcenter.call_queue import queries as queue
from callcenter.call_queue.calling_hours import at_minute
from callcenter.call_queue.tables import Case
from callcenter.calls.lines import CaseOnLines, PublishedLine, unusable
from callcenter.calls.lines.health import Call
from callcenter.calls.outcomes import ATTEMPTS, CONTACTS, REACHED
from callcenter.calls.queries.attempts import attempts_of
from callcenter.calls.tables import Attempt, Line, LineLabel, LinePublication
from callcenter.errors import NotFound
from callcenter.studies.phases import field_day

SAYS_NOTHING = frozenset({"dead_number", "suspended"})
"""Outcomes that tell of the number called, not of the line."""
WHOLE_CITY = "全市"
CLOCKS_DIFFER = timedelta(seconds=5)
"""Another process' clock may be ahead; further ahead is a clock that was set back, whose calls must not count for hours."""

# How busy a line is counts over all studies: the carrier's line is one. A count without a limit is not made.
_LINES = """
SELECT l.number, l.dialled_form, l.max_concurrent, l.resting_until, l.per_second, l.per_hour, l.a_day, l.hours, l.state, l.forms,
    (SELECT count(*) FROM attempts a WHERE a.ended_at IS NULL AND a.line = l.number) AS open_calls,
    CASE WHEN l.per_second IS NULL THEN 0 ELSE
        (SELECT count(*) FROM attempts a WHERE a.line = l.number AND a.placed_at > :second AND a.placed_at <= :soon
         AND a.direction = 'outgoing') END AS in_second,
    CASE WHEN l.per_hour IS NULL THEN 0 ELSE
        (SELECT count(*) FROM attempts a WHERE a.line = l.number AND a.placed_at > :hour AND a.placed_at <= :soon
         AND a.direction = 'outgoing') END AS in_hour,
    CASE WHEN l.a_day IS NULL AND NOT :all_counts THEN 0 ELSE
        (SELECT count(*) FROM attempts a WHERE a.line = l.number AND a.placed_at >= :day AND a.placed_at <= :soon
         AND a.carrier_failure IS NULL AND a.direction = 'outgoing') END AS today
FROM lines l WHERE l.study_id = :study AND l.state <> 'withdrawn' ORDER BY l.number
"""
_WITHOUT_PUBLICATION = """
SELECT DISTINCT c.district, a.line FROM attempts a JOIN cases c ON c.id = a.case_id
WHERE c.study_id = :study AND a.placed_at >= :since AND a.carrier_failure IS NULL AND a.direction = 'outgoing'
AND NOT EXISTS (
    SELECT FROM line_publications p
    WHERE p.study_id = c.study_id AND p.district IN (c.district, :all) AND a.line = ANY(p.lines) AND p.published_on <= :today
) ORDER BY c.district, a.line
"""


@dataclass(frozen=True)
class Unpublished:
    """A line that called into a district where it was not made known."""

    district: str
    line: str


def lines(session: Session, study_id: int, now: datetime | None = None, *, all_counts: bool = False) -> list[PublishedLine]:
    """The published lines of a study with the calls open on each; with `now` also those of the last second, hour and day."""
    values = {
        "study": study_id,
        "second": now - timedelta(seconds=1) if now else None,
        "hour": now - timedelta(hours=1) if now else None,
        "day": at_minute(field_day(now), 0) if now else None,
        "soon": now + CLOCKS_DIFFER if now else None,
        "all_counts": all_counts,
    }
    rows = session.connection().execute(text(_LINES), values).mappings()
    return [
        PublishedLine(
            row["number"],
            row["dialled_form"],
            row["max_concurrent"],
            row["resting_until"],
            row["open_calls"],
            per_second=row["per_second"],
            per_hour=row["per_hour"],
            a_day=row["a_day"],
            hours=tuple((start, end) for start, end in row["hours"]),
            draining=row["state"] == "draining",
            in_second=row["in_second"],
            in_hour=row["in_hour"],
            today=row["today"],
            forms=tuple(row["forms"]),
        )
        for row in rows
    ]


def line(session: Session, line_id: int) -> Line:
    """One line as it is stored."""
    found = session.get(Line, line_id)
    if found is None:
        raise NotFound("no_such_line", "没有这条外呼线路，请回到线路页重新选择。")
    return found


def stored_lines(session: Session, study_id: int) -> list[Line]:
    """All lines that a study has or had."""
    return list(session.exec(select(Line).where(Line.study_id == study_id).order_by(Line.number)))


def case_on_lines(session: Session, case_id: int) -> CaseOnLines:
    """What a case has seen of the lines: that on which its enterprise was first spoken with, else that of its last attempt.

    The queue says by `cases.line` that none is kept: the case leaves the line of its last attempt.
    """
    case = session.get_one(Case, case_id)
    made = [one for one in attempts_of(session, case_id) if one.carrier_failure is None]
    tried = tuple(one.line for one in made)
    contact = _first_contact(session, case)
    told = {tried[-1]} if tried and case.line is None and made[-1].outcome is not None else set()
    blocked = {one.line for one in made if one.outcome == "blocked"}
    return CaseOnLines(contact or (tried[-1] if tried else None), contact is not None, tried, frozenset(told | blocked))


def _first_contact(session: Session, case: Case) -> str | None:
    """The line that the enterprise knows, from this case or another."""
    of_enterprise = (
        select(Attempt.line)
        .join(Case, col(Case.id) == col(Attempt.case_id))
        .where(Case.study_id == case.study_id, Case.unit_key == case.unit_key, col(Attempt.outcome).in_(CONTACTS))
    )
    return session.exec(of_enterprise.order_by(col(Attempt.id)).limit(1)).first()


def failures_in_a_row(session: Session, number: str, since: datetime) -> int:
    """Placings on a line that failed since its last call that went out, no older than `since`."""
    recent = session.exec(
        select(Attempt.carrier_failure)
        .where(Attempt.line == number, Attempt.direction == "outgoing", col(Attempt.placed_at) >= since)
        .order_by(col(Attempt.id).desc())
        .limit(20)
    )
    count = 0
    for failure in recent:
        if failure is None:
            break
        count += 1
    return count


def explain(session: Session, case_id: int, at: datetime, operator_id: int | None = None) -> queue.Explanation:
    """Why a case may or may not be called at that moment, the lines included, and when next."""
    of_queue = queue.explain(session, case_id, at, operator_id)
    if of_queue.state in {"closed", "tracing"}:
        return of_queue
    held = unusable(lines(session, queue.case(session, case_id).study_id, at), at)
    if held is None:
        return of_queue
    known = [moment for moment in (of_queue.next_at, held.until) if moment is not None]
    return replace(of_queue, reasons=(*of_queue.reasons, held), next_at=max(known) if len(known) == 2 else None)


def calls_for_chart(session: Session, study_id: int, since: datetime) -> list[Call]:
    """The calls since then that say something of their line, from when each line is watched."""
    watched = {one.number: one.watched_from for one in stored_lines(session, study_id)}
    rows = session.exec(
        select(Attempt.line, Attempt.case_id, Attempt.placed_at, Attempt.outcome)
        .join(Case, col(Case.id) == col(Attempt.case_id))
        .where(
            Case.study_id == study_id,
            Attempt.direction == "outgoing",
            col(Attempt.placed_at) >= since,
            col(Attempt.outcome).in_(ATTEMPTS - SAYS_NOTHING),
        )
        .order_by(col(Attempt.placed_at))
    )
    calls = [Call(number, case_id, at, outcome in REACHED) for number, case_id, at, outcome in rows if case_id is not None]
    return [call for call in calls if (begun := watched.get(call.line)) is None or call.at >= begun]


def labels_of_lines(session: Session, study_id: int, *, limit: int = 200) -> list[tuple[LineLabel, str]]:
    """The marks that were reported, newest first, with the number of each line."""
    listed = select(LineLabel, Line.number).join(Line, col(Line.id) == col(LineLabel.line_id)).where(Line.study_id == study_id)
    return list(session.exec(listed.order_by(col(LineLabel.id).desc()).limit(limit)).all())


def publications(session: Session, study_id: int) -> list[LinePublication]:
    """Where the lines of a study were made known, by district."""
    of_study = select(LinePublication).where(LinePublication.study_id == study_id)
    return list(session.exec(of_study.order_by(LinePublication.district, col(LinePublication.published_on), col(LinePublication.id))))


def without_publication(session: Session, study_id: int, now: datetime) -> list[Unpublished]:
    """Districts into which was called today from lines that were not made known there."""
    today = field_day(now)
    values = {"study": study_id, "since": at_minute(today, 0), "today": today, "all": WHOLE_CITY}
    return [Unpublished(*row) for row in session.connection().execute(text(_WITHOUT_PUBLICATION), values)]
