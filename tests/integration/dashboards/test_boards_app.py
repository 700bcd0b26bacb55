"""The boards' app under its read-only role: who may look, what is shown, renewed for all viewers by one query."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event
from sqlalchemy.exc import ProgrammingError

from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.db.local_server import BOARDS_ROLE
from callcenter.errors import Unavailable
from callcenter.follow_up.actions import keep_forecasts
from callcenter.follow_up.queries import kept_forecast
from callcenter.operations.actions import record
from callcenter.settings import Settings
from callcenter.studies.actions import stop_dialling
from callcenter.web.live import Listener
from dashboards import live
from dashboards.app import create_app
from dashboards.boards import BOARDS
from tests.conftest import Databases, FieldTime
from tests.factories.field_work import WorkedSample, make_worked_sample
from tests.factories.people import Browser, browser, make_user
from tests.factories.sampling import MOMENT

CODES = {"和平区": ["1.1", "1.1", "2.112", ""], "河西区": ["3.13"]}


@pytest.fixture
def boards_url(databases: Databases, database_url: str) -> str:
    return databases.server.url(database_url.rsplit("/", 1)[1], user=BOARDS_ROLE, password=databases.server.boards_password)


@pytest.fixture
def settings(database_url: str, boards_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        boards_database_url=boards_url,
        secret_key="only-for-tests-0123456789-abcdefghij",
        public_url="http://pages",
        data_dir=tmp_path,
    )


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def worked(database_url: str) -> WorkedSample:
    with transaction() as session:
        return make_worked_sample(session, CODES)


@pytest.fixture
def looking(app: FastAPI, worked: WorkedSample, boards_url: str) -> Callable[[str | None], Browser]:
    """A browser of each role; from then on the process is connected as the boards are."""
    roles = ("supervisor", "commissioner", "evaluator", "administrator", "operator", "submitter")
    browsers = {role: browser(app, make_user(role)) for role in roles}
    engine.connect(boards_url, pool_size=3)
    return lambda role: browsers[role] if role else browser(app)


@pytest.mark.parametrize("role", ["supervisor", "commissioner", "evaluator", "administrator"])
def test_those_who_may_see_the_board_with_its_numbers(looking: Callable[..., Browser], field_time: FieldTime, role: str) -> None:
    client = looking(role)
    assert client.get("/").headers["location"] == "/studies/1"
    answer = client.get("/studies/1")
    assert answer.status_code == 200
    for text in ("和平区", "回收率 RR1", "50.0 %，2/4", "40.0 %，2/5", "<script src=", "2022-06-02 周四 10:00"):
        assert text in answer.text
    assert "style-src-attr 'unsafe-inline'" in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text
    numbers = client.get("/studies/1/board.json").json()
    assert numbers["populations"][0]["total"]["released"] == 5


def test_others_are_sent_away(looking: Callable[..., Browser]) -> None:
    for path in ("/", "/studies/1", "/studies/1/board.json", "/studies/1/events"):
        assert looking("operator").get(path).status_code == 403
        assert looking("submitter").get(path).status_code == 403
        assert looking(None).get(path).headers["location"] == "http://pages/log-in"
    asked = looking(None).get("/studies/1/events", headers={"Accept": "text/event-stream"})
    assert asked.status_code == 401


def test_what_is_not_there_is_a_page(looking: Callable[..., Browser]) -> None:
    client = looking("supervisor")
    assert client.get("/studies/99").status_code == 404
    assert client.get("/nothing").status_code == 404
    assert client.get("/supervisor").headers["location"] == "http://pages/supervisor"
    assert client.get("/health").json() == {"status": "ok"}


def test_the_process_cannot_write(looking: Callable[..., Browser]) -> None:
    from sqlalchemy import text

    assert looking("supervisor").get("/studies/1").status_code == 200
    with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
        session.execute(text("UPDATE strata SET target = 0"))


def test_the_files_it_needs_are_served(looking: Callable[..., Browser]) -> None:
    client = looking("supervisor")
    html = client.get("/studies/1").text
    for address in [part.split('"')[0] for part in html.split('src="')[1:]]:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "javascript" in answer.headers["content-type"]


def test_boards_refuse_to_start_without_their_own_role(settings: Settings) -> None:
    with pytest.raises(Unavailable, match="BOARDS_DATABASE_URL"):
        create_app(settings.model_copy(update={"boards_database_url": None}))


def test_a_change_reaches_two_hundred_viewers_by_one_count_and_one_listen(
    worked: WorkedSample, boards_url: str, database_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.05)
    engine.connect(boards_url, pool_size=3)
    listener = Listener(boards_url)
    feeds = live.Feeds(listener)
    feed = feeds.of(worked.drawn.frame.study_id)

    async def play() -> list[list[dict[str, Any]]]:
        viewers = [feeds.of(worked.drawn.frame.study_id).watch(language) for language in ["zh", "zh", "en"] + ["zh"] * 197]
        first = [json.loads((await anext(viewer)).data) for viewer in viewers]
        counted = feed.counted
        with _statements() as asked:
            await asyncio.to_thread(_change, database_url, worked)
            second = [json.loads((await anext(viewer)).data) for viewer in viewers]
            await asyncio.sleep(0.1)
        assert feed.counted == counted + 1 and sum("rate_counters" in statement for statement in asked) == 1, asked
        assert len(asked) < 10, "not one for each who looks"
        assert await asyncio.to_thread(_listening, database_url, BOARDS_ROLE) == 1
        for viewer in viewers:
            await viewer.aclose()
        return [first, second]

    try:
        first, second = asyncio.run(play())
    finally:
        listener.stop()
    assert all(news["html"] != later["html"] for news, later in zip(first, second, strict=True))
    assert "40.0 %，2/5" in first[0]["html"]
    assert "60.0 %，3/5" in second[1]["html"]
    assert "60.0 %, 3/5" in second[2]["html"]
    assert feed.viewers == {}


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Every statement that this process asks of its database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _listening(database_url: str, role: str) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND datname = current_database() AND query LIKE 'LISTEN%%'"
    with psycopg.connect(database_url) as connection:
        found = connection.execute(query, (role,)).fetchone()
    return int(found[0]) if found else 0


def _change(database_url: str, worked: WorkedSample) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO dispositions (case_id, at, code, category, final, source) VALUES (%s, now(), '1.1', 'I', true, 'derived')",
            (worked.cases["和平区"][3],),
        )
        connection.execute("SELECT pg_notify(%s, '')", (f"board_{worked.drawn.frame.study_id}",))


def test_a_database_that_is_away_is_said_and_its_return_counted(
    worked: WorkedSample, boards_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.01)
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    engine.connect(boards_url, pool_size=3)
    listener = Listener(boards_url)
    feed = live.StudyFeed(worked.drawn.frame.study_id, listener)

    async def play() -> list[dict[str, Any]]:
        viewer = feed.watch("zh")
        seen = [json.loads((await anext(viewer)).data)]
        engine.disconnect()
        seen.append(json.loads((await anext(viewer)).data))
        engine.connect(boards_url, pool_size=3)
        seen.append(json.loads((await anext(viewer)).data))
        await viewer.aclose()
        return seen

    try:
        before, away, after = asyncio.run(play())
    finally:
        listener.stop()
    assert "html" in before
    assert away == {"away": True}
    assert "html" in after


@pytest.mark.parametrize("board", BOARDS)
def test_every_board_is_shown_under_the_read_only_role_and_its_tables_taken_away(
    looking: Callable[..., Browser], field_time: FieldTime, board: str
) -> None:
    client = looking("supervisor")
    answer = client.get(f"/studies/1/{board}")
    assert answer.status_code == 200
    assert f'href="/studies/1/{board}" aria-current="page"' in answer.text
    for name in re.findall(r'data-sorts="(\w+)"', answer.text):
        table = client.get(f"/studies/1/{board}/{name}.csv")
        assert table.headers["content-type"].startswith("text/csv") and table.content.startswith(b"\xef\xbb\xbf")
        assert table.text.count(",") >= 2
    assert client.get(f"/studies/1/{board}/none.csv").status_code == 404
    assert client.get("/studies/1/none").status_code == 404
    assert looking("operator").get(f"/studies/1/{board}").status_code == 403


def test_the_boards_agree_with_what_was_worked(
    looking: Callable[..., Browser], database_url: str, boards_url: str, field_time: FieldTime
) -> None:
    client = looking("supervisor")
    assert "还没有预测" in client.get("/studies/1").text
    engine.connect(database_url, pool_size=2)
    with transaction() as session:
        assert keep_forecasts(session) == 0
    assert "没有在电话调查期内的样本" in client.get("/studies/1").text
    window = "SELECT id, 'calling', '', '', '2022-06-01', '2022-06-14', '2022-06-14' FROM stages"
    engine.statement(f"INSERT INTO phases (stage_id, kind, title, description, first_day, last_day, scheduled_last_day) {window}")
    with transaction() as session:
        assert keep_forecasts(session) == 1, "the newest takes the place of the one before"
        field_time.set(field_time.moment + timedelta(minutes=5))
        assert keep_forecasts(session) == 1 and kept_forecast(session, 1).at < field_time.moment, "only calls came since"
        record(session, None, "extend_phase", "phase", 1)
        assert keep_forecasts(session) == 1 and kept_forecast(session, 1).at == field_time.moment
    english = browser(client.app, make_user("supervisor", language="en"))  # type: ignore[arg-type]
    engine.connect(boards_url, pool_size=3)
    page = english.get("/studies/1").text
    assert "Progress" in page and "All cases worked to the end" in page and "回到系统" not in page and "数据质量" not in page
    page = client.get("/studies/1").text
    assert "已停止拨打" not in page and "没有能用的外呼线路" not in page
    assert "拨打到底" in page and "预测于 2022-06-02 周四 10:05（0秒 前）" in page
    population = re.findall(r'data-sorts="(p\d+)"', page)[0]
    progress = client.get(f"/studies/1/progress/{population}.csv").text.splitlines()
    assert progress[1].startswith("和平区,12,2,4,0,3,3,2,2,0.5,0.5,已达目标") and progress[-1].startswith("合计,15,")
    forecast = client.get("/studies/1/progress/forecast.csv").text.splitlines()
    assert forecast[1].startswith("4-1,和平区,2,2,") and forecast[2].startswith("4-1,河西区,")
    strata = client.get("/studies/1/strata/strata.csv").text.splitlines()
    assert strata[1].startswith("4-1,和平区,12,2,4,0,2,1.0,0.5,1")
    field_time.set(MOMENT + timedelta(hours=1))
    operators = client.get("/studies/1/operators/operators.csv").text.splitlines()
    assert "在岗时间（秒）" in operators[0]
    assert len(operators) == 2 and ",4,3,2,1," in operators[1], operators[1]
    quality = client.get("/studies/1/quality/days.csv").text.splitlines()
    assert quality[1].split(",")[1:4] == ["2", "2", "1.0"]
    due = client.get("/studies/1/recalls/due.csv").text.splitlines()
    assert due[1].split(",")[1:] == ["0", "0", "0", "0", "1", "1"]
    field_time.set(MOMENT + timedelta(days=30))
    assert "已结束，比目标少" in client.get("/studies/1").text
    engine.connect(database_url, pool_size=2)
    with transaction() as session:
        stop_dialling(session, 1, "有投诉", None)
        assert {("board_1", ""), ("standstills", "")} <= set(session.info["notices"]), "told to those who look at board and overview"
    engine.statement("INSERT INTO lines (study_id, number, dialled_form, max_concurrent, state) VALUES (1, '1', '1', 1, 'draining')")
    engine.connect(boards_url, pool_size=3)
    page = client.get("/studies/1").text
    assert "已停止拨打" in page and "有投诉" in page and "外呼线路都已停止新呼叫" in page and 'href="/resume/1"' in page
    assert client.get("/resume/1").headers["location"] == "http://pages/supervisor/lines?study=1"
