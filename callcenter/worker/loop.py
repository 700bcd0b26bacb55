"""The worker's loop: claim a job, run its handler under a lease that is kept alive, say how it ended."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog

from callcenter.db.engine import plain_url, transaction
from callcenter.errors import CallcenterError, Conflict
from callcenter.operations import actions as operations
from callcenter.operations.logs import told
from callcenter.operations.queries import job as find_job
from callcenter.worker.handlers import Handler, Progress

log = structlog.get_logger()
LOCK = 7_214_003
RENEW_EVERY = 20.0
IDLE = 0.5
MAX_CLAIMS = 3
"""A job that took its worker down this often is given up, so that it cannot take all of them down."""


@dataclass(frozen=True)
class Claimed:
    """A job in our hands."""

    id: int
    kind: str
    payload: dict[str, Any]
    claims: int


class Worker:
    """Claims jobs of the kinds it has handlers for, one at a time."""

    def __init__(self, url: str, name: str, handlers: dict[str, Handler], *, renew_every: float = RENEW_EVERY) -> None:
        self.url = plain_url(url)
        self.name = name
        self.handlers = handlers
        self.renew_every = renew_every

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; a database that is away is waited for."""
        while not stop.is_set():
            try:
                worked = self.run_one()
            except Exception as failure:
                log.error("worker_trouble", **told(failure))
                worked = False
                stop.wait(2)
            if not worked:
                stop.wait(IDLE)

    def run_one(self) -> bool:
        """Do one job, where there is one that nobody does."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as lock:
            job = self._claim(lock)
            if job is None:
                return False
            if job.claims > MAX_CLAIMS:
                self._end(job.id, error="任务多次中断，已停止重试：请联系管理员查看工作日志。")
            else:
                self._do(job.id, job.kind, job.payload)
        return True

    def _claim(self, lock: psycopg.Connection[Any]) -> Claimed | None:
        """The next job, ours alone: a lock that the server drops with a dead worker's connection says whether its worker lives.

        A lease by itself cannot tell, because field time can jump over it.
        """
        with transaction() as session:
            job = operations.claim_job(session, self.name, list(self.handlers))
            if job is None or job.id is None:
                return None
            row = lock.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK, job.id)).fetchone()
            if row and row[0]:
                return Claimed(job.id, job.kind, dict(job.payload), job.claims)
            session.rollback()
            return None

    def _do(self, job_id: int, kind: str, payload: dict[str, Any]) -> None:
        log.info("job_started", job=job_id, kind=kind)
        try:
            with self._kept_alive(job_id) as progress:
                result = self.handlers[kind](payload, progress)
        except CallcenterError as expected:
            self._end(job_id, error=str(expected))
        except Exception as failure:
            reference = secrets.token_hex(4)
            log.error("job_failed", job=job_id, kind=kind, reference=reference, **told(failure))
            self._end(job_id, error=f"任务没有完成（编号 {reference}）：请把编号告诉管理员。")
        else:
            self._end(job_id, result=result)

    def _end(self, job_id: int, *, result: dict[str, Any] | None = None, error: str | None = None) -> None:
        with transaction() as session:
            job = find_job(session, job_id)
            if job is not None and job.worker == self.name and job.state == "running":
                operations.end_job(session, job, result=result, error=error)
                operations.notify(session, f"job_{job_id}", "failed" if error else "done")
        log.info("job_ended", job=job_id, failed=bool(error))

    @contextmanager
    def _kept_alive(self, job_id: int) -> Iterator[Progress]:
        """Renew the lease in the background; yields the function that reports progress."""
        done = threading.Event()
        so_far: list[int | None] = [0, None]

        def report(count: int, total: int | None) -> None:
            so_far[:] = [count, total]
            with transaction() as session:
                job = find_job(session, job_id)
                if job is None or job.worker != self.name or job.state != "running":
                    raise Conflict("job_lost", "任务已由另一个工作进程接手。")
                operations.report_progress(session, job, count, total)
                operations.notify(session, f"job_{job_id}", "progress")

        def renew() -> None:
            while not done.wait(self.renew_every):
                try:
                    report(so_far[0] or 0, so_far[1])
                except Exception:
                    log.warning("lease_not_renewed", job=job_id)

        keeper = threading.Thread(target=renew, name=f"lease-of-{job_id}", daemon=True)
        keeper.start()
        try:
            yield report
        finally:
            done.set()
            keeper.join()
