"""The main way through the pages: a department's list, the draw, a call with its interview, the board, the package."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from callcenter.studies.phases import FIELD_ZONE
from tests.factories.console import answers_soon
from tests.factories.house import House

LIST = Path(__file__).parents[1] / "golden" / "lists" / "p01_template.xlsx"
POPULATION = "申领使用电子印章的企业"


def test_from_a_list_to_a_package(house: House, open_as: Callable[[str], Page]) -> None:
    _a_department_sends_its_list(open_as("submitter"))
    supervisor = open_as("supervisor")
    _a_supervisor_draws_and_releases(supervisor, house)
    operator = open_as("operator")
    _an_operator_interviews_somebody(operator)
    _the_board_counts_it(supervisor)
    _an_evaluator_takes_the_package_away(open_as("evaluator"))


def _a_department_sends_its_list(page: Page) -> None:
    page.click(f"tr:has-text('{POPULATION}') >> a.button")
    _a_dropped_file_is_listed_and_waits_for_the_button(page)
    page.set_input_files("#files", LIST)
    expect(page.locator(".chosen-files li")).to_have_count(1)
    _a_file_dropped_while_others_are_sent_waits_for_its_turn(page)
    page.click("text=查看回执")
    stats = page.inner_text(".stats")
    assert [int(number) for number in re.findall(r"^(\d+)$", stats, re.MULTILINE)] == [58, 51, 12, 2, 5]


def _a_dropped_file_is_listed_and_waits_for_the_button(page: Page) -> None:
    page.wait_for_load_state("load")  # a script that was put off reads the zone; a person is never this quick
    _drop(page)
    expect(page.locator(".chosen-files li")).to_contain_text("b.csv 2.0 KB")
    assert page.locator("#outcomes p").count() == 0
    page.click(".chosen-files >> text=移除")
    expect(page.locator(".chosen-files li")).to_have_count(0)


def _drop(page: Page) -> None:
    dropped = page.evaluate_handle("() => { const d = new DataTransfer(); d.items.add(new File(['x'.repeat(2048)], 'b.csv')); return d; }")
    page.dispatch_event(".drop-zone", "drop", {"dataTransfer": dropped})


def _a_file_dropped_while_others_are_sent_waits_for_its_turn(page: Page) -> None:
    sent: list[Route] = []
    page.route("**/lists", lambda route: sent.append(route))  # noqa: PLW0108  # Playwright asks a function how many arguments it takes
    page.click("button:has-text('上报')")
    while not sent:
        page.wait_for_timeout(20)
    _drop(page)
    sent[0].continue_()
    expect(page.locator("button.primary:has-text('上报')")).to_be_enabled()
    expect(page.locator(".chosen-files li")).to_contain_text("b.csv")


def _a_supervisor_draws_and_releases(page: Page, house: House) -> None:
    _open_population(page)
    page.fill("[name=public_source]", "双色球第2026135期")
    due = datetime.now(FIELD_ZONE) + timedelta(hours=1)
    page.fill("[name=public_due]", due.strftime("%Y-%m-%dT%H:%M:%S"))
    page.click("button:has-text('登记承诺')")
    page.click("nav >> a[href='/supervisor/deliveries'] >> nth=0")
    page.click("nav >> a[href='/supervisor/lists']")
    page.click(f"tr:has-text('{POPULATION}') >> text=查看")
    page.click("button:has-text('冻结抽样框…')")
    page.click("dialog >> button.primary")
    expect(page.locator("body")).to_contain_text("抽样框已冻结")
    _open_population(page)
    page.fill("[name=total]", "120")
    page.click("button:has-text('冻结这个方案…')")
    expect(page.locator("#fix")).to_contain_text("目标有效样本 120")
    page.click("#fix[open] >> button.primary")
    expect(page.locator("body")).to_contain_text("方案已冻结")
    house.bring_the_public_moment()
    page.reload()
    page.fill("[name=value]", "03 11 19 22 28 31 07")
    page.click("button:has-text('登记公开值')")
    page.click("button:has-text('抽样…')")
    page.click("#draw >> button.primary")
    page.click("button:has-text('释放主样本…')")
    page.click("#release-main >> button.primary")
    expect(page.locator("body")).to_contain_text("话务员现在可以领取")


def _open_population(page: Page) -> None:
    page.click("nav >> a[href='/supervisor/sampling']")
    page.click(f"tr:has-text('{POPULATION}') >> a")


def _an_operator_interviews_somebody(page: Page) -> None:
    """By keyboard alone: one case after the other until somebody answers the whole questionnaire."""
    for _ in range(60):
        if _one_turn(page):
            return
    raise AssertionError("sixty cases were taken and nobody answered the questionnaire")


def _one_turn(page: Page) -> bool:
    """One case by keyboard, given back where nobody would take the call soon: whether it ended as a complete interview."""
    page.keyboard.press("n")
    expect(page.locator("#who h2")).to_be_visible()
    if not _would_answer_soon(page):
        page.keyboard.press("g")
        expect(page.locator("#who h2")).to_have_count(0)
        return False
    page.keyboard.press("d")
    page.keyboard.press("d")  # a double press places one call
    state = page.locator("#call-state .call-state")
    expect(state).not_to_have_class(re.compile("none|placing|queued|ringing"))
    if "answered" in (state.get_attribute("class") or ""):
        _read_the_questionnaire(page)
    expect(page.locator("#offers .first")).to_be_visible()
    complete = "完成" in page.inner_text("#offers .first")
    page.keyboard.press(page.get_attribute("#offers .first", "data-digit") or "")
    expect(page.locator("#who h2")).to_have_count(0)
    return complete


def _would_answer_soon(page: Page) -> bool:
    phones = page.request.get("/operator/api/state").json()["lease"]["phones"]
    return answers_soon(next(one["number"] for one in phones if one["state"] not in {"wrong", "dead"}))


def _read_the_questionnaire(page: Page) -> None:
    """Answers every question as a friendly enterprise would: the first choice, a three, a word."""
    while page.locator("#say").count():
        asked = page.inner_text("#say")
        if page.locator("#typed").count():
            _type_an_answer(page)
        elif page.locator("#ask .choices:not(.nonanswers) .choice").count():
            page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.wait_for_function("asked => document.querySelector('#say')?.innerText !== asked", arg=asked)


def _type_an_answer(page: Page) -> None:
    kind = page.get_attribute("#typed", "type")
    if kind == "date":
        page.fill("#typed", "2022-03-01")
    else:
        page.keyboard.type("3" if page.get_attribute("#typed", "inputmode") == "decimal" else "没有别的意见")


def _the_board_counts_it(page: Page) -> None:
    page.click("nav >> a[href='/boards']")
    expect(page.locator("main")).to_contain_text("完成")


def _an_evaluator_takes_the_package_away(page: Page) -> None:
    page.click(f"a:has-text('{POPULATION}')")
    page.click("button:has-text('生成导出包')")
    with page.expect_download(timeout=90_000) as download:
        page.click("#package-list a:text-is('下载')", timeout=90_000)
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert "manifest.json" in {Path(name).name for name in archive.namelist()}
