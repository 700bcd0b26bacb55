"""How many whole operator cycles the web process carries: next case, dial, callbacks, 20 answers, outcome, over HTTP.

The operators are threads of this process. Most steps let them never think, so that the processes are always full and "next case" waits
behind everybody else's requests; the last lets them pause between requests, three times as busy as people are. Operators, web processes and
database share the machine's cores: each step says how much of a core each used, which tells what bounds it. The carrier takes every call at
once: what is measured is ours. Field time stands still inside the first calling window.
"""

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from fastapi import FastAPI
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from callcenter import clock, wiring
from callcenter.db.engine import transaction
from callcenter.db.free_ports import free_port
from callcenter.people.actions import begin_session
from callcenter.settings import Settings
from callcenter.simulation.respondents import Enterprise
from callcenter.web.app import create_app
from scripts.measuring import Measured, compared
from scripts.standing_house import NOW, standing_house
from tests.factories.calls import PretendedLine
from tests.factories.interviews import shipped

TOKEN, PUBLIC = "only-for-benchmarks-token-0123", "http://127.0.0.1:1"  # signs callbacks to ourselves
ANSWERS, SECONDS, WARM = 20, 20.0, 5.0
STEPS = ((1, 1, 0.0), (50, 1, 0.0), (50, 2, 0.0), (500, 1, 0.0), (500, 2, 0.0), (500, 2, 8.0))
"""Operators, web processes, seconds between two requests of an operator (on the average)."""


class OwnLine(PretendedLine):
    """Takes every call at once, under an id that no other process gives."""

    def place(self, placement: Any) -> Any:
        """Take a call."""
        placed = super().place(placement)
        return type(placed)(f"CA{placement.attempt_id:032d}")


def web() -> FastAPI:
    """The app of a web process of the benchmark."""
    clock.plug(lambda: NOW)
    settings = Settings()
    wiring.start(settings)
    app = create_app(settings)
    app.state.phone_line = OwnLine()
    return app


def operators() -> list[Measured]:
    """Ever more operators, and a second web process."""
    with tempfile.TemporaryDirectory() as folder, standing_house(Path(folder), 500, 30_000) as house:
        return _cycles(Path(folder), house.url, house.operators)


def _cycles(folder: Path, url: str, operators: list[int]) -> list[Measured]:
    """Cycles a second and the 95th percentile of "next case" for each step, against one operator alone."""
    prepare()
    found: list[Measured] = []
    alone = 0.0
    for people, processes, pause in STEPS:
        seen = step(folder, url, operators[:people], processes, pause)
        alone = alone or seen.p95
        paced = f", {pause:.0f} s between requests" if pause else ""
        cores = f"of a core: web {seen.web:.0%}, database {seen.database:.0%}, operators {seen.operators:.0%}"
        told = f"{people} operators{paced}, {processes} web ({seen.rate:.1f} whole cycles a second; {cores})"
        what = f"ms, 95th percentile of “next case”, {told}"
        found.append(compared("operators", what, "one operator alone", seen.p95, alone))
    return found


def prepare() -> None:
    """A real questionnaire, and lines that take every call."""
    with transaction() as session:
        loaded = {"d": json.dumps(shipped()), "sha256": "0" * 64}  # as long as a true one, by which a process knows what it has read
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb), sha256 = :sha256"), loaded)
        session.execute(text("UPDATE lines SET max_concurrent = 10000"))


@dataclass(frozen=True)
class Seen:
    """What a step showed: whole cycles a second, ms of “next case” (95th percentile), and how much of a core each kind of process used."""

    rate: float
    p95: float
    web: float
    database: float
    operators: float


def step(folder: Path, url: str, operators: list[int], processes: int, pause: float = 0.0) -> Seen:
    """These operators at work for a while."""
    ports = [free_port() for _ in range(processes)]
    running = [_start(folder, url, port) for port in ports]
    try:
        with transaction() as session:
            tokens = [begin_session(session, operator) for operator in operators]
        name = _cookie_name(ports[0])
        people = [_Operator(ports[place % processes], f"{name}={one.token}", one.csrf_token, place) for place, one in enumerate(tokens)]
        with psycopg.connect(url) as connection:
            server = _parent(connection.info.backend_pid)
        return _run(people, pause, [process.pid for process in running], server)
    finally:
        for process in running:
            process.terminate()
            process.wait(20)


def _run(people: list["_Operator"], pause: float, web: list[int], server: int) -> Seen:
    for one in people[: len(web)]:  # what a process does once is not measured
        one.work(time.perf_counter() + WARM)
        one.waits, one.cycles = [], 0.0
    for one in people:
        one.pause = pause
    used = _used(web), _used(_children(server)), _used([os.getpid()])
    begun = time.perf_counter()
    over = begun + SECONDS
    threads = [threading.Thread(target=one.work, args=(over,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = [failure for one in people for failure in one.failures]
    if failures:
        raise RuntimeError(f"{len(failures)} requests failed, the first: {failures[0]}")
    took = time.perf_counter() - begun  # who has asked waits for the answer
    cores = [(now - before) / took for now, before in zip((_used(web), _used(_children(server)), _used([os.getpid()])), used, strict=True)]
    waits = [wait for one in people for wait in one.waits]
    p95 = 1000 * (statistics.quantiles(waits, n=20)[18] if len(waits) > 1 else waits[0])
    return Seen(sum(one.cycles for one in people) / took, p95, *cores)


def _used(processes: list[int]) -> float:
    """Seconds of processor time that these and their ended children have used (0 where the system does not tell)."""
    ticks = 0
    for number in processes:
        with suppress(OSError):
            fields = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += sum(int(each) for each in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _parent(process: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
    return 0


def _children(process: int) -> list[int]:
    """A process and those that it started."""
    others = (int(each.name) for each in Path("/proc").glob("[0-9]*"))
    return [process, *(other for other in others if process and _parent(other) == process)]


class _Operator:
    """One operator at a console: its connection, what it waited for, what failed."""

    def __init__(self, port: int, cookie: str, csrf: str, number: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Cookie": cookie, "X-CSRF-Token": csrf, "Content-Type": "application/json"}
        self.chance = random.Random(number)  # noqa: S311  # a repeatable schedule
        self.enterprise = Enterprise("1", f"operator {number}")
        self.waits: list[float] = []
        self.failures: list[str] = []
        self.cycles = 0.0
        self.pause = 0.0

    def work(self, over: float) -> None:
        """Cycle after cycle; the last one counts by the steps that it came to."""
        try:
            while self._thinks(over):
                for done in self._steps():
                    if not self._thinks(over):
                        self.cycles += done
                        return
                self.cycles += 1
        except (OSError, http.client.HTTPException, KeyError, RuntimeError) as failure:
            self.failures.append(f"{type(failure).__name__}: {failure}"[:300])

    def _thinks(self, over: float) -> bool:
        """Pause before the next request; false where it would come too late."""
        pause = self.chance.uniform(0, 2 * self.pause)
        if time.perf_counter() + pause >= over:
            return False
        time.sleep(pause)
        return True

    def _steps(self) -> Iterator[float]:
        """The cycle; after each step the share of it that is done."""
        begun = time.perf_counter()
        state = self._post("next", {})
        self.waits.append(time.perf_counter() - begun)
        yield 1 / (ANSWERS + 5)
        state = self._post("dial", {"phone": None})
        attempt = state["attempt"]["id"]
        for place, word in enumerate(("ringing", "in-progress")):
            self._call_back(attempt, place, word)
        state = self._ask("GET", "/operator/api/state")
        yield 4 / (ANSWERS + 5)
        for number in range(ANSWERS):
            question = state["interview"]["question"] if state["interview"] else None
            if question is None:
                break
            given = {"question": question["name"], "instance": question["instance"], "value": self.enterprise.answer(question)}
            state = self._post("answer", given)
            yield (4 + number) / (ANSWERS + 5)
        outcome = "complete" if "complete" in state["outcomes"] else "broken_off"
        self._post("outcome", {"outcome": outcome, "detail": {"friendly": True}})

    def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask("POST", f"/operator/api/{what}", json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {told[:200]!r}")
        return dict(json.loads(told))

    def _call_back(self, attempt: int, sequence: int, word: str) -> None:
        path = f"/webhooks/twilio/status?attempt={attempt}"
        form = {"CallSid": f"CA{attempt:032d}", "CallStatus": word, "SequenceNumber": str(sequence), "AccountSid": "AC" + "0" * 32}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, urlencode(form), headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status}")


def _start(folder: Path, url: str, port: int) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "DATABASE_URL": url, "SECRET_KEY": "only-for-benchmarks-0123456789-abcdef", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC, "DATA_DIR": str(folder), "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", "--factory", "scripts.operator_benchmarks:web", "--port", str(port), "--log-level", "error"]
    command += ["--timeout-keep-alive", "600"]  # operators who wait keep their connection
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  # our own program
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return process
        time.sleep(0.1)
    raise RuntimeError("the web process did not start")


def _cookie_name(port: int) -> str:
    """What the app calls its session: asked of the page itself."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/log-in")
    answer = connection.getresponse()
    answer.read()
    visit = next(value.split("=", 1)[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
    return visit.rsplit("_", 1)[0] + "_session"
