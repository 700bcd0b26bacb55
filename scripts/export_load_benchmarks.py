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

INTERVIEWED, ASKED, JOBS = 20_000, 40, 40
"""Cases and questions of the population that is exported; more jobs than can be done meanwhile."""
STEPS = ((20, 0.0), (250, 8.0))
"""Operators, and seconds between two requests of each: a machine that is always full, and one with time to spare for exports."""
FORMATS = ("csv", "parquet", "sav")


def under_exports() -> list[Measured]:
    """Operators alone, then beside a worker that exports without a pause."""
    people = max(number for number, _ in STEPS)
    with tempfile.TemporaryDirectory() as folder, standing_house(Path(folder), people, 30_000) as house:
        with transaction() as session:
            session.execute(text("UPDATE studies SET name = 'standing'"))
            session.execute(text("UPDATE users SET username = username || '_standing'"))
            population = worked_house(session)
        prepare()
        with transaction() as session:
            ask(session, population, ASKED)
        fill(house.url, population, INTERVIEWED, ASKED)
        return [_beside(Path(folder), house.url, house.operators[:number], pause, population) for number, pause in STEPS]


def _beside(folder: Path, url: str, operators: list[int], pause: float, population: int) -> Measured:
    """Without exports, twice with, without again: the smaller of each two, for a machine that does nothing else is never quite quiet."""
    before = step(folder, url, operators, 1, pause).p95
    with _exporting(url, population, operators[0]):
        beside = min(step(folder, url, operators, 1, pause).p95 for _ in range(2))
        (told,) = statement(
            "SELECT count(*) FILTER (WHERE state = 'done') AS done, max(progress_done) AS steps, count(error) AS failed, "
            "count(*) FILTER (WHERE state = 'running') AS begun FROM jobs"
        )
    alone = min(before, step(folder, url, operators, 1, pause).p95)
    if told["failed"] or not told["begun"] + told["done"]:
        raise RuntimeError(f"the exports failed: {told}")
    paced = f" with {pause:.0f} s between requests" if pause else ""
    what = f"ms, 95th percentile of “next case” of {len(operators)} operators{paced} while a worker exports {INTERVIEWED:,} interviews"
    made = f"{told['done']} packages made meanwhile, {told['steps'] or 0} steps of one"
    return compared("export-load", f"{what} again and again ({made})", "without", beside, alone, aim=1.5)


@contextmanager
def _exporting(url: str, population: int, user: int) -> Iterator[None]:
    """A worker process with more to export than it can do."""
    with transaction() as session:
        session.execute(text("DELETE FROM jobs"))
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
