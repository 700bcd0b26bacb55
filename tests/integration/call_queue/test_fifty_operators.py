"""Fifty operators in several processes, some killed with -9, a clock that jumps, outcomes posted twice: nothing twice, nothing lost.

The schedule is seeded; which process gets how far when it is killed is not, and that is the point. A longer trial:
`QUEUE_TRIAL_TURNS=5000 QUEUE_TRIAL_SEED=7 python -m pytest tests/integration/call_queue/test_fifty_operators.py`.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from callcenter.call_queue import actions as queue
from callcenter.db.engine import statement, transaction
from callcenter.scheduler.sweep import settle_calls
from tests.conftest import FieldTime
from tests.factories.cases import make_cases
from tests.factories.waiting import until

TURNS = int(os.environ.get("QUEUE_TRIAL_TURNS", "30"))
"""Outcomes taken before the trial ends."""
STEP = 15
"""After so many the clock jumps and a process is killed."""
SEED = int(os.environ.get("QUEUE_TRIAL_SEED", "1"))
PROCESSES, OPERATORS = 3, 50

# What the database itself saw of every lease, whoever was killed before telling.
WITNESS = """
CREATE TABLE seen_leases (id bigint GENERATED ALWAYS AS IDENTITY, case_id bigint, before text, after text);
CREATE FUNCTION see_lease() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.lease_id IS DISTINCT FROM NEW.lease_id THEN
        INSERT INTO seen_leases (case_id, before, after) VALUES (NEW.id, OLD.lease_id, NEW.lease_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER see_leases AFTER UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION see_lease();
"""


class Callers:
    """The processes, what each has said, and the one clock they read."""

    def __init__(self, url: str, folder: Path, operators: list[int], field_time: FieldTime) -> None:
        self.folder, self.operators, self.field_time = folder, operators, field_time
        self.clock = folder / "clock"
        self.files: list[Path] = []
        self.running: dict[int, int] = {}
        self.set_clock(timedelta())
        command = [sys.executable, "-m", "tests.factories.callers", url, str(self.clock)]
        with (folder / "errors").open("wb") as errors:
            self.parent = subprocess.Popen(  # our own program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        for place in range(PROCESSES):
            self.start(place)

    def set_clock(self, jump: timedelta) -> None:
        """Field time for all processes and for this one: put in place whole, as the demo's driver does."""
        self.field_time.set(self.field_time.moment + jump)
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(self.field_time.moment.isoformat(), encoding="ascii")
        fresh.replace(self.clock)

    def start(self, place: int) -> None:
        """A process with its share of the operators."""
        file = self.folder / f"said-{len(self.files)}"
        file.touch()
        self.files.append(file)
        share = [str(one) for one in self.operators[place::PROCESSES]]
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        self.parent.stdin.write(" ".join([str(file), str(SEED + len(self.files)), *share]) + "\n")
        self.parent.stdin.flush()
        self.running[place] = int(self.parent.stdout.readline())

    def kill(self, place: int) -> None:
        """As a power cut would."""
        os.kill(self.running.pop(place), signal.SIGKILL)

    def end(self) -> None:
        """All of them."""
        for place in list(self.running):
            self.kill(place)
        self.parent.kill()
        self.parent.communicate()

    def said(self) -> list[dict[str, object]]:
        """Everything promised; the last line of a killed process may be cut."""
        lines = [line for file in self.files for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
        return [json.loads(line) for line in lines]


@pytest.mark.timeout(300 + TURNS)
def test_nothing_is_handed_out_twice_lost_or_counted_twice(database_url: str, field_time: FieldTime, tmp_path: Path) -> None:
    with transaction() as session:
        made = make_cases(session, 4 * TURNS, operators=OPERATORS)
    statement(WITNESS)
    statement("UPDATE lines SET max_concurrent = 1000")
    statement("UPDATE cases SET due_at = due_at - interval '2 hours'")  # due also when the clock jumps back
    chance = random.Random(SEED)  # noqa: S311  # a repeatable schedule
    callers = Callers(database_url, tmp_path, made.operators, field_time)
    try:
        for turns in range(STEP, TURNS + 1, STEP):
            until(lambda turns=turns: sum(one["did"] == "done" for one in callers.said()) >= turns, 120)
            callers.set_clock(timedelta(seconds=chance.choice([1, 20, 400, -90, -400])))
            with transaction() as session:
                queue.expire_leases(session)
            settle_calls()
            place = chance.randrange(PROCESSES)
            callers.kill(place)
            callers.start(place)
    finally:
        callers.end()
    settle(callers)
    prove(callers.said(), (tmp_path / "errors").read_text(encoding="utf-8"))


def settle(callers: Callers) -> None:
    """Hours later: what crashes left open comes back by itself, once the server has noticed that its clients are gone."""
    callers.set_clock(timedelta(hours=3))

    def ticked() -> bool:
        with transaction() as session:
            queue.expire_leases(session)
        settle_calls()
        return statement("SELECT count(*) AS n FROM cases WHERE state = 'leased'") == [{"n": 0}] == statement(UNTOLD)

    until(ticked)


UNTOLD = "SELECT count(*) AS n FROM attempts WHERE outcome IS NULL"


def prove(said: list[dict[str, object]], errors: str) -> None:
    """Against the witness in the database: leases, outcomes, counts."""
    assert "Traceback" not in errors, errors[-2000:]
    assert statement("SELECT * FROM seen_leases WHERE before IS NOT NULL AND after IS NOT NULL") == [], "handed out while leased"
    claimed = Counter(str(one["lease"]) for one in said if one["did"] == "claimed")
    witnessed = {row["after"] for row in statement("SELECT DISTINCT after FROM seen_leases WHERE after IS NOT NULL")}
    assert set(claimed) <= witnessed
    ranges = statement("SELECT case_id, after, count(*) AS n FROM seen_leases WHERE after IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1")
    assert ranges == [], "the same lease twice on a case"

    done = [one for one in said if one["did"] == "done"]
    assert len(done) > 20, Counter(str(one["did"]) for one in said)
    assert max(Counter(one["attempt"] for one in done).values()) == 1, "an outcome taken twice"
    outcomes = {row["id"]: row for row in statement("SELECT id, outcome, outcome_detail FROM attempts")}
    lost = [one for one in done if outcomes[one["attempt"]]["outcome"] != one["outcome"]]
    assert lost == []
    assert [row for row in outcomes.values() if row["outcome"] is None] == [], "every call has come to an outcome"
    again = [one for one in said if one["did"] == "again"]
    assert again, "outcomes were posted twice"
    assert {one["attempt"] for one in again} <= {row["id"] for row in outcomes.values() if "abandoned" not in row["outcome_detail"]}

    told = statement("SELECT count(*) AS n FROM attempts WHERE NOT outcome_detail ? 'abandoned'")[0]["n"]
    finished = statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'case_finished'")[0]["n"]
    settled = statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'outcome_settled'")[0]["n"]
    assert (told, told + settled) == (finished, len(outcomes)), "each call counts once"
    miscounted = statement(
        "SELECT c.id, c.attempts, count(a.id) FROM cases c LEFT JOIN attempts a ON a.case_id = c.id GROUP BY c.id"
        " HAVING c.attempts <> count(a.id)"
    )
    assert miscounted == []
    assert statement("SELECT count(*) AS n FROM cases WHERE state = 'leased'") == [{"n": 0}]
