"""The worker: a job is done once, by one, and again after a crash."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.errors import Refused
from callcenter.operations import actions
from callcenter.worker.handlers import Handler, Progress
from callcenter.worker.loop import MAX_CLAIMS, Worker
from tests.conftest import FieldTime
from tests.factories.waiting import until


def queue(kind: str = "count", payload: dict[str, Any] | None = None) -> int:
    with transaction() as session:
        return actions.queue_job(session, kind, payload or {}, None)


def job(job_id: int) -> dict[str, Any]:
    return engine.statement("SELECT * FROM jobs WHERE id = %(id)s", {"id": job_id})[0]


def test_a_job_is_done_with_its_progress_and_result(database_url: str, field_time: FieldTime) -> None:
    def count(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        progress(1, payload["rows"])
        return {"rows": payload["rows"]}

    wanted = queue(payload={"rows": 2})
    worker = Worker(database_url, "worker-1", {"count": count})
    assert worker.run_one()
    assert not worker.run_one()
    done = job(wanted)
    assert (done["state"], done["result"], done["progress_done"], done["progress_total"]) == ("done", {"rows": 2}, 2, 2), (
        "done wholly, whatever was told last"
    )


def test_a_refusal_is_told_as_it_is_and_a_fault_only_by_its_reference(database_url: str, field_time: FieldTime) -> None:
    def refuse(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        raise Refused("not_drawn", "还没有抽样。")

    def stumble(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        raise KeyError("13800138000")

    refused, failed = queue("refuse"), queue("stumble")
    worker = Worker(database_url, "worker-1", {"refuse": refuse, "stumble": stumble})
    assert worker.run_one() and worker.run_one()
    assert (job(refused)["state"], job(refused)["error"]) == ("failed", "还没有抽样。")
    assert job(failed)["state"] == "failed"
    assert "13800138000" not in job(failed)["error"]


def test_two_workers_never_do_the_same_job_even_when_field_time_jumps_over_the_lease(database_url: str, field_time: FieldTime) -> None:
    begun, finish = threading.Event(), threading.Event()
    done_by: list[str] = []

    def handler(name: str) -> dict[str, Handler]:
        def slow(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
            done_by.append(name)
            begun.set()
            finish.wait(60)
            return {}

        return {"count": slow}

    wanted = queue()
    first = threading.Thread(target=Worker(database_url, "worker-1", handler("first")).run_one)
    first.start()
    assert begun.wait(60)
    field_time.set(field_time() + timedelta(hours=5))
    assert not Worker(database_url, "worker-2", handler("second")).run_one()
    finish.set()
    first.join()
    assert done_by == ["first"]
    assert (job(wanted)["state"], job(wanted)["worker"]) == ("done", "worker-1")


def test_a_job_that_takes_its_worker_down_every_time_is_given_up(database_url: str, field_time: FieldTime) -> None:
    wanted = queue()
    engine.statement("UPDATE jobs SET claims = %(n)s WHERE id = %(id)s", {"n": MAX_CLAIMS, "id": wanted})
    assert Worker(database_url, "worker-1", {"count": lambda payload, progress: {}}).run_one()
    assert job(wanted)["state"] == "failed"


KILLED = """
import sys, time
from callcenter.db import engine
from callcenter.worker.loop import Worker
def hang(payload, progress):
    progress(1, 2)
    time.sleep(600)
engine.connect(sys.argv[1])
Worker(sys.argv[1], "killed", {"count": hang}).run_one()
"""


def test_a_killed_workers_job_is_taken_up_by_another(database_url: str, field_time: FieldTime) -> None:
    wanted = queue()
    # The first worker is a process of its own, on the wall clock: far ahead of the test's field time.
    process = subprocess.Popen([sys.executable, "-c", KILLED, database_url], env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    try:
        until(lambda: job(wanted)["progress_done"] == 1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    lapsed = job(wanted)["lease_expires_at"] + timedelta(seconds=1)
    worker = Worker(database_url, "rescuer", {"count": lambda payload, progress: {"rescued": True}})
    assert not worker.run_one(), "the lease has not run out"
    field_time.set(lapsed)
    until(worker.run_one)
    assert (job(wanted)["state"], job(wanted)["result"], job(wanted)["claims"]) == ("done", {"rescued": True}, 2)
