"""How fast cases are handed out and come back: our code beside pgbench with the very same statements, on the same server in the same run.

A cycle is a claim (what is known of the operator, then the claim) and the case's way back into the queue. The statements that pgbench runs
are those that our code was seen to run, with the same values; so what lies between the two is Python and the connection. A whole turn adds
what a call and its outcome bring with them: an attempt, the carrier's callbacks, the recall rules, the code, the audit trail.
"""

import itertools
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from callcenter import clock
from callcenter.call_queue import priority
from callcenter.call_queue.actions import claim, deciding
from callcenter.call_queue.leases import Lease
from callcenter.db import engine
from callcenter.db.binaries import postgres_binaries
from callcenter.errors import Unavailable
from callcenter.wiring import HANDED_OVER_EVERY
from scripts.measuring import Measured, compared
from scripts.standing_house import NOW, fill, standing_house
from tests.factories.turns import dial, tell

SIZES = (10_000, 100_000, 1_000_000)
WORKERS, MANY, PROCESSES, SECONDS, ROUNDS = 8, 16, 4, 3.0, 5
RATE, MEDIAN, WANTED = 0.45, 1.3, 1000
"""Of pgbench's rate at least; of the median in the shortest queue at most; cycles a second of many workers at least."""
PHONES = [{"number": "+862260000001", "kind": "landline", "state": "untried"}]
FIRST_DUE = NOW - timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """Cycles a second, and how long one took, in seconds."""

    rate: float
    median: float
    p99: float
    lost: int = 0


def queue(sizes: tuple[int, ...] = SIZES) -> list[Measured]:
    """Claims and outcomes in ever longer queues."""
    with tempfile.TemporaryDirectory() as folder, standing_house(Path(folder), MANY, 0) as house:
        return _measured(Path(folder), house.url, house.operators, sizes)


def _measured(folder: Path, url: str, operators: list[int], sizes: tuple[int, ...]) -> list[Measured]:
    found: list[Measured] = []
    paces: dict[int, tuple[Pace, Pace]] = {}
    filled = 0
    for size in sizes:
        fill(url, filled + 1, size)
        filled = size
        script = _script(folder, url, operators)
        _ours(operators[:WORKERS], 1.0)
        paces[size] = _in_turns(lambda: _ours(operators[:WORKERS], SECONDS), lambda script=script: _pgbench(script, url, WORKERS))
        found += _beside(size, *paces[size])
    least, most = paces[min(sizes)], paces[max(sizes)]
    growth = most[0].p99 / least[0].p99, most[1].p99 / least[1].p99
    longest = f"{max(sizes):,} cases"
    medians = (1000 * most[0].median, 1000 * least[0].median)
    found.append(compared("queue", f"median of a cycle, {longest}, ms", f"{min(sizes):,} cases", *medians, aim=MEDIAN))
    found.append(compared("queue", f"growth of the 99th percentile up to {longest}", "pgbench's growth", *growth, aim=1.0))
    many = max((_ours(operators, SECONDS) for _ in range(ROUNDS)), key=lambda pace: pace.rate)
    what = f"ms a cycle of {MANY} workers in one process, {longest} ({many.lost} lost; 99th {1000 * many.p99:.0f} ms)"
    found.append(compared("queue", what, f"{WANTED:,} cycles a second", 1000 / many.rate, 1000 / WANTED, aim=1.0))
    split = _in_processes(url, operators)
    what = f"ms a cycle of {MANY} workers in {PROCESSES} processes, {longest} ({split.lost} lost; 99th {1000 * split.p99:.0f} ms)"
    found.append(compared("queue", what, f"{WANTED:,} cycles a second", 1000 / split.rate, 1000 / WANTED, aim=1.0))
    turns = _turns(operators[:WORKERS])
    what = f"ms a whole turn of {WORKERS} workers: claim, attempt, callbacks, outcome (99th {1000 * turns.p99:.0f} ms)"
    found.append(compared("queue", what, "ms a bare cycle of ours", 1000 / turns.rate, 1000 / most[0].rate))
    return found


def _in_turns(ours: Callable[[], Pace], bare: Callable[[], Pace]) -> tuple[Pace, Pace]:
    """Both ways one after the other, some rounds long: what else the machine does hits both, and the best round of each counts."""
    rounds = [(ours(), bare()) for _ in range(ROUNDS)]
    return max((one for one, _ in rounds), key=lambda pace: pace.rate), max((one for _, one in rounds), key=lambda pace: pace.rate)


def _beside(size: int, ours: Pace, bare: Pace) -> list[Measured]:
    told = f"median {1000 * ours.median:.1f}, 99th {1000 * ours.p99:.1f} ms; {ours.lost} lost"
    what = f"ms a cycle of {WORKERS} workers, {size:,} cases ({told})"
    other = f"pgbench, the same statements (median {1000 * bare.median:.1f}, 99th {1000 * bare.p99:.1f} ms)"
    return [compared("queue", what, other, 1000 / ours.rate, 1000 / bare.rate, aim=round(1 / RATE, 2))]


_COME_BACK = itertools.count(1)


def _back(lease: Lease) -> int:
    """The case goes to the end of the queue, as after a call that nobody took."""
    due = FIRST_DUE + timedelta(hours=1, milliseconds=next(_COME_BACK))
    to = deciding.back(deciding.Next(due_at=due, rank=priority.FRESH, phones=PHONES, line="96599966"))
    return len(engine.statement(deciding.BACK, {**to, **deciding.counts(None), "case": lease.case_id, "phones": Jsonb(PHONES)}))


def _ours(operators: list[int], seconds: float) -> Pace:
    """Every operator a thread: claim and bring back until the time is over."""

    def cycle(operator: int) -> int:
        lease = claim(operator)
        return 0 if lease is None else _back(lease)

    return _pace(operators, seconds, cycle)


def _in_processes(url: str, operators: list[int]) -> Pace:
    """The same operators over several processes, as web processes are; the slowest process' 99th percentile."""
    shares = [operators[place::PROCESSES] for place in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), initializer=_connected, initargs=(url,)) as processes:
        list(processes.map(_ours, shares, [1.0] * PROCESSES))  # until all have started
        rounds = [list(processes.map(_ours, shares, [SECONDS] * PROCESSES)) for _ in range(ROUNDS)]
    best = max(rounds, key=lambda paces: sum(pace.rate for pace in paces))
    return Pace(
        sum(pace.rate for pace in best),
        statistics.median(pace.median for pace in best),
        max(pace.p99 for pace in best),
        sum(pace.lost for pace in best),
    )


def _connected(url: str) -> None:
    engine.connect(url, pool_size=16)
    sys.setswitchinterval(HANDED_OVER_EVERY)
    clock.plug(lambda: NOW)


def _turns(operators: list[int]) -> Pace:
    def cycle(operator: int) -> int:
        lease = claim(operator)
        if lease is None:
            return 0
        tell(lease, dial(lease, "ringing", "no-answer"), "no_answer")
        return 1

    return _pace(operators, SECONDS, cycle)


def _pace(operators: list[int], seconds: float, cycle: Callable[[int], int]) -> Pace:
    start, took, lost = threading.Barrier(len(operators)), list[float](), list[int]()

    def work(operator: int) -> None:
        start.wait()
        over = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < over:
            if cycle(operator) != 1:
                lost.append(operator)
            took.append(time.perf_counter() - begun)

    with ThreadPoolExecutor(len(operators)) as threads:
        list(threads.map(work, operators))
    return Pace(len(took) / seconds, statistics.median(took), statistics.quantiles(took, n=100)[98], len(lost))


def _script(folder: Path, url: str, operators: list[int]) -> Path:
    """What our code asks the database in one cycle, as a script of pgbench; clients are operators."""
    seen: list[tuple[str, dict[str, Any]]] = []
    plainly = engine.plainly

    @contextmanager
    def overheard() -> Iterator[Callable[..., list[dict[str, Any]]]]:
        with plainly() as run:

            def heard(text: str, parameters: Any = None) -> list[dict[str, Any]]:
                seen.append((text, dict(parameters or {})))
                return run(text, parameters)

            yield heard

    engine.plainly = overheard
    try:
        lease = claim(operators[0])
        assert lease is not None  # noqa: S101  # the queue was just filled
        _back(lease)
    finally:
        engine.plainly = plainly
    with psycopg.connect(url) as connection:
        parts = [_in_pgbench(text, values, connection) for text, values in seen]
    file = folder / "cycle.sql"
    file.write_text(f"\\set operator :client_id + {min(operators)}\n" + "\n".join(parts), encoding="utf-8")
    return file


_OF_THE_CLIENT = {
    "operator": ":operator",
    "lease": "gen_random_uuid()::text",
    "case": ":id",
    "due_at": "timestamptz '2022-06-01 03:00+00' + (extract(epoch from clock_timestamp())::numeric % 70000) * interval '1 second'",
}


def _in_pgbench(text: str, values: dict[str, Any], connection: psycopg.Connection[Any]) -> str:
    """One statement on one line, its values written out, but for what differs from client to client."""
    made = {name: _OF_THE_CLIENT.get(name) or sql.Literal(value).as_string(connection) for name, value in values.items()}
    plain = " ".join(re.sub(r"--[^\n]*", "", re.sub(r"%\((\w+)\)s", lambda found: made[found[1]], text)).split())
    plain = plain.replace("%%", "%")
    return plain + (" \\gset" if "RETURNING cases.id" in plain else ";")


def _pgbench(script: Path, url: str, workers: int) -> Pace:
    program = postgres_binaries() / "pgbench"
    if not program.exists():
        raise Unavailable("no_pgbench", "找不到 pgbench：请安装 PostgreSQL 的 contrib 程序，或在 POSTGRES_BIN 中写明它的目录。")
    logs = script.with_name("log")
    command = [str(program), "-n", "-M", "prepared", "-f", str(script), "-c", str(workers), "-j", "2", "-T", str(round(SECONDS)), "-l"]
    ran = subprocess.run([*command, f"--log-prefix={logs}", url], capture_output=True, text=True, check=False)  # noqa: S603  # our own
    took = []
    for file in script.parent.glob("log.*"):
        took += [int(line.split()[2]) / 1e6 for line in file.read_text(encoding="ascii").splitlines()]
        with suppress(OSError):
            file.unlink()
    if ran.returncode != 0 or not took:
        raise Unavailable("pgbench_failed", "pgbench 没有跑完：{why}", why=ran.stderr[-500:])
    return Pace(len(took) / round(SECONDS), statistics.median(took), statistics.quantiles(took, n=100)[98])
