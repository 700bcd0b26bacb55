"""Aggregates for boards: plain statements over the columns that the boards' read-only role may read, nothing of an enterprise."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from callcenter.call_queue.callable import Reason
from callcenter.calls.lines import PublishedLine, unusable
from callcenter.calls.lines.health import Call
from callcenter.calls.outcomes import ATTEMPTS, REACHED
from callcenter.calls.queries.published_lines import SAYS_NOTHING


@dataclass(frozen=True)
class LineDay:
    """A published line: its state, and its calls since a moment."""

    number: str
    state: str
    resting_until: datetime | None
    most: int
    open: int
    calls: int
    answered: int
    failed: int


def lines_since(session: Session, study_id: int, since: datetime) -> list[LineDay]:
    """The lines of a study with their calls since a moment."""
    return [LineDay(*row) for row in session.execute(text(_LINES), {"study": study_id, "since": since})]


def calls_of_lines(session: Session, study_id: int, since: datetime) -> list[Call]:
    """The calls since then that say something of their line, as its control chart takes them."""
    values = {"study": study_id, "since": since, "says": sorted(ATTEMPTS - SAYS_NOTHING), "reached": sorted(REACHED)}
    return [Call(*row) for row in session.execute(text(_CALLS), values)]


@dataclass(frozen=True)
class OperatorDay:
    """An operator's work since a moment: calls, what came of them, talk, time in each state, and what they do now."""

    id: int
    name: str
    calls: int
    answered: int
    complete: int
    refused: int
    valid: int
    judged: int
    talk: timedelta
    now: str | None
    since: datetime | None
    at_work: timedelta
    on_break: timedelta


def operators_since(session: Session, study_id: int, since: datetime, now: datetime) -> list[OperatorDay]:
    """Operators who called for a study, or are at work, since a moment."""
    return [OperatorDay(*row) for row in session.execute(text(_OPERATORS), {"study": study_id, "since": since, "now": now})]


@dataclass(frozen=True)
class DueCases:
    """Waiting cases of one rank that are due on one day."""

    day: date
    rank: int
    count: int


def due_cases(session: Session, study_id: int, today: date) -> list[DueCases]:
    """Waiting cases by the field day on which they are due (what is overdue is due today) and by rank."""
    return [DueCases(*row) for row in session.execute(text(_DUE), {"study": study_id, "today": today})]


@dataclass(frozen=True)
class SlotPromises:
    """Open appointments of one half hour."""

    start: datetime
    hard: int
    soft: int


def promised_slots(session: Session, study_id: int, since: datetime, until: datetime) -> list[SlotPromises]:
    """Half hours with open appointments between two moments."""
    return [SlotPromises(*row) for row in session.execute(text(_SLOTS), {"study": study_id, "since": since, "until": until})]


def operators_at_work(session: Session, now: datetime) -> int:
    """Operators who are neither off nor on a break now."""
    return int(session.execute(text(_AT_WORK), {"now": now}).scalar_one())


@dataclass(frozen=True)
class DayQuality:
    """Interviews that ended complete on one field day: how many were judged valid, and their middle length."""

    day: date
    complete: int
    valid: int
    short: int
    minutes: float
    """Median of the time spent in interview, without the days between two calls."""


def quality_by_day(session: Session, study_id: int) -> list[DayQuality]:
    """Complete interviews by the day on which they ended; `short`: less than half as long as the median of the study."""
    return [DayQuality(*row) for row in session.execute(text(_QUALITY), {"study": study_id})]


def reasons_of_invalid(session: Session, study_id: int) -> list[tuple[str, int, bool]]:
    """Why interviews are not valid, and what asks for a look: code, how many, whether it speaks against the interview."""
    return [(row[0], row[1], row[2]) for row in session.execute(text(_REASONS), {"study": study_id})]


@dataclass(frozen=True)
class Stopped:
    """The stop of a study's dialling that stands."""

    at: datetime
    by: str | None
    why: str


def stopped(session: Session, study_id: int) -> Stopped | None:
    """Who stopped the study's dialling, when and why, while it is stopped."""
    row = session.execute(text(_STOPPED), {"study": study_id}).first()
    return Stopped(*row) if row else None


def lines_out_of_use(session: Session, study_id: int, now: datetime) -> Reason | None:
    """That all lines are drained or rest, and until when. Their own hours and limits are not looked at: those pass by themselves."""
    rows = session.execute(text(_IN_USE), {"study": study_id}).all()
    if not rows:
        return None
    return unusable([PublishedLine(number, "", resting_until=rests, draining=state == "draining") for number, state, rests in rows], now)


def closed_populations(session: Session, study_id: int, today: date) -> frozenset[int]:
    """The populations whose calling window has closed, extensions included."""
    return frozenset(session.execute(text(_CLOSED), {"study": study_id, "today": today}).scalars())


_CLOSED = """
SELECT p.id FROM populations p JOIN stages g ON g.id = p.stage_id JOIN phases f ON f.stage_id = g.id AND f.kind = 'calling'
WHERE g.study_id = :study GROUP BY p.id HAVING max(f.last_day) < :today
"""
_STOPPED = """
SELECT d.stopped_at, u.name, d.why FROM dialling_stops d LEFT JOIN users u ON u.id = d.stopped_by
WHERE d.study_id = :study AND d.resumed_at IS NULL
"""
_IN_USE = "SELECT number, state, resting_until FROM lines WHERE study_id = :study AND state <> 'withdrawn'"
_LINES = """
SELECT l.number, l.state, l.resting_until, l.max_concurrent,
       count(a.id) FILTER (WHERE a.ended_at IS NULL), count(a.id) FILTER (WHERE a.direction = 'outgoing'),
       count(a.answered_at) FILTER (WHERE a.direction = 'outgoing'), count(a.carrier_failure)
FROM lines l
LEFT JOIN (SELECT a.* FROM (SELECT id, case_id, line, direction, placed_at, answered_at, ended_at, carrier_failure FROM attempts) a
           JOIN (SELECT id FROM cases WHERE study_id = :study) c ON c.id = a.case_id
           WHERE a.placed_at >= :since OR a.ended_at IS NULL) a ON a.line = l.number
WHERE l.study_id = :study
GROUP BY l.id, l.number, l.state, l.resting_until, l.max_concurrent ORDER BY l.number
"""
_CALLS = """
SELECT a.line, a.case_id, a.placed_at, a.outcome = ANY(:reached)
FROM attempts a JOIN cases c ON c.id = a.case_id
WHERE c.study_id = :study AND a.placed_at >= :since AND a.outcome = ANY(:says) AND a.direction = 'outgoing' ORDER BY a.placed_at
"""
# No session lasts a day: a state open for longer was left behind by a stopped house, its operator is not there.
_PRESENT = "since > CAST(:now AS timestamptz) - interval '24 hours'"
_OPERATORS = f"""
WITH called AS (
    SELECT a.operator_id, count(*) FILTER (WHERE a.direction = 'outgoing') AS calls,
           count(a.answered_at) FILTER (WHERE a.direction = 'outgoing') AS answered,
           count(*) FILTER (WHERE a.outcome = 'complete') AS complete,
           count(*) FILTER (WHERE a.outcome IN ('soft_refusal', 'hard_refusal', 'opt_out')) AS refused,
           coalesce(sum(coalesce(a.ended_at, :now) - a.answered_at), interval '0') AS talk
    FROM attempts a JOIN cases c ON c.id = a.case_id
    WHERE c.study_id = :study AND a.placed_at >= :since AND a.carrier_failure IS NULL GROUP BY 1),
judged AS (
    SELECT i.operator_id, count(*) FILTER (WHERE v.valid) AS valid, count(*) AS judged
    FROM interviews i JOIN cases c ON c.id = i.case_id
    JOIN LATERAL (SELECT valid FROM validity_verdicts WHERE interview_id = i.id ORDER BY id DESC LIMIT 1) v ON true
    WHERE c.study_id = :study AND i.ended_at >= :since GROUP BY 1),
worked AS (
    SELECT user_id,
           sum(coalesce(until, :now) - greatest(since, :since)) FILTER (WHERE state NOT IN ('off', 'break')) AS at_work,
           sum(coalesce(until, :now) - greatest(since, :since)) FILTER (WHERE state = 'break') AS on_break
    FROM operator_states WHERE coalesce(until, :now) > :since AND (until IS NOT NULL OR {_PRESENT}) GROUP BY 1)
SELECT u.id, u.name, coalesce(k.calls, 0), coalesce(k.answered, 0), coalesce(k.complete, 0), coalesce(k.refused, 0),
       coalesce(j.valid, 0), coalesce(j.judged, 0), coalesce(k.talk, interval '0'), s.state, s.since,
       coalesce(w.at_work, interval '0'), coalesce(w.on_break, interval '0')
FROM users u
LEFT JOIN called k ON k.operator_id = u.id LEFT JOIN judged j ON j.operator_id = u.id LEFT JOIN worked w ON w.user_id = u.id
LEFT JOIN (SELECT user_id, state, since FROM operator_states WHERE until IS NULL AND {_PRESENT}) s ON s.user_id = u.id
WHERE u.role = 'operator' AND (k.calls > 0 OR w.at_work > interval '0') ORDER BY u.name, u.id
"""
_DUE = """
SELECT greatest((due_at AT TIME ZONE 'Asia/Shanghai')::date, CAST(:today AS date)) AS day, rank, count(*)
FROM cases WHERE study_id = :study AND state = 'ready' GROUP BY 1, 2 ORDER BY 1, 2
"""
_SLOTS = """
SELECT date_bin('30 minutes', p.at, timestamptz '2000-01-01 00:00:00+00') AS start,
       count(*) FILTER (WHERE p.kind = 'hard'), count(*) FILTER (WHERE p.kind = 'soft')
FROM appointments p JOIN cases c ON c.id = p.case_id
WHERE c.study_id = :study AND p.state = 'open' AND p.at >= :since AND p.at < :until GROUP BY 1 ORDER BY 1
"""
_AT_WORK = f"""
SELECT count(*) FROM operator_states WHERE until IS NULL AND {_PRESENT} AND state NOT IN ('off', 'break', 'training')
"""
_QUALITY = """
WITH ended AS (
    SELECT i.id, (i.ended_at AT TIME ZONE 'Asia/Shanghai')::date AS day, v.valid,
           coalesce(i.seconds, extract(epoch FROM i.ended_at - i.started_at)) / 60.0 AS minutes
    FROM interviews i JOIN cases c ON c.id = i.case_id
    JOIN LATERAL (SELECT code FROM dispositions WHERE case_id = c.id ORDER BY id DESC LIMIT 1) d ON d.code = '1.1'
    JOIN LATERAL (SELECT valid FROM validity_verdicts WHERE interview_id = i.id ORDER BY id DESC LIMIT 1) v ON true
    WHERE c.study_id = :study AND i.state = 'ended'),
middle AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS minutes FROM ended)
SELECT day, count(*), count(*) FILTER (WHERE valid), count(*) FILTER (WHERE ended.minutes < middle.minutes / 2),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ended.minutes)
FROM ended, middle GROUP BY day ORDER BY day
"""
_REASONS = """
SELECT word, count(*), against FROM (
    SELECT unnest(v.reasons) AS word, true AS against FROM (
        SELECT DISTINCT ON (v.interview_id) v.reasons FROM validity_verdicts v JOIN cases c ON c.id = v.case_id
        WHERE c.study_id = :study ORDER BY v.interview_id, v.id DESC) v
    UNION ALL
    SELECT unnest(v.flags), false FROM (
        SELECT DISTINCT ON (v.interview_id) v.flags FROM validity_verdicts v JOIN cases c ON c.id = v.case_id
        WHERE c.study_id = :study ORDER BY v.interview_id, v.id DESC) v
) told GROUP BY word, against ORDER BY against DESC, count(*) DESC, word
"""
