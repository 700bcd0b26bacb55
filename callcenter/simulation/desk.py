"""The people beside the operators: departments that send lists, the supervisor who draws and releases, the evaluator. By pages."""

import re
import time
from collections.abc import Sequence
from datetime import datetime

from callcenter.simulation.browser import Browser, Page, Unplayable
from callcenter.simulation.demo_lists import DemoList
from callcenter.telephony.carrier.respondents import ZONE

PATIENCE_SECONDS = 120.0
LOOK_EVERY = 0.3
PUBLIC_SOURCE = "中国福利彩票双色球第2022061期开奖号码（演示用，非真实号码）"
PUBLIC_VALUE = "03 08 17 21 25 32 + 11"


def wait_for(browser: Browser, address: str, pattern: str, known: Sequence[str] = ()) -> Page:
    """Open a page again and again until it reads as `pattern` wants, what was `known` before aside: somebody else works on it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        page = browser.get(address)
        if set(re.findall(pattern, page.text)) - set(known):
            return page
        if time.monotonic() > give_up:
            raise Unplayable(page, f"waited in vain for {pattern}")
        time.sleep(LOOK_EVERY)


class Supervisor:
    """Freezes the frame, draws in the stated order, releases, and decides on top-ups."""

    def __init__(self, browser: Browser, population_id: int) -> None:
        self.browser = browser
        self.workbench = f"/supervisor/sampling/populations/{population_id}"
        self.population_id = population_id

    def freeze_frame(self) -> None:
        """Merge the lists and freeze them."""
        self.browser.submit(self.browser.get(f"/supervisor/lists/{self.population_id}").form(r"/freeze$"))

    def accept_top_ups(self) -> bool:
        """Accept every open proposal with the number that it offers; whether there was one."""
        accepted = False
        while (page := self.browser.get("/supervisor/sampling/top-ups")).has_form(r"/accept$"):
            self.browser.submit(page.form(r"/accept$"))
            accepted = True
        return accepted

    def commit(self, due: datetime) -> None:
        """Name the public source before anything is frozen."""
        form = self.browser.get(self.workbench).form(r"/commitment$")
        self.browser.submit(form, public_source=PUBLIC_SOURCE, public_due=due.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"))

    def fix_design(self, total: int, response: float) -> None:
        """Freeze sizes: proportional, with rather hopeful rates."""
        form = self.browser.get(self.workbench).form(r"/plan$")
        shown = self.browser.submit(form, method="proportional", total=total, minimum=2, response=response, eligible=0.98, valid=0.97)
        self.browser.submit(shown.form(r"/design$"))

    def draw(self) -> None:
        """Enter the public value and draw."""
        form = self.browser.get(self.workbench).form(r"/public-value$")
        self.browser.submit(form, value=PUBLIC_VALUE)
        self.browser.submit(self.browser.get(self.workbench).form(r"/draw$"))

    def release_main(self) -> None:
        """Put the main sample into the queue."""
        (releases,) = self.browser.get(self.workbench).links_to(r"/draws/\d+/releases$")[:1]
        self.browser.submit(self.browser.get(releases).form(r"/release-main$"))


class Departments:
    """Send their lists and read the receipts."""

    def __init__(self, senders: Sequence[tuple[Browser, DemoList]], population_id: int) -> None:
        self.senders, self.population_id = senders, population_id

    def upload(self) -> None:
        """Every department uploads its list for the population and is shown its receipt."""
        for browser, sent in self.senders:
            form = browser.get(f"/submitter/populations/{self.population_id}").form(r"/lists$")
            receipt = browser.submit(form, files={"files": (sent.file_name, sent.data)})
            wait_for(browser, receipt.address, r"/workbook")


class Evaluator:
    """Has the package made and takes it."""

    def __init__(self, browser: Browser, population_id: int) -> None:
        self.browser, self.population_id = browser, population_id

    def package(self) -> bytes:
        """The package as it is downloaded, once the worker has made it."""
        address, link = f"/evaluator/populations/{self.population_id}", r"/evaluator/packages/\d+"
        before = re.findall(link, self.browser.get(f"{address}/packages").text)  # somebody may have had one made meanwhile
        self.browser.submit(self.browser.get(address).form(r"/packages$"))
        made = wait_for(self.browser, f"{address}/packages", link, before)
        return self.browser.download(next(one for one in made.links_to(link + "$") if one not in before))
