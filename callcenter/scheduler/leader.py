"""One leader among any number of scheduler processes: whoever holds an advisory lock runs the timetable."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from callcenter import clock
from callcenter.db.engine import plain_url
from callcenter.scheduler.ticks import FieldTimetable, tick
from callcenter.scheduler.timetable import Line

LOCK = 7_214_002
ASK_EVERY = 0.5
"""Seconds between two looks at the lock: an old leader may go on for as long, so jobs must bear running twice."""
POLL_FIELD_TIME = 0.5
SET_BACK = 2.0
"""Seconds by which a clock may be put right without notice."""

log = structlog.get_logger()


class Leadership:
    """A connection of its own whose session lock makes this process the leader; lost with the connection."""

    def __init__(self, url: str) -> None:
        self.url = plain_url(url)
        self.connection: psycopg.Connection[tuple[object, ...]] | None = None

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.give_up()

    def __enter__(self) -> "Leadership":
        return self

    def held(self) -> bool:
        """Whether this process leads now; takes the lock where it is free."""
        try:
            if self.connection is None:
                self.connection = psycopg.connect(self.url, autocommit=True, connect_timeout=5, tcp_user_timeout=5000)
                self.leads = False
            if self.leads:
                self.connection.execute("SELECT 1")
                return True
            row = self.connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
            self.leads = bool(row and row[0])
        except psycopg.Error:
            self.give_up()
            return False
        return self.leads

    def give_up(self) -> None:
        """Close the connection, and with it the lock."""
        self.leads = False
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Clockwork:
    """Notices a clock that was set back: jobs planned by it would wait until it has caught up with itself."""

    def __init__(self, ahead: Callable[[], float] = lambda: clock.wall_clock().timestamp() - time.monotonic()) -> None:
        self.ahead = ahead
        self.last = ahead()

    def went_back(self) -> bool:
        """Whether it was set back since the last look. One that jumps forward, as after a suspend, needs nothing: what is due runs once."""
        now, last = self.ahead(), self.last
        self.last = now
        return now < last - SET_BACK


def lead(url: str, lines: list[Line], stop: threading.Event, *, by_field_time: bool) -> None:
    """Until `stop`: wait for the lock, run the timetable while it is held, step down when it is lost."""
    running: BackgroundScheduler | None = None
    clockwork = Clockwork()
    with Leadership(url) as leadership:
        while not stop.is_set():
            leads = leadership.held()
            if clockwork.went_back() and running is not None:
                log.warning("clock_set_back")
                _stop(running)
                running = None
            if leads and running is None:
                log.info("leading")
                running = _started(lines, by_field_time)
            elif not leads and running is not None:
                log.warning("stepped_down")
                _stop(running)
                running = None
            stop.wait(ASK_EVERY)
        if running is not None:
            _stop(running)


def _started(lines: list[Line], by_field_time: bool) -> BackgroundScheduler:
    # It warns whenever a poll outlasts its interval, which is no news: the next one makes up for it.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    if by_field_time:
        scheduler.add_job(FieldTimetable(lines).poll, "interval", seconds=POLL_FIELD_TIME, id="by_field_time")
    else:
        for line in lines:
            scheduler.add_job(tick, "interval", args=[line], seconds=line.every.total_seconds(), id=line.name)
    scheduler.start()
    return scheduler


def _stop(scheduler: BackgroundScheduler) -> None:
    scheduler.shutdown(wait=True)
