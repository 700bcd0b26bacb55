"""Writes of the published lines: loaded from a study's settings, chosen for a call, resting after failures."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from callcenter.call_queue.tables import Case
from callcenter.calls import queries
from callcenter.calls.lines import choose, rest_after
from callcenter.calls.tables import Attempt, Line
from callcenter.errors import Refused

MEMORY_OF_FAILURES = timedelta(hours=1)


def load_lines(session: Session, study_id: int, lines: Iterable[Mapping[str, Any]]) -> int:
    """Publish the lines of a study's settings (`number`, `dialled_form`, `max_concurrent`); how many there are now."""
    count = 0
    for line in lines:
        values = {
            "study_id": study_id,
            "number": str(line["number"]),
            "dialled_form": str(line["dialled_form"]),
            "max_concurrent": int(line.get("max_concurrent", 30)),
        }
        updated = {name: values[name] for name in ("dialled_form", "max_concurrent")}
        session.execute(insert(Line).values(**values).on_conflict_do_update(index_elements=["study_id", "number"], set_=updated))
        count += 1
    session.flush()
    return count


def free_line(session: Session, case: Case, now: datetime) -> str:
    """The line to call from, chosen while no other process chooses for this study: limits hold over all of them."""
    session.exec(select(Line.id).where(Line.study_id == case.study_id).with_for_update()).all()
    line = choose(queries.lines(session, case.study_id), queries.case_on_lines(session, case.id or 0), now)
    if line is None:
        raise Refused("no_line_free", "外呼线路都在使用或暂停中，请过几秒再拨。如果一直这样，请告诉督导。")
    return line.number


def rest_after_failure(session: Session, attempt: Attempt, now: datetime) -> None:
    """Let a line rest the longer, the more placings have failed in a row."""
    row = queries.failures_in_a_row(session, attempt.line, now - MEMORY_OF_FAILURES)
    study_id = select(Case.study_id).where(Case.id == attempt.case_id).scalar_subquery()
    line = session.exec(select(Line).where(Line.study_id == study_id, Line.number == attempt.line).with_for_update()).first()
    if line is not None:
        line.resting_until, line.resting_why = now + rest_after(row), "carrier_failure"
        session.add(line)
        session.flush()


def failure_alert(line: str) -> str:
    """Under which name supervisors are told that placing fails on a line."""
    return f"carrier_failure_{line}"
