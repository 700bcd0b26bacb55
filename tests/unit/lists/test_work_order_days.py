"""Days of a work order's stages, as written or from its dates."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest

from callcenter.lists.verdicts import check
from callcenter.lists.work_orders import mismatch, moment, total_days, written_days


@pytest.mark.parametrize(
    ("value", "days"),
    [
        (3.0, 3),
        ("3", 3),
        ("3天", 3),
        ("3 天", 3),
        ("3个工作日", 3),
        ("约2.5天", 2.5),
        (0, 0),
        (timedelta(hours=36), 1.5),
        ("", None),
        ("半天", None),
        (None, None),
        ("-2", None),
        (date(2022, 5, 1), None),
    ],
)
def test_written_days(value: object, days: float | None) -> None:
    assert written_days(value) == days  # type: ignore[arg-type]  # what readers give


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2022-5-24", "2022-05-24T00:00:00"),
        ("2022/5/24 14:05", "2022-05-24T14:05:00"),
        ("2022.5.24", "2022-05-24T00:00:00"),
        ("2022年5月24日", "2022-05-24T00:00:00"),
        ("2022年5月24日 14时05分", "2022-05-24T14:05:00"),
        ("20220524", "2022-05-24T00:00:00"),
        (20220524.0, "2022-05-24T00:00:00"),
        ("20220524 140500", None),
        ("2022-05-24T14:05:06", "2022-05-24T14:05:06"),
        (date(2022, 5, 24), "2022-05-24T00:00:00"),
        (datetime(2022, 5, 24, 9), "2022-05-24T09:00:00"),  # noqa: DTZ001  # a cell has no zone
        ("2022-13-01", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_moments(value: object, expected: str | None) -> None:
    found = moment(value)  # type: ignore[arg-type]  # what readers give
    assert (found.isoformat() if found else None) == expected


def test_totals() -> None:
    assert total_days([1, None, 2.5], 9) == 3.5
    assert total_days([None, None], 9) == 9
    assert total_days([None], None) is None
    assert not mismatch([1, 2], 3.01)
    assert mismatch([1, 2], 3.02)
    assert mismatch([1, 2], None)
    assert not mismatch([None], None)


def orders(head: list[list[str]], *lines: list[str]) -> list[tuple[list[float | None], float | None, list[str]]]:
    out = io.StringIO()
    csv.writer(out).writerows([*head, *lines])
    return [(row.stage_days, row.total_days, row.reasons) for row in check(out.getvalue().encode()).rows]


FIRST = ["1", "GD1", "甲公司", "王某", "13800000001"]
OTHERS = ["uscc_missing", "district_missing"]


def test_stages_in_one_header_row_numbered_in_chinese() -> None:
    head = [
        "序号",
        "工单号",
        "企业名称",
        "联系人",
        "联系电话",
        "环节一开始时间",
        "环节一完成时间",
        "环节一总时长",
        "环节二开始时间",
        "环节二完成时间",
        "环节二总时长（天）",
        "各环节累计总时长",
    ]
    [found] = orders([head], [*FIRST, "2022-1-1 08:00", "2022-1-2 20:00", "", "2022-1-5", "2022-1-3", "", "1.5"])
    assert found == ([1.5, None], 1.5, OTHERS)  # a finish before its start gives no days


def test_stages_in_two_header_rows_whose_parts_have_no_number() -> None:
    head = [
        ["序号", "工单号", "企业名称", "联系人", "联系电话", "环节1（单位：天）", "", "", "环节2（单位：天）", "", "", "各环节累计总时长"],
        ["", "", "", "", "", "开始时间", "完成时间", "总时长", "开始时间", "完成时间", "总时长", ""],
    ]
    [found] = orders(head, [*FIRST, "2022-1-1", "2022-1-3", "", "", "", "4个工作日", "7"])
    assert found == ([2.0, 4.0], 6.0, [*OTHERS, "stage_total_mismatch"])


def test_a_sheet_without_order_numbers_is_no_work_order_sheet() -> None:
    [found] = orders([["企业名称", "联系人", "联系电话", "环节1总时长"]], ["甲公司", "王某", "13800000001", "3"])
    assert found == ([], None, OTHERS)
