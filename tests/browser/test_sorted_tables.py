"""A table that is on the page as a whole sorts by its heads: by mouse and by keyboard, what is not defined last."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import callcenter

SCRIPT = Path(callcenter.__file__).parent / "web" / "static" / "sorting.js"
HEADS = [("单位", ""), ("数量", "number"), ("比例", "number"), ("日期", ""), ("", "")]
ROWS = [
    ("西青区", "1,200", "9.5 %，19/200", "2022-06-10 周五", "查看"),
    ("–", "–", "–", "–", "查看"),
    ("北辰区", "35", "61.3 %，98/160", "2022-06-09 周四", "查看"),
    ("第10组", "-4.5", "100.0 %，7/7", "2021-12-31 周五", "查看"),
    ("第9组", "<5", "", "", "查看"),
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    heads = "".join(f'<th class="{kind}">{name}</th>' for name, kind in HEADS)
    cells = ("".join(f'<td class="{kind}">{cell}</td>' for cell, (_, kind) in zip(row, HEADS, strict=True)) for row in ROWS)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    page = browser.new_page()
    page.set_content(f'<html lang="zh-CN"><table data-sorts><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></html>')
    page.add_script_tag(path=SCRIPT)
    yield page
    page.close()


def column(page: Page, at: int) -> list[str]:
    return page.locator(f"tbody tr td:nth-child({at + 1})").all_inner_texts()


def test_heads_sort_numbers_words_shares_and_days_with_what_is_not_defined_last(page: Page) -> None:
    assert page.locator("th button").all_inner_texts() == ["单位", "数量", "比例", "日期"], "a column without a name is none to sort by"
    page.click("text=数量")
    assert column(page, 1) == ["-4.5", "<5", "35", "1,200", "–"]
    page.click("text=数量")
    assert column(page, 1) == ["1,200", "35", "<5", "-4.5", "–"]
    page.click("text=比例")
    assert column(page, 2)[:3] == ["9.5 %，19/200", "61.3 %，98/160", "100.0 %，7/7"]
    page.click("text=日期")
    assert column(page, 3) == ["2021-12-31 周五", "2022-06-09 周四", "2022-06-10 周五", "", "–"], "the last two as they stood"
    page.click("text=单位")
    assert column(page, 0) == ["北辰区", "第9组", "第10组", "西青区", "–"], "by sound, numbers in words as numbers"
    assert [head.get_attribute("aria-sort") for head in page.locator("th").all()] == ["ascending", None, None, None, None]


def test_heads_are_reached_and_pressed_by_keyboard_and_keep_the_focus(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert column(page, 1)[0] == "-4.5"
    page.keyboard.press("Space")
    assert column(page, 1)[0] == "1,200"
    assert page.evaluate("document.activeElement.textContent") == "数量"
    assert page.get_attribute("th:nth-child(2)", "aria-sort") == "descending"
