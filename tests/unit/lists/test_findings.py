"""What a list lacks of what its population asks, and what makes a delivery look picked. Verdicts stay as they are."""

from typing import Any

import pytest

from callcenter.lists.asks import Asks, Column
from callcenter.lists.findings import Findings, Look
from callcenter.lists.stated import Received, Stated, doubts, findings_told, still_open
from callcenter.lists.verdicts import check
from tests.factories.lists import HEAD, code, workbook

CHANNEL = Column("报装渠道", ("渠道", "申请渠道"))


def sheet(*rows: tuple[Any, ...], head: tuple[str, ...] = ()) -> bytes:
    """A list with further columns `head`, one tuple of further values a row."""
    keys = [*HEAD[1:], *head]
    lines = [("东丽区", f"天津某{n}有限公司", code(n), "王某", f"138000{n:05d}", "用水报装", "", *more) for n, more in enumerate(rows, 1)]
    return workbook([dict(enumerate(line)) for line in lines], ("序号", *keys), keys=range(len(keys)))


def looked(data: bytes, asks: Asks) -> Findings:
    look = Look(asks)
    check(data, look=look)
    return look.finish()


def test_a_column_that_is_not_there_is_told_of_the_list() -> None:
    found = looked(sheet((), ()), Asks(columns=(CHANNEL,)))
    assert found.stored()["lacking"] == ["报装渠道"]
    assert found.missing == {"报装渠道": 2}
    assert found.notes == {}  # nothing is said of single rows


def test_empty_cells_are_counted_and_noted_row_by_row() -> None:
    found = looked(sheet(("线上",), ("无",), ("",), head=("报装渠道",)), Asks(columns=(CHANNEL,)))
    assert found.stored()["lacking"] == []
    assert found.missing == {"报装渠道": 2}
    assert {number: note.missing for number, note in found.notes.items()} == {2: ("报装渠道",), 3: ("报装渠道",)}


@pytest.mark.parametrize("name", ["报装渠道（线上/移动端）", "报装 渠道", "渠道", "*申请渠道:", "报装渠道及方式"])
def test_a_column_is_found_under_its_other_names(name: str) -> None:
    assert looked(sheet(("线上",), head=(name,)), Asks(columns=(CHANNEL,))).missing == {}


def test_the_forms_own_columns_can_be_asked_for() -> None:
    asks = Asks(columns=(Column("业务描述"), Column("联系人")))
    assert looked(sheet(()), asks).missing == {}


def test_verdicts_do_not_change_when_somebody_looks() -> None:
    data = sheet(("",), ("",), head=("报装渠道",))
    assert check(data, look=Look(Asks(columns=(CHANNEL,)))).totals == check(data).totals


def test_dates_of_matters_are_kept_for_rows_that_have_them() -> None:
    asks = Asks(period_start="2021-01", period_end="2022-05")
    found = looked(sheet(("2022-03-01",), ("不详",), ("2020年1月",), head=("办理时间",)), asks)
    assert found.dated == 2
    assert {number: str(note.dated and note.dated.earliest) for number, note in found.notes.items()} == {1: "2022-03-01", 3: "2020-01-31"}


def test_dates_are_not_looked_for_where_no_period_is_set() -> None:
    assert looked(sheet(("2022-03-01",), head=("办理时间",)), Asks()).notes == {}


def test_rows_are_counted_by_the_column_that_groups_them() -> None:
    asks = Asks(columns=(Column("所在高校"),), group="所在高校", group_size=2)
    found = looked(sheet(("甲大学",), ("甲大学",), ("乙大学",), head=("所在高校",)), asks)
    assert [doubt.about["told"] for doubt in findings_told(asks, found.stored()) if doubt.code == "groups"] == ["乙大学 1"]


@pytest.mark.parametrize(
    ("total", "rows", "highest", "codes"),
    [
        (None, 73, 73, []),
        (73, 73, 73, []),
        (74, 73, 73, ["differs"]),
        (73, 74, 74, ["differs"]),
        (5000, 73, 73, ["far_below"]),
        (300, 300, 300, ["round"]),
        (None, 50, 50, ["round"]),
        (None, 73, 851, ["gaps"]),  # running numbers to 851 on 73 rows
        (None, 0, 0, []),
    ],
)
def test_a_delivery_that_looks_picked_is_told(total: int | None, rows: int, highest: int, codes: list[str]) -> None:
    received = Received(rows, rows, 0, 0, highest, 1)
    assert [doubt.code for doubt in doubts(Asks(), Stated(total), received)] == codes


def test_where_the_whole_is_not_asked_for_nothing_looks_picked() -> None:
    assert doubts(Asks(whole=False), Stated(5000), Received(300, 300, 0, 0, 900, 1)) == []


def test_what_is_still_open_is_told_until_all_is_given() -> None:
    asks = Asks(columns=(CHANNEL,), period_start="policy-month", period_end="2022-05")
    lacking = {"lacking": ["报装渠道"]}
    one = Received(7, 7, 0, 0, 7, 1)
    assert [doubt.code for doubt in still_open(asks, Stated(), Received(), {})] == ["no_list", "no_total", "no_month"]
    assert [doubt.code for doubt in still_open(asks, Stated(7), one, lacking)] == ["no_month", "lacking"]
    assert still_open(asks, Stated(7, "2021-06"), one, {}) == []
