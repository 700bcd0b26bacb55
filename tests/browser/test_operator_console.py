"""The console by keyboard alone, in a real browser against a real server."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Route, expect
from sqlalchemy import text

from callcenter import clock
from callcenter.calls import actions as calls
from callcenter.calls.phone_line import LineEvent
from callcenter.db.engine import statement, transaction
from callcenter.people import actions as people
from callcenter.people.actions import begin_session
from callcenter.settings import Settings
from callcenter.studies.actions import stop_dialling
from callcenter.studies.tables import Study
from callcenter.web.app import create_app
from callcenter.web.live import Listener
from tests.conftest import FieldTime
from tests.factories.calls import PretendedLine
from tests.factories.cases import MadeCases, make_cases, make_operator, make_twins
from tests.factories.interviews import shipped
from tests.factories.waiting import until

VOICE_SDK = """
class Told {
  constructor() { this.heard = {}; }
  on(name, does) { this.heard[name] = does; } tell(name, about) { return this.heard[name]?.(about); }
}
class Call extends Told {
  accept() { this.accepted = true; } reject() { this.rejected = true; }
  mute(is) { this.isMuted = is; this.tell("mute", is); } disconnect() { this.tell("disconnect"); }
}
window.Twilio = { Device: class extends Told {
  constructor(token) { super(); this.tokens = [token]; window.fake = this; }
  register() { this.state = "registered"; this.tell("registered"); return Promise.resolve(); }
  updateToken(token) { this.tokens.push(token); } destroy() { this.state = "destroyed"; }
  ring() { this.call = new Call(); this.tell("incoming", this.call); return this.call.accepted === true; }
} };
"""
"""Stands at the world's end in the place of the carrier's Voice SDK."""


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    objections = [{"says": "怎么知道不是诈骗？", "reply": "号码由各区政府公布。"}]
    with transaction() as session:
        made = make_cases(session, 4, settings={"objections": objections})
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(shipped())})
        assert session.get_one(Study, made.study_id).settings["objections"] == objections
    return made


@pytest.fixture
def app(database_url: str, tmp_path: Path, made: MadeCases) -> FastAPI:
    sdk = tmp_path / "voice-sdk.js"
    sdk.write_text(VOICE_SDK)
    settings = Settings(
        database_url=database_url, secret_key="only-for-tests-0123456789-abcdefghij", data_dir=tmp_path, voice_sdk_file=sdk,
        twilio_account_sid="AC1", twilio_api_key_sid="SK1", twilio_api_key_secret="k" * 32,
    )  # fmt: skip
    made_app = create_app(settings)
    made_app.state.phone_line = PretendedLine()
    return made_app


class Server:
    """A web server that can be stopped and started again at the same address."""

    def __init__(self, app: FastAPI) -> None:
        self.held = socket.socket()  # bound and never listening: nobody else takes the port while the server is stopped
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held.bind(("127.0.0.1", 0))
        self.port = self.held.getsockname()[1]
        self.app, self.address = app, f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.app.state.listener = Listener(self.app.state.settings.database_url.get_secret_value())
        config = uvicorn.Config(self.app, host="127.0.0.1", port=self.port, log_level="warning", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until(lambda: self.server.started, every=0.02)

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(60)
        assert not self.thread.is_alive()
        self.app.state.listener.stop()  # a forced exit leaves it to listen, and to complain in other tests of this worker


@pytest.fixture
def server(app: FastAPI) -> Iterator[Server]:
    running = Server(app)
    running.start()
    yield running
    running.stop()
    running.held.close()


@pytest.fixture
def address(server: Server) -> str:
    return server.address


@pytest.fixture
def page(address: str, app: FastAPI, made: MadeCases, browser: Browser) -> Iterator[Page]:
    with transaction() as session:
        begun = begin_session(session, made.operators[0])
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies([{"name": f"cc_{app.state.instance}_session", "value": begun.token, "url": address}])
    opened = context.new_page()
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    opened.goto(f"{address}/operator")
    expect(opened.locator("#ask")).to_contain_text("按 N 取下一个个案")
    yield opened
    context.close()
    assert problems == []


def carrier_says(*words: str) -> None:
    attempt = statement("SELECT id FROM attempts ORDER BY id DESC LIMIT 1")[0]["id"]
    with transaction() as session:
        for place, word in enumerate(words):
            calls.record_event(session, LineEvent(f"CA{attempt}", place, word, clock.now(), attempt))


def shot(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=str(folder / f"{name}.png"))


def test_a_case_from_next_to_complete_by_keys_alone(page: Page, tmp_path: Path) -> None:
    page.keyboard.press("n")
    expect(page.locator("#who h2")).to_contain_text("天津第")
    shot(page, tmp_path, "1-case")
    page.keyboard.press("d")
    expect(page.locator(".call-state")).to_contain_text("正在拨出")
    carrier_says("ringing", "in-progress")
    expect(page.locator(".call-state")).to_contain_text("通话中")
    expect(page.locator("#say")).to_contain_text("现在方便吗")
    expect(page.locator(".way")).to_have_text("第 1 题")
    shot(page, tmp_path, "2-notice")
    for keys, following in (("1", "请问您这里是"), ("1", "请问办过这项业务吗"), ("1", "具体经办"), ("1", "什么时候办的")):
        page.keyboard.press(keys)
        page.keyboard.press("Enter")
        expect(page.locator("#say")).to_contain_text(following)
    page.keyboard.press("j")  # does not remember
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_contain_text("打个总分")
    expect(page.locator(".way")).to_contain_text("第 6 题，共约")
    shot(page, tmp_path, "3-scale")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#say")).to_contain_text("什么时候办的")
    expect(page.locator(".way")).to_contain_text("第 5 题")
    expect(page.locator(".choice[aria-pressed=true]")).to_contain_text("记不清")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_contain_text("打个总分")
    page.keyboard.press("Enter")  # nothing chosen: the question says what is wrong
    expect(page.locator("#problem")).to_be_visible()
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_contain_text("这些措施您了解吗")
    expect(page.locator("#saved")).to_contain_text("已保存 10:00:00")
    page.keyboard.press("/")
    expect(page.locator("#objections")).to_contain_text("怎么知道不是诈骗")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("取下一个")
    page.keyboard.press("Escape")
    shot(page, tmp_path, "4-later")
    while not page.locator("#typed.figure").count():
        asked = page.inner_text("#say")
        page.keyboard.press("1") if page.locator("#ask .choices:not(.nonanswers) .choice").count() else page.keyboard.type("无")
        page.keyboard.press("Enter")
        page.wait_for_function("asked => document.querySelector('#say')?.innerText !== asked", arg=asked)
    for typed, kept in (("551", "551"), ("3", "3"), ("Escape", "3"), ("4", "4")):  # refused, it is typed over; so after Escape
        page.keyboard.press(typed) if typed == "Escape" else page.keyboard.type(typed)
        if typed == "551":
            page.keyboard.press("Enter")
            expect(page.locator("#problem")).to_contain_text("0")
        expect(page.locator("#typed")).to_have_value(kept)


def test_an_appointment_a_note_and_a_refusal_by_keys(page: Page, tmp_path: Path) -> None:
    page.keyboard.press("n")
    expect(page.locator("#who h2")).to_contain_text("天津第")
    page.keyboard.press("d")
    expect(page.locator(".call-state")).to_contain_text("正在拨出")
    carrier_says("in-progress")
    expect(page.locator("#say")).to_be_visible(timeout=10_000)
    page.keyboard.press("m")
    page.keyboard.type("nd said so")  # letters in a field are text
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("nd said so")
    page.keyboard.press("p")
    for typed in ("李会计", "Tab", "财务", "Tab", "12345", "Enter"):
        page.keyboard.press(typed) if typed in ("Tab", "Enter") else page.keyboard.type(typed)
    expect(page.locator("#contact [data-problem]")).to_contain_text("号码看不懂")
    page.locator("#contact [name=number]").fill("022-23456789转801")
    page.keyboard.press("Enter")
    expect(page.locator("#person")).to_contain_text("李会计 · 财务 · 转 801")
    expect(page.locator(".phone.next")).to_contain_text("022-23456789")
    expect(page.locator("#ask")).to_be_focused()  # not the button: Enter means the question again
    page.keyboard.press("a")
    expect(page.locator("#appointment")).to_be_visible()
    shot(page, tmp_path, "5-appointment")
    expect(page.locator("#appointment [name=at]")).to_have_value("2022-06-02T11:00")
    page.locator("#appointment [name=with_whom]").fill("王经理")
    for refused in ("2020-01-01T10:00", "2022-06-02T23:30"):  # in the past, out of hours: the form stays with what was typed
        page.locator("#appointment [name=at]").fill(refused)
        page.keyboard.press("Enter")
        expect(page.locator("#appointment [data-problem]")).not_to_be_empty()
        expect(page.locator("#appointment [name=at]")).to_have_value(refused)
        expect(page.locator("#appointment [name=at]")).to_be_focused()
        expect(page.locator("#appointment [name=with_whom]")).to_have_value("王经理")
        shot(page, tmp_path, "5-refused")
    page.locator("#appointment [name=at]").fill("2022-06-02T16:00")
    page.keyboard.press("Enter")
    expect(page.locator("#finished")).to_contain_text("已登记：已约定时间。已约 06-02 周四 16:00 · 王经理")
    expect(page.locator("#finished")).to_contain_text("王经理")
    expect(page.locator("#saved")).to_contain_text("已保存 10:00:00")
    assert statement("SELECT note FROM attempts") == [{"note": "nd said so"}]
    page.keyboard.press("n")
    expect(page.locator("#who h2")).to_contain_text("天津第")
    page.keyboard.press("d")
    expect(page.locator(".call-state")).to_contain_text("正在拨出")
    carrier_says("in-progress")
    expect(page.locator("#say")).to_be_visible(timeout=10_000)
    _keys_that_ask_first(page, tmp_path)


def _keys_that_ask_first(page: Page, tmp_path: Path) -> None:
    page.keyboard.press("w")  # asks, as A and R do; Escape leaves
    expect(page.locator("#wrong")).to_contain_text("不属于该企业")
    shot(page, tmp_path, "6-wrong")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.keyboard.press("0")
    expect(page.locator("#silence")).to_contain_text("只有听到提示音、没有人说话时，才能登记为“无法接通”")
    shot(page, tmp_path, "7-silence")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    carrier_says("in-progress", "completed")
    expect(page.locator(".phone.next")).to_contain_text("通过话，结果待登记")
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # on the list itself: it saves what is marked
    expect(page.locator("#ask")).to_contain_text("已登记：明确拒绝")


def talking(page: Page) -> None:
    """On to the first question."""
    page.keyboard.press("n")
    expect(page.locator("#who h2")).to_contain_text("天津第")
    page.keyboard.press("d")
    expect(page.locator(".call-state")).to_contain_text("正在拨出")
    carrier_says("in-progress")
    expect(page.locator("#say")).to_contain_text("现在方便吗")


def hears_only(page: Page) -> None:
    """From here on the page looks at nothing by itself: what it shows, news of the moment has brought."""
    page.add_init_script("const real = setInterval; window.setInterval = (run, every) => every >= 3000 ? 0 : real(run, every);")
    page.reload()
    expect(page.locator("#ask")).to_contain_text("按 N 取下一个个案")


def test_news_alone_brings_the_state_of_the_call(page: Page) -> None:
    hears_only(page)
    talking(page)


def test_an_old_state_that_comes_late_does_not_bring_back_the_question_before(page: Page) -> None:
    hears_only(page)  # the next look of its own would set right what an old one has spoilt
    talking(page)
    held = held_back(page, "state")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_contain_text("请问您这里是")
    let_through(page, held)
    assert "请问您这里是" in page.inner_text("#say")

    before = held_back(page, "state")  # of two looks the later one counts, whichever comes last
    carrier_says("in-progress", "completed")
    expect(page.locator("#call-over")).to_be_visible()
    let_through(page, before)
    assert page.locator("#call-over").is_visible()

    nobody = held_back(page, "incoming")
    page.route("**/operator/api/incoming", lambda route: route.fulfill(json={"calls": [CALLER], "may_take": False}))
    news(page)
    expect(page.locator("#incoming li")).to_have_count(1)
    let_through(page, nobody)
    assert page.locator("#incoming li").count() == 1


CALLER = {"id": 1, "number": "138****1234", "line": "96599966", "waits_seconds": 3, "cases": []}
Held = tuple[Route, APIResponse]


def news(page: Page) -> None:
    for name in ("call", "incoming"):
        page.evaluate("name => document.body.dispatchEvent(new CustomEvent('live:' + name, {detail: {data: 'news'}}))", name)


def held_back(page: Page, what: str) -> Held:
    """An answer that was given and does not come yet."""
    held: list[Held] = []
    first = [True]

    def hold(route: Route) -> None:
        if first:
            first.clear()
            held.append((route, route.fetch()))
        else:
            route.fallback()

    page.route(f"**/operator/api/{what}", hold)
    news(page)
    while not held:
        page.wait_for_timeout(20)
    return held[0]


def let_through(page: Page, held: Held) -> None:
    with page.expect_response(lambda answer: answer.url == held[1].url):
        held[0].fulfill(response=held[1])
    page.evaluate("new Promise((later) => setTimeout(later, 100))")  # the page has read it by now


def test_nothing_is_lost_when_network_page_or_server_go(page: Page, server: Server) -> None:
    talking(page)
    context = page.context
    context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#online")).to_contain_text("连接中断")
    expect(page.locator(".choice[aria-pressed=true]")).to_contain_text("愿意")
    context.set_offline(False)
    expect(page.locator("#say")).to_contain_text("请问您这里是")
    expect(page.locator("#online")).to_contain_text("连接正常")

    page.keyboard.press("2")  # chosen, not entered: the page is closed and opened again
    page.close()
    page = opened_again(context, server)
    expect(page.locator(".choice[aria-pressed=true]")).to_have_attribute("data-digit", "2")
    page.keyboard.press("1")

    context.set_offline(True)  # entered on a dead network, and then the page is closed
    page.keyboard.press("Enter")
    expect(page.locator("#online")).to_contain_text("连接中断")
    page.close()
    context.set_offline(False)
    page = opened_again(context, server)
    expect(page.locator("#say")).to_contain_text("请问办过这项业务吗")

    server.stop()  # the server goes, an answer is given, it comes back
    expect(page.locator("#online")).to_contain_text("连接中断")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    server.start()
    expect(page.locator("#say")).to_contain_text("具体经办")
    given = statement("SELECT question, version, value FROM answers ORDER BY id")
    assert [(row["question"], row["version"], row["value"]) for row in given] == [
        ("notice", 1, "yes"), ("right_enterprise", 1, "yes"), ("handled", 1, "yes"),
    ]  # fmt: skip


PROGRESSIVE = """UPDATE studies SET settings = settings || '{"dialling": {"mode": "preview", "allowed": ["progressive"]}}'"""


def test_a_bundle_ends_matter_by_matter_is_taken_back_and_progressive_mode_dials_by_itself(page: Page, made: MadeCases) -> None:
    with transaction() as session:
        make_twins(session, made)
        session.execute(text("UPDATE questionnaires SET definition = CAST(:d AS jsonb)"), {"d": json.dumps(shipped())})
        session.execute(text(PROGRESSIVE))
    talking(page)
    page.keyboard.press("c")  # the other matter ends otherwise
    other = page.locator("#case-list select")
    expect(other).to_be_focused()
    other.select_option(label="否认办理过该事项")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#told .badge")).to_have_text("否认办理过该事项")
    page.keyboard.press("r")
    page.locator("#refusal button.primary").press("Enter")
    expect(page.locator("#finished")).to_contain_text("已登记：婉拒")
    expect(page.locator("#finished")).to_contain_text("另一项业务：否认办理过该事项")
    assert {row["code"] for row in statement("SELECT code FROM dispositions")} == {"2.112", "3.30"}

    notice = page.locator("#notices .done")
    page.keyboard.press("u")
    expect(notice).to_contain_text("已撤销")
    page.keyboard.press("ArrowLeft")  # a key that the console takes before the page hears of it
    expect(page.locator("#say")).to_contain_text("现在方便吗")
    expect(notice).to_have_count(0)
    page.keyboard.press("r")
    page.locator("#refusal button.primary").press("Enter")
    expect(page.locator("#finished")).to_contain_text("已登记：婉拒")

    page.clock.set_fixed_time(began := datetime.now(UTC))  # the countdown stands still until the clock is moved
    page.locator("#mode").select_option("progressive")
    expect(page.locator("#ask")).to_have_attribute("aria-busy", "false")  # one action at a time: a key before that says nothing
    page.keyboard.press("n")
    countdown = page.locator("#countdown")
    expect(countdown).to_contain_text("秒后自动拨打")
    page.keyboard.press("/")  # who reads a reply is not pressed
    expect(countdown).to_have_text("")
    page.keyboard.press("Escape")
    expect(countdown).to_contain_text("秒后自动拨打")
    calls_before = statement("SELECT count(*) AS calls FROM attempts")[0]["calls"]
    page.clock.set_fixed_time(began + timedelta(seconds=6))
    expect(page.locator(".call-state")).to_contain_text("正在拨出")
    assert statement("SELECT count(*) AS calls FROM attempts")[0]["calls"] == calls_before + 1


def opened_again(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(f"{server.address}/operator")
    expect(page.locator("#say")).to_be_visible()
    return page


def test_a_second_page_is_told_here_and_on_another_machine(
    page: Page, address: str, browser: Browser, app: FastAPI, made: MadeCases
) -> None:
    second = page.context.new_page()
    second.goto(f"{address}/operator")
    _takes_over(page, second)
    second.close()
    with transaction() as session:
        begun = begin_session(session, made.operators[0])
    elsewhere = browser.new_context(locale="zh-CN")
    elsewhere.add_cookies([{"name": f"cc_{app.state.instance}_session", "value": begun.token, "url": address}])
    page.reload()
    expect(page.locator("#ask")).to_contain_text("按 N")
    words: list[Route] = []
    slow = [True]  # the answer of the page that is here is on its way for long

    def pass_on(route: Route) -> None:
        if slow and "taken" in (route.request.post_data or ""):
            words.append(route)
        else:
            route.continue_()

    page.route("**/operator/api/tab", pass_on)
    second = elsewhere.new_page()
    second.clock.install()
    second.goto(f"{address}/operator")
    expect(second.locator("#ask")).to_contain_text("按 N")
    while not words:
        page.wait_for_timeout(20)
    second.clock.fast_forward(10_000)
    slow.clear()
    for word in words:
        word.continue_()
    _takes_over(page, second)
    elsewhere.close()


def _takes_over(page: Page, second: Page) -> None:
    expect(second.locator("#ask")).to_contain_text("已在另一个页面打开")
    second.keyboard.press("Enter")
    expect(second.locator("#ask")).to_contain_text("按 N")
    expect(page.locator("#ask")).to_contain_text("已在另一个页面打开")


def test_a_telephone_in_the_browser_is_rung_muted_hung_up_and_gets_new_tokens(page: Page, app: FastAPI, tmp_path: Path) -> None:
    base = page.url.removesuffix("/operator")
    page.goto(f"{base}/telephone")
    page.select_option("[name=kind]", "browser")
    page.get_by_role("button", name="保存").click()
    said = page.locator("#browser-telephone")
    expect(said).to_have_text("浏览器话机已就绪：请保持本页打开。")
    device = page.evaluate_handle("window.fake")
    page.get_by_role("button", name="接通我的话机").click()
    expect(page.locator("#leg")).to_contain_text("正在呼叫您的话机")
    assert page.evaluate("device => device === window.fake && device.state", device) == "registered"  # the page was not loaded anew
    assert [seat.to for seat in app.state.phone_line.seats] == [f"client:user-{whose()}"]
    assert page.evaluate("fake.ring()")
    expect(said).to_have_text("浏览器话机已接通")
    page.evaluate("window.first = fake.call; fake.ring()")
    assert page.evaluate("fake.call.rejected") is True  # one talk at a time
    page.keyboard.press("m")
    expect(said).to_contain_text("您已静音")
    assert page.evaluate("first.isMuted") is True
    shot(page, tmp_path, "telephone")
    page.keyboard.press("m")
    expect(said).to_have_text("浏览器话机已接通")
    page.route("**/telephone/token", lambda route: route.abort(), times=1)
    page.evaluate("fake.tell('tokenWillExpire')")
    until(lambda: page.evaluate("fake.tokens.length") == 2)  # asked for until it comes
    page.keyboard.press("h")
    expect(said).to_have_text("浏览器话机已就绪：请保持本页打开。")
    page.evaluate("fake.tell('error', {code: 31205})")
    expect(said).to_contain_text("允许使用麦克风，或改用其他话机。 (31205)")


def whose() -> int:
    return int(statement("SELECT user_id FROM audio_places")[0]["user_id"])


def test_a_call_is_transferred_by_keys_and_a_stop_is_told_while_it_runs(
    page: Page, app: FastAPI, made: MadeCases, browser: Browser, tmp_path: Path
) -> None:
    address = page.url.removesuffix("/operator")
    with transaction() as session:
        other = make_operator(session, "other")
        people.enter(session, other, "ready")
        begun = begin_session(session, other)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies([{"name": f"cc_{app.state.instance}_session", "value": begun.token, "url": address}])
    second = context.new_page()
    second.goto(f"{address}/operator")
    hears_only(second)
    hears_only(page)
    page.keyboard.press("n")
    expect(page.locator("#who h2")).to_contain_text("天津第")
    page.keyboard.press("d")
    expect(page.locator(".call-state")).to_contain_text("正在拨出")
    carrier_says("ringing", "in-progress")
    with transaction() as session:
        calls.record_machine(session, 1, "CA1", "machine")
    expect(page.locator("#heard")).to_contain_text("可能是语音信箱")
    page.keyboard.press("=")
    expect(page.locator("#transfer-list .choice")).to_have_text(["1other"])
    shot(page, tmp_path, "transfer")
    page.keyboard.press("1")
    expect(page.locator("#transferring")).to_contain_text("正在等 other 接听转接")
    expect(second.locator("#offer")).to_contain_text("请您加入通话")
    second.keyboard.press("1")
    expect(page.locator("#transferring")).to_contain_text("other 已加入通话")
    expect(second.locator("#offer")).to_contain_text("通话中")
    with transaction() as session:
        stop_dialling(session, made.study_id, "有投诉", None)
    expect(page.locator("#stopped")).to_contain_text("有投诉。正在进行的电话可以照常问完")
    page.keyboard.press("=")
    page.keyboard.press("1")
    expect(second.locator("#say")).to_contain_text("现在方便吗")
    expect(second.locator("#stopped")).to_contain_text("有投诉")
    expect(page.locator("#ask")).to_contain_text("本调查已停止拨打")
    shot(second, tmp_path, "taken-over")
    context.close()
