"""One house as it is started by its own command, and everything that goes wrong in a real one."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from callcenter.people import sessions
from callcenter.simulation.browser import Browser, read_page
from callcenter.simulation.desk import Supervisor
from callcenter.studies.phases import FIELD_ZONE
from tests.factories.console import Console, Person
from tests.factories.house import House, children_of, pid_of, pids_of
from tests.factories.waiting import until

pytestmark = [
    pytest.mark.whole_way,
    pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked up in /proc"),
]
LISTS = Path(__file__).parents[1] / "golden" / "lists"
SECOND = {
    "role": "operator",
    "label": "话务员",
    "username": "operator2",
    "name": "话务员二",
    "unit": None,
    "password": "a second one, by hand",
}
AWAY = "数据库暂时没有应答。已经保存的内容都在，不会丢失；恢复后本页会自动继续。"
SOON = 30.0
"""Seconds within which a page must answer, whatever is away, on a machine with much else to do."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house with two operators and a sample released to them."""
    folder = tmp_path_factory.mktemp("house under fire")
    (folder / "data").mkdir()
    (folder / "data" / "log-ins.json").write_text(json.dumps({"operator2": SECOND}), encoding="utf-8")
    running = House(folder)
    try:
        _release(running)
        yield running
    finally:
        code = running.stop()
    assert code == 0


def _release(house: House) -> None:
    """Freeze, commit, design, draw and release, as the supervisor's pages do it."""
    browser = Browser(house.web, *house.log_in_of("supervisor"))
    browser.log_in()
    desk = Supervisor(browser, _population(house))
    desk.freeze_frame()
    due = datetime.now(FIELD_ZONE) + timedelta(hours=1)
    form = browser.get(desk.workbench).form(r"/commitment$")
    browser.submit(form, public_source="双色球第2026135期", public_due=due.strftime("%Y-%m-%dT%H:%M:%S"))
    desk.fix_design(160, 0.8)
    house.bring_the_public_moment()
    desk.draw()
    desk.release_main()
    browser.close()
    assert house.count("cases") >= 160


def _population(house: House) -> int:
    return int(house.rows("SELECT id FROM populations WHERE code = '4-1'")[0]["id"])


@pytest.fixture
def visitor(house: House) -> Iterator[Callable[[str, str], Person]]:
    """Somebody with a name and a password who has not logged in."""
    opened: list[Person] = []

    def opens(username: str, password: str) -> Person:
        opened.append(Person(house.web, username, password))
        return opened[-1]

    yield opens
    for one in opened:
        one.client.close()


@pytest.fixture
def person(house: House, visitor: Callable[[str, str], Person]) -> Callable[[str], Person]:
    """Logs somebody of a role in."""

    def logged_in(role: str) -> Person:
        opened = visitor(*house.log_in_of(role))
        assert opened.log_in().status_code == 303
        return opened

    return logged_in


@pytest.fixture
def operators(house: House) -> Iterator[tuple[Console, Console]]:
    """Two operators who hold nothing, before and after."""
    first = next(one for one in house.about["log_ins"] if one["username"] == "operator")
    consoles = tuple(Console(house.web, one["username"], one["password"]) for one in (first, SECOND))
    for console in consoles:
        assert console.log_in().status_code == 303
        console.put_down()
    try:
        yield consoles[0], consoles[1]
        for console in consoles:
            console.put_down()
    finally:
        for console in consoles:
            console.client.close()


@pytest.fixture
def operator(operators: tuple[Console, Console]) -> Console:
    return operators[0]


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Seconds that were measured, for those who read the test's output."""

    def tell(**measured: float) -> None:
        for name, seconds in measured.items():
            record_property(name, round(seconds, 1))
            sys.stdout.write(f"{name}: {seconds:.1f} s\n")

    return tell


def words(answer: httpx.Response) -> str:
    return read_page("", answer.status_code, answer.text).words()


@pytest.mark.parametrize(("name", "why"), [("r01_html.xls", "这个文件不是表格"), ("r02_truncated.xlsx", "文件已损坏或没有上传完整")])
def test_a_wrong_file_is_refused_in_a_sentence_and_nothing_is_kept(
    house: House, person: Callable[[str], Person], name: str, why: str
) -> None:
    submitter, upload = person("submitter"), f"/submitter/populations/{_population(house)}"
    submitter.get(upload)
    before = house.count("submissions"), house.count("submission_rows")
    answer = submitter.post(f"{upload}/lists", files={"files": (name, (LISTS / name).read_bytes())}, data={"adds": ""})
    assert answer.status_code == 422
    assert why in words(answer) and "重新上报" in words(answer) and name in words(answer)
    assert "Traceback" not in answer.text
    assert (house.count("submissions"), house.count("submission_rows")) == before
    assert "Traceback" not in house.said and "Traceback" not in (house.folder / "data" / "logs" / "web.log").read_text(encoding="utf-8")


def test_a_wrong_password_is_told_as_an_unknown_name_is_and_soon_stopped(house: House, visitor: Callable[[str, str], Person]) -> None:
    username, right = house.log_in_of("commissioner")
    known, unknown = visitor(username, "wrong"), visitor("nobody-of-this-name", "wrong")
    said = []
    for stranger in (known, unknown):
        for _ in range(5):
            answer = stranger.log_in()
            assert answer.status_code == 401
            assert "用户名或密码不对：请再试一次。" in words(answer)
            assert "wrong" not in answer.text
            said.append(words(answer))
        stopped = stranger.log_in()
        assert stopped.status_code == 429
        assert "输错密码的次数太多" in words(stopped)
        when = datetime.now(FIELD_ZONE) + timedelta(minutes=15)
        near = {f"{when - timedelta(minutes=minutes):%H:%M}" for minutes in range(3)}
        assert any(f"请在 {clock}" in words(stopped) for clock in near), words(stopped)
    assert len(set(said)) == 1
    # Not even the right password goes through until then.
    assert known.log_in(right).status_code == 429
    house.rows("DELETE FROM log_in_attempts WHERE username = %(name)s", {"name": username})
    assert known.log_in(right).status_code == 303


def test_an_ended_session_leads_to_the_log_in_and_back(house: House, person: Callable[[str], Person], operator: Console) -> None:
    supervisor = person("supervisor")
    here = f"/supervisor/lists?population={_population(house)}"
    assert supervisor.get(here).status_code == 200
    _end_session(house, supervisor)
    sent_away = supervisor.get(here)
    assert sent_away.status_code == 303
    log_in = sent_away.headers["location"]
    assert log_in.startswith("/log-in?next=/supervisor/lists")
    assert "登录已过期" in words(supervisor.get(log_in))
    assert supervisor.log_in(at=log_in).headers["location"] == here

    _end_session(house, operator)
    refused = operator.client.get("/operator/api/state")
    assert refused.status_code == 401
    assert refused.json()["why"] == "log_in_needed" and "请重新登录" in refused.json()["about"]
    assert operator.log_in().status_code == 303


def _end_session(house: House, person: Person) -> None:
    token = next(value for name, value in person.client.cookies.items() if name.endswith("_session"))
    hashed = {"token": sessions.token_hash(token)}
    assert house.rows("UPDATE log_ins SET ended_at = now() WHERE token_sha256 = %(token)s RETURNING id", hashed)


def test_a_forged_webhook_changes_nothing_and_alerts_the_supervisor(
    house: House, operator: Console, person: Callable[[str], Person]
) -> None:
    operator.press("next")
    attempt = operator.press("dial", phone=None)["attempt"]
    before = _row_of(house, attempt["id"])
    events = house.rows("SELECT id FROM call_events WHERE sequence = 99")
    forged = {"CallSid": before["call_sid"], "CallStatus": "completed", "SequenceNumber": "99", "CallDuration": "7"}
    address = f"{house.web}/webhooks/twilio/status?attempt={attempt['id']}"
    for headers in ({}, {"X-Twilio-Signature": "bm90IG91cnM="}):
        answer = httpx.post(address, data=forged, headers=headers, trust_env=False)
        assert answer.status_code == 403
        assert "回调签名不正确" in answer.text
    now = _row_of(house, attempt["id"])
    assert (now["ended_at"], now["outcome"], now["call_sid"]) == (None, None, before["call_sid"])
    assert now["state"] not in {"completed", "failed", "canceled"}
    assert house.rows("SELECT id FROM call_events WHERE sequence = 99") == events == []
    alerts = house.rows("SELECT severity FROM alerts WHERE kind = 'webhook_signature' AND closed_at IS NULL")
    assert alerts == [{"severity": "warning"}]
    assert "收到签名不正确的运营商回调" in words(person("supervisor").get("/supervisor"))


def _row_of(house: House, attempt_id: int) -> dict[str, Any]:
    return house.rows("SELECT * FROM attempts WHERE id = %(id)s", {"id": attempt_id})[0]


def test_a_double_click_on_dial_places_one_call(house: House, operator: Console) -> None:
    lease = operator.press("next")["lease"]
    placed = len(_calls_at_carrier(house))
    both = _at_once(lambda: operator.post("/operator/api/dial", json={"phone": None}), 2)
    assert [answer.status_code for answer in both] == [200, 200]
    assert len({answer.json()["attempt"]["id"] for answer in both}) == 1
    of_lease = house.rows("SELECT call_sid FROM attempts WHERE lease_id = %(lease)s", {"lease": lease["id"]})
    calls = _calls_at_carrier(house)
    assert len(of_lease) == 1 and len(calls) == placed + 1
    assert of_lease[0]["call_sid"] in {call["sid"] for call in calls}


def _calls_at_carrier(house: House) -> list[dict[str, Any]]:
    kept = json.loads((house.folder / "data" / "secrets.json").read_text(encoding="utf-8"))
    account = kept["TWILIO_ACCOUNT_SID"], kept["TWILIO_AUTH_TOKEN"]
    address = f"{house.carrier}/2010-04-01/Accounts/{account[0]}/Calls.json?PageSize=1000"
    return list(httpx.get(address, auth=account, trust_env=False).json()["calls"])


def _at_once(act: Callable[[], httpx.Response], times: int) -> list[httpx.Response]:
    return _all_at_once([act] * times)


def _all_at_once(acts: list[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    together = Barrier(len(acts))

    def one(act: Callable[[], httpx.Response]) -> httpx.Response:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_two_operators_are_never_given_the_same_case(operators: tuple[Console, Console]) -> None:
    for _ in range(8):
        # Each of them asks twice at once: four requests for two cases.
        answers = _all_at_once([lambda who=who: who.post("/operator/api/next", json={}) for who in (*operators, *operators)])
        assert [answer.status_code for answer in answers] == [200] * 4
        cases = [answer.json()["lease"]["case_id"] for answer in answers]
        assert cases[:2] == cases[2:] and cases[0] != cases[1]
        for console in operators:
            console.put_down()


def test_web_processes_killed_in_mid_interview_lose_no_answer(house: House, operator: Console, told: Callable[..., None]) -> None:
    before = _some_answers(operator)
    under_way = operator.given(before)
    web = pids_of(house.folder / "data", "callcenter web")
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(_is_taken, operator, under_way)
        for process in web:
            os.kill(process, signal.SIGKILL)
        killed = time.monotonic()
        sent.result()
    until(lambda: len(pids_of(house.folder / "data", "callcenter web") - web) == len(web))
    started = time.monotonic() - killed
    # Whether that answer had arrived nobody knows: the console sends it until it is taken, and it stands there once.
    until(lambda: _is_taken(operator, under_way))
    told(web_started_after=started, interview_goes_on_after=time.monotonic() - killed)
    now = operator.state()
    assert now["interview"]["given"][:-1] == before["interview"]["given"]
    assert now["interview"]["given"][-1]["name"] == under_way["question"]
    versions = "SELECT count(*) AS n FROM answers WHERE attempt_id = %(attempt)s AND question = %(question)s"
    assert house.rows(versions, {"attempt": before["attempt"]["id"], "question": under_way["question"]}) == [{"n": 1}]
    assert (now["lease"]["id"], now["attempt"]["id"]) == (before["lease"]["id"], before["attempt"]["id"])
    _same_interview(operator, now)
    assert "进程 web 意外退出" in house.said


def _is_taken(operator: Console, given: dict[str, Any]) -> bool:
    """Whether an answer was taken; a connection to the killed process breaks, and the console sends again then."""
    try:
        return operator.post("/operator/api/answer", json=given).status_code == 200
    except httpx.TransportError:
        return False


def _some_answers(operator: Console) -> dict[str, Any]:
    """A call that is answered and some questions of its interview; the state then."""
    state = operator.talk()
    for _ in range(4):
        state = operator.answer(state)
    assert len(state["interview"]["given"]) == 4 and state["interview"]["question"]
    return state


def _same_interview(operator: Console, before: dict[str, Any]) -> None:
    """Everything given is there, the next question is shown, and it goes on."""
    state = operator.state()
    assert state["lease"]["id"] == before["lease"]["id"]
    assert state["attempt"]["id"] == before["attempt"]["id"]
    assert state["interview"]["given"] == before["interview"]["given"]
    assert state["interview"]["question"]["name"] == before["interview"]["question"]["name"]
    further = operator.answer(state)
    assert further["interview"]["given"][:-1] == before["interview"]["given"]
    assert len(further["interview"]["given"]) == len(before["interview"]["given"]) + 1


def test_a_database_away_for_ten_seconds_is_told_and_nothing_is_lost(
    house: House, operator: Console, person: Callable[[str], Person], told: Callable[..., None]
) -> None:
    supervisor = person("supervisor")
    before = _some_answers(operator)
    given = operator.given(before)
    time.sleep(0.1)  # what answered this very moment is waited for, as in the middle of a statement (docs/decisions/0018)
    with _stopped(house, seconds=10):  # and until all of these have answered: none waits for its return
        asked = time.monotonic()
        page, answered, health = _all_at_once(
            [
                lambda: supervisor.client.get("/supervisor"),
                lambda: operator.post("/operator/api/answer", json=given),
                lambda: supervisor.client.get("/health"),
            ]
        )
        took = time.monotonic() - asked
        assert [page.status_code, answered.status_code, health.status_code] == [503, 503, 503]
        assert AWAY in words(page) and "away.js" in page.text and page.headers["retry-after"] == "5"
        assert answered.json()["why"] == "database_away" and AWAY in answered.json()["about"]
        assert took < SOON
    back = time.monotonic()
    came_back = datetime.now(UTC)
    until(lambda: supervisor.client.get("/supervisor").status_code == 200)
    page_after = time.monotonic() - back
    _same_interview(operator, before)
    told(away_told_after=took, page_back_after=page_after, scheduler_back_after=_everybody_goes_on(house, came_back))


@contextmanager
def _stopped(house: House, *, seconds: float) -> Iterator[None]:
    """The server stands still for so long: its connections stay open, and nobody answers."""
    server = pid_of(house.folder / "data", "postgres -D")
    os.kill(server, signal.SIGSTOP)
    still = [server, *children_of(server)]
    for process in still[1:]:
        os.kill(process, signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        yield
        time.sleep(max(0, stopped + seconds - time.monotonic()))
    finally:
        for process in reversed(still):
            os.kill(process, signal.SIGCONT)


def _everybody_goes_on(house: House, since: datetime) -> float:
    """Scheduler and worker do what they always do, without anybody's help; the seconds until they were seen to."""
    lines = "SELECT DISTINCT job FROM timetable_runs WHERE started_at > %(since)s AND ok"
    wanted = {"expire_leases", "sweep_calls"}
    took = until(lambda: wanted <= {row["job"] for row in house.rows(lines, {"since": since})}, 90)
    browser, results = Browser(house.web, *house.log_in_of("evaluator")), f"/evaluator/populations/{_population(house)}"
    browser.log_in()
    browser.submit(browser.get(results).form(r"/packages$"))
    browser.close()
    made = "SELECT id FROM jobs WHERE kind = 'export' AND state = 'done' AND finished_at > %(since)s"
    until(lambda: bool(house.rows(made, {"since": since})), 60)
    return took


def test_a_database_killed_is_started_again_and_nothing_is_lost(house: House, operator: Console, told: Callable[..., None]) -> None:
    before = _some_answers(operator)
    server = pid_of(house.folder / "data", "postgres -D")
    port = (house.folder / "data" / "port").read_text(encoding="ascii")
    os.kill(server, signal.SIGKILL)
    killed, came_back = time.monotonic(), datetime.now(UTC)
    statuses = []

    def works_again() -> bool:
        asked = time.monotonic()
        statuses.append(operator.client.get("/operator/api/state").status_code)
        assert time.monotonic() - asked < SOON
        return statuses[-1] == 200

    until(lambda: pid_of(house.folder / "data", "postgres -D") not in (0, server))
    until(works_again)
    took = time.monotonic() - killed
    assert set(statuses) <= {200, 503}
    assert (house.folder / "data" / "port").read_text(encoding="ascii") == port
    assert "数据库意外退出，正在重新启动。" in house.said
    _same_interview(operator, before)
    told(console_works_after=took, scheduler_back_after=_everybody_goes_on(house, came_back))
