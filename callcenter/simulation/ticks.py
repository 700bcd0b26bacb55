"""Waiting for the scheduler, which follows field time by itself: the driver only sees to it that it has caught up."""

import time
from datetime import datetime, timedelta

from callcenter.db.engine import transaction
from callcenter.operations import queries

JOB = "propose_top_ups"
WITHIN_SECONDS = 15.0
LOOK_EVERY = 0.1


class Scheduler:
    """The scheduler as seen by its records."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def catch_up(self, now: datetime, every: timedelta = timedelta(minutes=10)) -> None:
        """Wait until the top-up job ran at or after `now`; not where it ran less than its interval before, or does not exist."""
        if self._last is not None and now - self._last < every:
            return
        give_up = time.monotonic() + WITHIN_SECONDS
        while time.monotonic() < give_up:
            ran = self._ran_at()
            if ran is not None and ran >= now:
                self._last = ran
                return
            time.sleep(LOOK_EVERY)

    def _ran_at(self) -> datetime | None:
        with transaction() as session:
            return next((run.started_at for run in queries.latest_runs(session) if run.job == JOB and run.ok), None)
