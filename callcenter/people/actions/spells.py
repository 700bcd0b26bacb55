"""Writes of operator states: one open row for each operator, whatever happens at once."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.errors import InvalidInput, Refused
from callcenter.operations.actions import notify, record
from callcenter.people import queries
from callcenter.people.operator_states import BREAKS, CHANNEL, MODES, STATES, extended
from callcenter.people.sessions import AWAY, IDLE
from callcenter.people.tables import OperatorState, User

# The count makes sure that the former state is closed before the new one is opened.
_ENTER = """
WITH closed AS (
    UPDATE operator_states SET until = greatest(since, %(now)s::timestamptz)
    WHERE user_id = %(user)s AND until IS NULL AND (state <> %(state)s OR code IS DISTINCT FROM %(code)s) RETURNING id
)
INSERT INTO operator_states (user_id, state, code, since, ends_at)
SELECT %(user)s, %(state)s, %(code)s, %(now)s::timestamptz, %(ends_at)s::timestamptz FROM (SELECT count(*) FROM closed) c
ON CONFLICT (user_id) WHERE until IS NULL DO UPDATE
SET ends_at = CASE WHEN (operator_states.state, operator_states.code) IS NOT DISTINCT FROM (excluded.state, excluded.code)
              THEN excluded.ends_at ELSE operator_states.ends_at END
RETURNING state, code
"""
_CALL_ENDED = """
WITH ended AS (
    UPDATE operator_states SET until = greatest(since, CAST(:now AS timestamptz))
    WHERE user_id = :user AND until IS NULL AND state = 'call' RETURNING user_id, until
)
INSERT INTO operator_states (user_id, state, since) SELECT user_id, 'wrap_up', until FROM ended
"""
# Who is on a break, in training or in a call may be without a sign of life for longer.
_ABSENT = """
SELECT s.user_id, s.since, (SELECT max(l.last_seen_at) FROM log_ins l WHERE l.user_id = s.user_id) AS last_seen,
    EXISTS (SELECT FROM log_ins l WHERE l.user_id = s.user_id AND l.created_at <= s.since) AS logged_in_before
FROM operator_states s
WHERE s.until IS NULL AND s.state <> 'off' AND NOT EXISTS (
    SELECT FROM log_ins l WHERE l.user_id = s.user_id AND l.ended_at IS NULL AND l.expires_at > :now
        AND l.last_seen_at > CASE WHEN s.state IN ('ready', 'preview', 'wrap_up') THEN CAST(:away AS timestamptz) ELSE :idle END
) ORDER BY s.user_id
"""
_SEEN_LAST = "UPDATE operator_states SET until = greatest(since, :seen) WHERE user_id = :user AND until IS NULL"


def enter(session: Session, user_id: int, state: str, *, code: str | None = None, ends_at: datetime | None = None) -> None:
    """From now on the operator is in `state`; already in it: only its planned end changes."""
    if state not in STATES:
        raise ValueError(state)
    if state == "break" and code not in BREAKS:
        raise InvalidInput("break_unknown", "请选择休息的原因。")
    values = {"user": user_id, "state": state, "code": code, "now": clock.now(), "ends_at": ends_at}
    session.flush()
    entered = session.connection().exec_driver_sql(_ENTER, values).one()
    if (entered.state, entered.code) != (state, code):  # another was entered in this very moment: this one comes after it, and holds it now
        session.connection().exec_driver_sql(_ENTER, values)
    notify(session, CHANNEL, state)


def call_ended(session: Session, user_id: int) -> None:
    """The operator's call is over: wrap-up begins, without an end until the outcome is told. In any other state nothing changes."""
    changed = session.connection().execute(text(_CALL_ENDED), {"user": user_id, "now": clock.now()})
    if changed.rowcount:
        notify(session, CHANNEL, "wrap_up")


def extend_wrap_up(session: Session, user_id: int, more: timedelta) -> datetime:
    """Give the operator some more time after the call; the new end."""
    spell = queries.present(session, user_id)
    if spell is None or spell.state != "wrap_up":
        raise Refused("no_wrap_up", "现在不在话后整理中，没有可以延长的时间。")
    ends_at = extended(spell, more, clock.now())
    enter(session, user_id, "wrap_up", ends_at=ends_at)
    return ends_at


def end_wrap_ups(session: Session) -> int:
    """Operators whose wrap-up is over are ready from its end; how many."""
    now = clock.now()
    over = select(OperatorState).where(
        OperatorState.state == "wrap_up", col(OperatorState.until).is_(None), col(OperatorState.ends_at) <= now
    )
    ended = list(session.exec(over.with_for_update(key_share=True, skip_locked=True)))
    for spell in ended:
        spell.until = spell.ends_at
        session.add(spell)
    session.flush()
    for spell in ended:
        assert spell.until is not None  # noqa: S101  # set above
        session.add(OperatorState(user_id=spell.user_id, state="ready", since=spell.until))
    session.flush()
    if ended:
        notify(session, CHANNEL, "ready")
    return len(ended)


def leave_the_absent(session: Session) -> int:
    """Operators whose session is over, or whose console is gone, have left without a word: off since their last sign of life; how many."""
    now, wall = clock.now(), clock.wall_clock()
    values = {"now": wall, "idle": wall - IDLE, "away": wall - AWAY}
    absent = session.connection().execute(text(_ABSENT), values).all()  # by number, as everybody who changes several
    for absentee in absent:
        session.connection().execute(text(_SEEN_LAST), {"user": absentee.user_id, "seen": _seen_last(absentee, now, wall)})
        enter(session, absentee.user_id, "off")
        record(session, None, "left_without_word", "user", absentee.user_id)
    return len(absent)


def _seen_last(absentee: Any, now: datetime, wall: datetime) -> datetime:
    """The last sign of life by the clock of the spell; sessions go by wall time, spells by field time.

    While a demo runs the two differ and the present moment has to do. After it a spell that is older than every session of its operator
    was kept by the demo's clock: no session says how long it lasted, and of the days since nothing was worked.
    """
    if abs(now - wall) > AWAY:
        return now
    if not absentee.logged_in_before:
        since: datetime = absentee.since
        return since
    return min(absentee.last_seen or now, now)


def choose_mode(session: Session, user_id: int, mode: str) -> None:
    """How the operator's calls are begun, where the study allows it."""
    if mode not in MODES:
        raise InvalidInput("mode_unknown", "没有这种拨号方式。")
    user = session.get_one(User, user_id)
    user.dialling_mode = mode
    session.add(user)
