"""Writes of the room: counters folded, snapshots taken, counters and codes proved; what is wrong is told, never silently mended."""

from sqlalchemy import text
from sqlmodel import Session

from callcenter import clock
from callcenter.errors import InvalidInput
from callcenter.operations.actions import raise_alert, record
from callcenter.response_rates.queries.codes import differing_codes
from callcenter.response_rates.queries.recount import COUNTS, OF_RATES, differences

SHOWN = 20
"""Differences that an alert names; `db check` has them all."""
_NAMES = ", ".join(COUNTS)
_SUMS = ", ".join(f"sum({name})" for name in COUNTS)
_SUMS_OF_COUNTERS = ", ".join(f"sum(k.{name})" for name in COUNTS)

FOLD = f"""
WITH gone AS (DELETE FROM rate_counters RETURNING *)
INSERT INTO rate_counters (release_id, district, {_NAMES})
SELECT release_id, district, {_SUMS} FROM gone GROUP BY release_id, district
"""  # put together from our own constants
SNAPSHOT = f"""
INSERT INTO rate_snapshots (at, stratum_id, kind, {_NAMES})
SELECT :now, r.stratum_id, r.kind, {_SUMS_OF_COUNTERS}
FROM rate_counters k JOIN releases r ON r.id = k.release_id
GROUP BY r.stratum_id, r.kind
"""  # put together from our own constants
REBUILD = f"""
{OF_RATES}
INSERT INTO rate_counters (release_id, district, {_NAMES}) SELECT release_id, district, {_NAMES} FROM counted
"""  # put together from our own constants


def fold_counters(session: Session) -> int:
    """Add up the changes of each release and district into one row, so that reading stays as quick as ever; how many rows are left."""
    return int(getattr(session.connection().execute(text(FOLD)), "rowcount", 0))


def snapshot_rates(session: Session) -> int:
    """Keep how the counts of every stratum stand now; how many rows."""
    return int(getattr(session.connection().execute(text(SNAPSHOT), {"now": clock.now()}), "rowcount", 0))


def prove_counters(session: Session) -> int:
    """Hold every counter against a recount of its rows; differences are an alert, and stay until somebody has looked. How many."""
    connection = session.connection()
    found = differences(lambda query: [dict(row) for row in connection.execute(text(query)).mappings()])
    if found:
        sentence = f"{len(found)} 个计数与重新计数不一致。看板数字可能不对，请先用 callcenter db check 查看，再决定如何处理。"
        raise_alert(session, "counters_differ", "stop", sentence, detail={"differences": found[:SHOWN]})
    return len(found)


def prove_codes(session: Session) -> int:
    """Derive every code anew from its case's history; one that differs is an alert, never silently mended. How many."""
    connection = session.connection()
    found = differing_codes(lambda query: [dict(row) for row in connection.execute(text(query)).mappings()])
    if found:
        sentence = f"{len(found)} 个个案的处置代码与通话历史推导的不一致。请用 callcenter db check 查看，核对后更正代码。"
        raise_alert(session, "codes_differ", "stop", sentence, detail={"differences": found[:SHOWN]})
    return len(found)


def rebuild_counters(session: Session, why: str, user_id: int | None) -> None:
    """Count the rates' counters anew by somebody's word: what differed and why is written down."""
    if not why.strip():
        raise InvalidInput("reason_missing", "请写明重建计数的理由。")
    connection = session.connection()
    # Whoever changes what is counted writes here too: waited for, or waiting. Several tables held one after the other would be a deadlock.
    connection.execute(text("LOCK TABLE rate_counters IN SHARE ROW EXCLUSIVE MODE"))
    found = differences(lambda query: [dict(row) for row in connection.execute(text(query)).mappings()])
    record(session, user_id, "counters_rebuilt", "counters", "rates", detail={"differences": found[:SHOWN]}, reason=why.strip()[:500])
    connection.execute(text("DELETE FROM rate_counters"))
    connection.execute(text(REBUILD))
