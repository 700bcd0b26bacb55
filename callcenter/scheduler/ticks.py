"""Running one line of the timetable: recorded, and a failure never stops the others."""

from datetime import datetime

import structlog

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.operations import actions as operations
from callcenter.operations.logs import told
from callcenter.scheduler.timetable import Line

log = structlog.get_logger()


def tick(line: Line) -> bool:
    """Run one job now; whether it went well. A failure is recorded and raised as an alert."""
    started = clock.now()
    try:
        result = line.run()
        with transaction() as session:
            operations.record_run(session, line.name, started, ok=True, result=result)
            operations.close_alert(session, _alert(line))
    except Exception as failure:
        log.error("tick_failed", job=line.name, **told(failure))
        _record_failure(line, started, failure)
        return False
    return True


def _record_failure(line: Line, started: datetime, failure: Exception) -> None:
    try:
        with transaction() as session:
            operations.record_run(session, line.name, started, ok=False, result={"error": type(failure).__name__})
            text = f"定时任务 {line.name} 没有完成；程序会继续重试，详情见调度日志。"
            operations.raise_alert(session, "tick_failed", "warning", text, same_as=_alert(line))
    except Exception as worse:
        # The database itself is away: the log has it, and the next run will tell.
        log.error("tick_failure_not_recorded", job=line.name, **told(worse))


def _alert(line: Line) -> str:
    return f"tick_failed:{line.name}"


class FieldTimetable:
    """The timetable by field time: a line runs when field time has passed its next slot, once however far it jumped."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.next: dict[str, datetime] = {}
        """A slot farther ahead than the line's own step was planned by a clock that has been set back since."""

    def poll(self) -> None:
        """Run every line that is due."""
        for line in self.lines:
            now = clock.now()
            planned = self.next.get(line.name, now)
            if now >= planned or planned - now > line.every:
                tick(line)
                self.next[line.name] = now + line.every
