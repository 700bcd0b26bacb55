"""What operators feel of exports: the 95th percentile of “next case” while a worker makes packages, beside the same without."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from callcenter import clock
from callcenter.db.engine import statement, transaction
from callcenter.operations.actions import queue_job
from callcenter.settings import Settings
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
from scripts.measuring import Measured, compared
from scripts.operator_benchmarks import prepare, step
from scripts.standing_house import NOW, standing_house
from scripts.worked_house import ask, fill, worked_house

OPERATORS, INTERVIEWED, ASKED, JOBS = 20, 20_000, 40, 40
"""Operators at work; cases and questions of the population that is exported; more jobs than can be done meanwhile."""
FORMATS = ("csv", "parquet", "sav")


def under_exports() -> list[Measured]:
    """Operators alone, then beside a worker that exports without a pause."""
    with tempfile.TemporaryDirectory() as folder, standing_house(Path(folder), OPERATORS, 30_000) as house:
        with transaction() as session:
            session.execute(text("UPDATE studies SET name = 'standing'"))
            session.execute(text("UPDATE users SET username = username || '_standing'"))
            population = worked_house(session)
        prepare()
        with transaction() as session:
            ask(session, population, ASKED)
        fill(house.url, population, INTERVIEWED, ASKED)
        alone = step(Path(folder), house.url, house.operators, 1).p95
        with _exporting(house.url, population, house.operators[0]):
            beside = step(Path(folder), house.url, house.operators, 1).p95
        (told,) = statement(
            "SELECT count(*) FILTER (WHERE state = 'done') AS done, max(progress_done) AS most, count(error) AS failed FROM jobs"
        )
    if told["failed"] or not told["most"]:
        raise RuntimeError(f"the exports failed: {told}")
    what = f"ms, 95th percentile of “next case” of {OPERATORS} operators while a worker exports {INTERVIEWED:,} interviews again and again"
    return [compared("export-load", f"{what} ({told['done']} packages made)", "without", beside, alone, aim=1.5)]


@contextmanager
def _exporting(url: str, population: int, user: int) -> Iterator[None]:
    """A worker process with more to export than it can do."""
    with transaction() as session:
        for _ in range(JOBS):
            queue_job(session, "export", {"population_id": population, "user_id": user, "formats": list(FORMATS)}, user)
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "only-for-benchmarks-0123456789-abcdef", "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen([sys.executable, "-m", "scripts.export_load_benchmarks"], env=environment)  # our own program
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _work() -> None:
    """The worker."""
    from callcenter.db import engine  # noqa: PLC0415  # of this process alone

    clock.plug(lambda: NOW)
    url = Settings().database_url.get_secret_value()
    engine.connect(url, pool_size=4)
    Worker(url, "bench", HANDLERS).run(threading.Event())


if __name__ == "__main__":
    _work()
