"""One house for all browser tests, and a real browser that looks at it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.factories.house import House

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome") if Path(path).exists()), None
)
PATIENCE = 60_000.0
"""Milliseconds that a page may take on a machine with much else to do: only what hangs runs into it."""
expect.set_options(timeout=PATIENCE)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running = House(tmp_path_factory.mktemp("house"))
    yield running
    assert running.stop() == 0


# A module long, not a session: while it is open, its event loop runs in this thread, and any later test
# of the same worker that starts one of its own would fail.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium, and with CI=true no browser test may be skipped")
        pytest.skip("no Chromium here: scripts/test installs it where apt can")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture
def open_as(house: House, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a page of its own, logged in as a role; any error on the page's console fails the test."""
    mistakes: list[str] = []
    contexts = []

    def opened(role: str) -> Page:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=house.web)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: mistakes.append(f"{page.url}: {message.text} {message.location}") if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        username, password = house.log_in_of(role)
        page.goto(house.web)
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/log-in" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert mistakes == []
