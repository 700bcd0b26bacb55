"""Writes of the published lines: loaded from a study's settings, chosen for a call, resting, drained and taken back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, text

from callcenter import clock
from callcenter.call_queue.tables import Case
from callcenter.calls import queries
from callcenter.calls.lines import choose, read_lines, rest_after, unusable
from callcenter.calls.lines.settings import resting_problems
from callcenter.calls.tables import Attempt, Line
from callcenter.errors import Conflict, InvalidInput, Phrase, Refused
from callcenter.operations.actions import close_alert, raise_alert, record
from callcenter.studies.actions.stops import tell_watchers

MEMORY_OF_FAILURES = timedelta(hours=1)
LONGEST_REST = 24 * 14

# Whoever chooses a line holds it and all of the study's, whatever other study calls from it: the limits are those of the carrier's line.
_HELD = """
SELECT l.id FROM lines l WHERE l.number IN (SELECT o.number FROM lines o WHERE o.study_id = :study) ORDER BY l.id FOR NO KEY UPDATE
"""


def load_lines(session: Session, study_id: int, listed: Any, settings: Mapping[str, Any] | None = None) -> int:
    """Publish exactly the lines that a study's settings list; how many. Others are withdrawn: they call no more, their history stays."""
    rows, problems = read_lines(listed)
    if problems := [*problems, *resting_problems(settings or {})]:
        told = "\n".join(str(problem) for problem in problems)
        raise InvalidInput("study_folder", "研究文件夹有 {count} 处不能使用：\n{problems}", count=len(problems), problems=told)
    session.connection().execute(text(_HELD), {"study": study_id})  # in the order in which those who dial hold them
    for row in rows:
        kept = {name: value for name, value in row.items() if name != "number"}
        listed_again = insert(Line).values(study_id=study_id, **row)
        session.execute(listed_again.on_conflict_do_update(index_elements=["study_id", "number"], set_=kept))
    now_listed = [row["number"] for row in rows]
    for line in session.exec(select(Line).where(Line.study_id == study_id).with_for_update(key_share=True)):
        if line.number not in now_listed:
            line.state = "withdrawn"
        elif line.state == "withdrawn":
            line.state = "open"
        session.add(line)
    session.flush()
    return len(rows)


def free_line(session: Session, case: Case) -> tuple[str, datetime]:
    """The line to call from and the moment at which it was free, chosen while no other process chooses: limits hold over all of them.

    All who dial wait for one another from here to their commit, so what can be known before is read before.
    """
    seen = queries.case_on_lines(session, case.id or 0)
    session.connection().execute(text(_HELD), {"study": case.study_id})
    now = clock.now()  # after the wait for the lock: the counts below are of this moment
    known = queries.lines(session, case.study_id, now)
    line = choose(known, seen, now, case.unit_key)
    if line is not None:
        return line.number, now
    if why := unusable(known, now):
        raise Refused("no_line_free", "{why}，暂时不能拨打。请等线路恢复，或告诉督导。", why=Phrase(why.text))
    raise Refused("no_line_free", "外呼线路都在使用或暂停中，请过几秒再拨。如果一直这样，请告诉督导。")


def rest_after_failure(session: Session, attempt: Attempt, now: datetime) -> None:
    """Let a line rest the longer, the more placings have failed in a row; a rest that is longer already stays."""
    row = queries.failures_in_a_row(session, attempt.line, now - MEMORY_OF_FAILURES)
    study_id = select(Case.study_id).where(Case.id == attempt.called_case_id).scalar_subquery()
    line = session.exec(select(Line).where(Line.study_id == study_id, Line.number == attempt.line).with_for_update(key_share=True)).first()
    until = now + rest_after(row)
    if line is not None and (line.resting_until is None or line.resting_until < until):
        line.resting_until, line.resting_why = until, "carrier_failure"
        session.add(line)
        session.flush()


def failure_alert(line: str) -> str:
    """Under which name supervisors are told that placing fails on a line."""
    return f"carrier_failure_{line}"


def rest_line(session: Session, line_id: int, hours: int, why: str, user_id: int) -> Line:
    """Let a line rest for some hours: no new calls meanwhile."""
    line = _held(session, line_id, why)
    if not 1 <= hours <= LONGEST_REST:
        raise InvalidInput("rest_hours", "暂停时长请写 1 至 {most} 小时。", most=LONGEST_REST)
    now = clock.now()
    line.resting_until, line.resting_why, line.watched_from = now + timedelta(hours=hours), "by_hand", now + timedelta(hours=hours)
    return _saved(session, line, "line_rested", user_id, why=why, until=line.resting_until.isoformat())


def drain_line(session: Session, line_id: int, why: str, user_id: int) -> Line:
    """Drain a line: no new calls from it until it is taken back; running ones end."""
    line = _held(session, line_id, why)
    if line.state == "draining":
        raise Conflict("line_draining", "线路 {line} 已经停止新呼叫，没有改变什么。", line=line.number)
    line.state = "draining"
    return _saved(session, line, "line_drained", user_id, why=why)


def take_back_line(session: Session, line_id: int, why: str, user_id: int) -> Line:
    """Use a drained or resting line again at once; its answer rate and marks count anew."""
    line = _held(session, line_id, why)
    now = clock.now()
    if line.state == "open" and (line.resting_until is None or line.resting_until <= now):
        raise Conflict("line_open", "线路 {line} 正在使用，没有改变什么。", line=line.number)
    line.state, line.resting_until, line.resting_why, line.watched_from = "open", None, None, now
    close_alert(session, rest_alert(line), user_id)
    return _saved(session, line, "line_taken_back", user_id, why=why)


def rest_by_itself(session: Session, line: Line, why: str, hours: int) -> bool:
    """Let a line rest as the study's rules say; the last line that can call is never rested, the supervisor is told instead."""
    now = clock.now()
    others = [one for one in queries.lines(session, line.study_id, now) if one.number != line.number]
    alone = not others or unusable(others, now) is not None
    words = {"labels": "多次被手机标记", "answer_rate": "接通率低于控制下限"}[why]
    if alone:
        told = f"线路 {line.number} {words}，但它是唯一能用的线路，没有自动暂停：请在线路页决定。"
        raise_alert(session, "line_rest", "stop", told, same_as=rest_alert(line))
        return False
    line.resting_until, line.resting_why = now + timedelta(hours=hours), why
    line.watched_from = line.resting_until
    raise_alert(session, "line_rest", "warning", f"线路 {line.number} {words}，已自动暂停 {hours} 小时。", same_as=rest_alert(line))
    _saved(session, line, "line_rested", None, cause=why, until=line.resting_until.isoformat())
    return True


def rest_alert(line: Line) -> str:
    """Under which name supervisors are told that a line rests."""
    return f"line_rest_{line.id}"


def _held(session: Session, line_id: int, why: str) -> Line:
    """The line, held against other writers; every change of it has a reason."""
    if not why.strip():
        raise InvalidInput("reason_missing", "请写明原因。")
    line = session.exec(select(Line).where(col(Line.id) == line_id).with_for_update(key_share=True)).first() or queries.line(
        session, line_id
    )
    if line.state == "withdrawn":
        raise Refused("line_withdrawn", "线路 {line} 已不在研究设置中，不能使用。请先在 study.yaml 中列出。", line=line.number)
    return line


def _saved(session: Session, line: Line, action: str, user_id: int | None, *, why: str = "", **detail: Any) -> Line:
    session.add(line)
    tell_watchers(session, line.study_id)
    record(session, user_id, action, "line", line.id, detail={"number": line.number, **detail}, reason=why.strip() or None)
    session.flush()
    return line
