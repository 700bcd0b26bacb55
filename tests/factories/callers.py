"""A process of operators who claim, dial and tell outcomes as fast as they can, by the actions that the web process calls.

Run as `python -m tests.factories.callers URL CLOCK_FILE`; each operator is a thread. What was promised to a caller, that is every answer
after its commit, goes to a file as a line of JSON; the process may be killed with -9 at any moment.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue.leases import Lease
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineEvent
from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.errors import CallcenterError
from callcenter.follow_up.actions import finish

OUTCOMES = {"no_answer": "no-answer", "busy": "busy", "switched_off": "failed", "hard_refusal": "completed", "gatekeeper": "completed"}


def say(**told: object) -> None:
    """One line in one write: whole even if the process dies at once after it."""
    os.write(sys.stdout.fileno(), (json.dumps(told) + "\n").encode())


def work(operator: int, seed: int) -> None:
    """Turn after turn until the process ends."""
    chance = random.Random(seed)  # noqa: S311  # a repeatable schedule
    while True:
        try:
            lease = queue.claim(operator)
            if lease is None:
                time.sleep(0.05)
                continue
            say(did="claimed", operator=operator, lease=lease.id, cases=[lease.case_id, *getattr(lease, "others", ())])
            turn(lease, chance)
        except CallcenterError:
            time.sleep(0.01)


def turn(lease: Lease, chance: random.Random) -> None:
    """One of what people do: give the case back, walk away from it, or dial and tell the outcome, often twice and at once."""
    way = chance.random()
    if way < 0.06:
        with transaction() as session:
            queue.give_back(session, lease.id, lease.operator_id)
        return
    outcome, word = chance.choice(list(OUTCOMES.items()))
    with transaction() as session:
        attempt = calls.begin_attempt(session, lease_id=lease.id, operator_id=lease.operator_id).id
    assert attempt is not None
    sid = f"CA{attempt:032d}"
    with transaction() as session:
        calls.record_placed(session, attempt, sid)
    for place, told in enumerate(["ringing", *(["in-progress"] if word == "completed" else []), word]):
        for _ in range(1 + (chance.random() < 0.3)):
            with transaction() as session:
                calls.record_event(session, LineEvent(sid, place, told, clock.now(), attempt))
    if way < 0.12:
        return  # walks away: the lease runs out, or the same case comes back
    posts = 1 + (way > 0.6) + (way > 0.8)
    threads = [threading.Thread(target=tell, args=(lease, attempt, outcome)) for _ in range(posts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def tell(lease: Lease, attempt: int, outcome: str) -> None:
    """Post an outcome and say what came of it."""
    try:
        with transaction() as session:
            done = finish(session, lease_id=lease.id, attempt_id=attempt, outcome=outcome, user_id=lease.operator_id)
        say(did=done.state, lease=lease.id, attempt=attempt, outcome=outcome)
    except CallcenterError as refusal:
        say(did="refused", lease=lease.id, attempt=attempt, code=refusal.code)


def main(url: str, clock_file: str) -> None:
    """For each line on stdin (`FILE SEED OPERATOR…`) fork a process of these operators; its number goes to stdout.

    What is imported is imported once; the children connect after the fork, so that each is a process of its own to the database.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        file, seed, *operators = line.split()
        if (child := os.fork()) == 0:
            operate(url, Path(clock_file), Path(file), int(seed), [int(one) for one in operators])
        os.write(sys.stdout.fileno(), f"{child}\n".encode())


def operate(url: str, clock_file: Path, said: Path, seed: int, operators: list[int]) -> None:
    """Everybody at once, until killed or left alone."""
    parent = os.getppid()
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stdout.fileno())
    clock.plug(lambda: datetime.fromisoformat(clock_file.read_text(encoding="ascii")))
    engine.connect(url, pool_size=12)
    for operator in operators:
        threading.Thread(target=work, args=(operator, seed * 1000 + operator)).start()
    while os.getppid() == parent:  # a test that fails leaves nobody behind
        time.sleep(0.2)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
