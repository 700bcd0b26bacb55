"""How long an operator waits for the next question: fifty of them at real web processes over a real PostgreSQL.

Each answers every two seconds, as people who read aloud do not; the web processes, the database and the fifty clients share one machine.
"""

import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from callcenter import clock
from callcenter.call_queue.actions import claim
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineEvent
from callcenter.db import engine
from callcenter.db.local_server import LocalServer
from callcenter.migrations import upgrade
from callcenter.people.actions import begin_session
from callcenter.settings import Settings
from callcenter.simulation.respondents import Enterprise
from callcenter.web.security import instance_of
from scripts.measuring import Measured
from tests.factories.cases import make_cases
from tests.factories.interviews import shipped

OPERATORS, EVERY, QUESTIONS = 50, 2.0, 17
FIRST = 2
"""So many answers of each come while the processes still do what they do once; they are told apart."""
FIELD_TIME = datetime(2022, 6, 2, 2, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


@dataclass
class Seat:
    """An operator in the middle of a call: their session, and how long each answer and each bare request took."""

    token: str
    csrf: str
    answers: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def console() -> list[Measured]:
    """Answer to next question with one web process and with two; a request that reads nothing but the session beside it."""
    return [_with(processes) for processes in (1, 2)]


def _with(processes: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder, LocalServer(Path(folder) / "server") as server:
        upgrade(server.url())
        clock_file = Path(folder) / "clock"
        clock_file.write_text(FIELD_TIME.isoformat(), encoding="ascii")
        settings = Settings(database_url=server.url(), secret_key=hashlib.sha256(folder.encode()).hexdigest(), data_dir=Path(folder))
        clock.plug(lambda: FIELD_TIME)
        engine.connect(server.url())
        seats = _seated()
        engine.disconnect()
        clock.plug(clock.wall_clock)
        with _web(settings, server.url(), clock_file, processes) as (address, pids):
            busy = _busy(pids)
            began = time.perf_counter()
            _all_at_once(seats, address, f"cc_{instance_of(settings)}_session")
            share = (_busy(pids) - busy) / (time.perf_counter() - began)
    return _told(seats, processes, share)


def _told(seats: list[Seat], processes: int, share: float) -> Measured:
    answers, bare = [each for seat in seats for each in seat.answers[FIRST:]], [each for seat in seats for each in seat.bare[FIRST:]]
    first = [each for seat in seats for each in seat.answers[:FIRST]]
    late, other = _p95(answers), _p95(bare)
    what = (
        f"answer to next question over HTTP, {OPERATORS} operators who each answer every {EVERY:g} s, {processes} web "
        f"process{'es' if processes > 1 else ''}, {os.cpu_count()} cores shared with database and clients: 95th of {len(answers)} "
        f"(median {1000 * statistics.median(answers):.0f} ms; the first {FIRST} of each after a start: 95th {1000 * _p95(first):.0f} ms; "
        f"bound by the work of the web processes, {100 * share:.0f} % of one core)"
    )
    return Measured(
        "questionnaire-http", what, "a request that reads only who asks", round(late, 4), round(other, 4), round(late / other, 2)
    )


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[18]


def _seated() -> list[Seat]:
    """Operators whose call has just been answered."""
    document = shipped()
    with engine.transaction() as session:
        made = make_cases(session, OPERATORS, operators=OPERATORS)
        values = {"d": json.dumps(document), "h": hashlib.sha256(json.dumps(document).encode()).hexdigest()}
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb), sha256 = :h"), values)
        session.execute(text("UPDATE lines SET max_concurrent = 100"))
    return [_seat(operator) for operator in made.operators]


def _seat(operator: int) -> Seat:
    lease = claim(operator)
    if lease is None:
        raise RuntimeError("no case for everybody")
    with engine.transaction() as session:
        attempt = calls.begin_attempt(session, lease_id=lease.id, operator_id=operator)
        calls.record_event(session, LineEvent(f"CA{operator}", 0, "in-progress", FIELD_TIME, attempt.id))
        begun = begin_session(session, operator)
    return Seat(begun.token, begun.csrf_token)


@contextmanager
def _web(settings: Settings, url: str, clock_file: Path, processes: int) -> Iterator[tuple[str, list[int]]]:
    with socket.create_server(("127.0.0.1", 0)) as listening, (clock_file.parent / "web.out").open("wb") as out:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        about = {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": url,
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "FIELD_CLOCK_FILE": str(clock_file),
            "PUBLIC_URL": address,
            "TWILIO_BASE_URL": "http://127.0.0.1:9",
            "DATA_DIR": str(clock_file.parent),
        }
        # As `run` does: processes that share a socket which somebody else holds open.
        command = [sys.executable, "-m", "callcenter", "web", "--fd", str(listening.fileno())]
        given: dict[str, Any] = {
            "env": {**os.environ, **about},
            "cwd": ROOT,
            "stdout": out,
            "stderr": out,
            "pass_fds": [listening.fileno()],
        }
        running = [subprocess.Popen(command, **given) for _ in range(processes)]  # noqa: S603  # our own program
        try:
            _wait(address)
            yield address, [each.pid for each in running]
        finally:
            for each in running:
                each.terminate()
            for each in running:
                each.wait(20)


def _wait(address: str) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"{address}/health", trust_env=False).status_code == 200:
                time.sleep(1.0)  # the other process
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the web processes do not answer")


def _busy(pids: list[int]) -> float:
    """Seconds of work that the processes have done."""
    ticks = [Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13] for pid in pids]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


def _all_at_once(seats: list[Seat], address: str, cookie: str) -> None:
    begin = time.monotonic() + 1
    threads = [
        threading.Thread(target=_answer_all, args=(seat, address, cookie, begin + EVERY * place / len(seats)))
        for place, seat in enumerate(seats)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _answer_all(seat: Seat, address: str, cookie: str, begin: float) -> None:
    client = httpx.Client(base_url=address, cookies={cookie: seat.token}, headers={"X-CSRF-Token": seat.csrf}, trust_env=False, timeout=30)
    who = Enterprise("1", "an enterprise")
    with client:
        state = client.get("/operator/api/state").json()
        for number in range(QUESTIONS):
            time.sleep(max(0.0, begin + EVERY * number - time.monotonic()))
            question = state["interview"]["question"]
            if question is None:
                return
            _timed(seat.bare, client.post, "/operator/api/tab", {"word": "taken", "page": "bench"})
            state = _timed(seat.answers, client.post, "/operator/api/answer", _given(who, question)).json()


def _given(who: Enterprise, question: dict[str, Any]) -> dict[str, Any]:
    return {"question": question["name"], "instance": question["instance"], "value": who.answer(question)}


def _timed(took: list[float], post: Any, path: str, body: dict[str, Any]) -> httpx.Response:
    began = time.perf_counter()
    answer: httpx.Response = post(path, json=body)
    took.append(time.perf_counter() - began)
    answer.raise_for_status()
    return answer
