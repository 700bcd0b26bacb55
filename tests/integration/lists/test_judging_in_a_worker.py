"""A large list is judged by a worker: killed in the middle it leaves nothing behind, and the next worker judges the list."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from callcenter.db.engine import statement, transaction
from callcenter.lists import actions
from callcenter.lists.findings import Look
from callcenter.lists.verdicts import check
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
from tests.conftest import FieldTime
from tests.factories.lists import row, submit
from tests.factories.studies import demo_population, make_study
from tests.factories.waiting import until

KILLED = """
import sys, time
from callcenter.db import engine
from callcenter.lists.actions import submitting
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
copied = submitting._copy_rows
def copy_and_hang(session, submission_id, rows):
    copied(session, submission_id, rows)  # all rows are written, nothing is committed
    print("written", flush=True)
    time.sleep(600)
submitting._copy_rows = copy_and_hang
engine.connect(sys.argv[1])
Worker(sys.argv[1], "killed", HANDLERS).run_one()
"""


@pytest.fixture
def population_id(database_url: str, field_time: FieldTime) -> int:
    with transaction() as session:
        population = demo_population(session, make_study(session))
        assert population.id is not None
        return population.id


def test_a_worker_killed_while_it_writes_leaves_nothing_half_written(database_url: str, field_time: FieldTime, population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
        waiting = submit(session, population_id, [row(1), row(2, matter="")], by_worker=True)
        assert waiting.id is not None
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen([sys.executable, "-c", KILLED, database_url], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        written = any(line == b"written\n" for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    assert written
    assert statement("SELECT state FROM submissions ORDER BY id") == [{"state": "judged"}, {"state": "waiting"}]
    assert statement("SELECT count(*) FROM submission_rows WHERE submission_id = %(id)s", {"id": waiting.id}) == [{"count": 0}]
    field_time.set(statement("SELECT lease_expires_at AS at FROM jobs")[0]["at"] + timedelta(seconds=1))
    until(Worker(database_url, "rescuer", HANDLERS).run_one)
    assert statement("SELECT state, claims FROM jobs") == [{"state": "done", "claims": 2}]
    assert statement("SELECT state FROM submissions ORDER BY id") == [{"state": "replaced"}, {"state": "judged"}]
    assert statement("SELECT number, missing FROM row_notes") == [{"number": 2, "missing": ["业务描述"]}]


@pytest.mark.usefixtures("field_time")
def test_a_list_that_waited_while_a_sample_was_drawn_becomes_a_supplement(database_url: str, population_id: int) -> None:
    with transaction() as session:
        first = submit(session, population_id, [row(1)])
        waiting = submit(session, population_id, [row(1), row(2)], by_worker=True)
        assert (waiting.role, waiting.id is not None) == ("replacement", True)
        found = actions.waiting(session, waiting.id or 0)
        assert found is not None
        look = Look(found[1])
        actions.keep_verdicts(session, waiting.id or 0, check(found[0], keep_cells=True, look=look), look.finish(), drawn=True)
        session.refresh(first)
        session.refresh(waiting)
    assert (first.state, waiting.state, waiting.role, waiting.replaces_id) == ("judged", "judged", "supplement", None)
