"""What is found in the stages of a work order, beside its verdict."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.lists.orders import report
from callcenter.lists.orders.findings import NAMES, NOTICES, SENTENCES, Examiner
from callcenter.lists.orders.lengths import fit
from callcenter.lists.orders.reading import Span, Stage, WorkOrder, orders_of
from callcenter.lists.work_orders import moment
from callcenter.studies.work_calendar import OFFICIAL, WorkCalendar
from tests.factories.lists import work_order_sheet

TODAY = date(2022, 6, 2)


def order(*stages: str, total: float | None = None, number: str = "GD1", source_row: int = 5) -> WorkOrder:
    """An order of stages written `start > finish = days`; an empty part is an empty cell."""
    return WorkOrder(1, "工单", source_row, number, "天津某有限公司", tuple(_stage(n, text) for n, text in enumerate(stages, 1)), total)


def _stage(number: int, text: str) -> Stage:
    times, _, days = text.partition("=")
    start, _, finish = times.partition(">")
    return Stage(number, moment(start.strip()), moment(finish.strip()), float(days) if days.strip() else None)


def found(examined: WorkOrder, calendar: WorkCalendar = OFFICIAL) -> list[tuple[str, int]]:
    return [(finding.code, finding.stage) for finding in Examiner(calendar, TODAY).findings(examined)]


@pytest.mark.parametrize(
    ("examined", "codes"),
    [
        # nothing to say: calendar days, working days, both, hours
        (order("2022-05-23 > 2022-05-25 = 2", total=2), []),
        (order("2022-05-27 > 2022-05-30 = 3", total=3), []),
        (order("2022-05-27 > 2022-05-30 = 1", total=1), []),
        (order("2022-05-23 09:00 > 2022-05-24 21:00 = 1.5", total=1.5), []),
        (order("2022-05-23 09:00 > 2022-05-24 21:00 = 2", total=2), []),  # rounded up
        (order("2022-05-23 > 2022-05-24 = 0.5", total=0.5), []),  # only dates: half days cannot be contradicted
        (order("2022-04-22 > 2022-04-24 = 1", total=1), []),  # the Sunday was worked
        (order("2022-05-23 > 2022-05-25 = 2", "", "2022-05-25 > 2022-05-26 = 1", total=3), []),  # a stage not passed
        # dates
        (order("2022-05-25 > 2022-05-23 = 2", total=2), [("finish_before_start", 1)]),
        (order("2022-05-23 10:00 > 2022-05-23 09:59 = 0", total=0), [("finish_before_start", 1)]),
        (order(" > 2022-05-23 = 2", total=2), [("start_missing", 1)]),
        (order("2022-05-23 > = 2", total=2), [("finish_missing", 1)]),
        (order("= 2", total=2), [("start_missing", 1), ("finish_missing", 1)]),
        (order("2022-06-01 > 2022-06-06 = 5", total=5), [("future_date", 1)]),
        (order("2022-06-01 > 2022-06-02 23:00 = 2", total=2), []),  # today is not the future
        # the written length of a stage
        (order("2022-05-27 > 2022-05-30 = 5", total=3), [("length_differs", 1), ("total_not_sum", 0)]),
        (order("2022-05-23 > 2022-05-25 = 3", total=3), [("length_counts_both_ends", 1)]),
        (order("2022-05-27 > 2022-05-30 = 2", total=2), [("length_counts_both_ends", 1)]),  # Friday and Monday, both worked
        (order("2022-05-23 09:00 > 2022-05-24 21:00 = 1.2", total=1.2), [("length_differs", 1), ("total_not_span", 0)]),
        # the total
        (order("2022-05-23 > 2022-05-25 = 2"), [("total_missing", 0)]),
        (order("2022-05-23 > 2022-05-25", total=5), [("total_not_sum", 0), ("total_not_span", 0)]),
        (order("2022-05-23 > 2022-05-25 = 2", "2022-05-26 > 2022-05-27 = 1", total=3), [("total_not_span", 0)]),
        (order("", "", total=4), []),  # only the total is written: nothing to compare
        # between stages
        (
            order("2022-05-23 > 2022-05-26 = 3", "2022-05-25 > 2022-05-27 = 2", total=5),
            [("starts_before_previous_ended", 2), ("stages_overlap", 2)],
        ),
        (
            order("2022-05-25 > 2022-05-26 = 1", "2022-05-23 > 2022-05-25 = 2", total=3),
            [("starts_before_previous_ended", 2)],  # out of order, but no overlap
        ),
        (
            order("2022-05-23 > 2022-05-31 = 8", "2022-05-23 > 2022-05-24 = 1", "2022-05-25 > 2022-05-26 = 1", total=10),
            [("starts_before_previous_ended", 2), ("stages_overlap", 1), ("stages_overlap", 3), ("total_not_span", 0)],
        ),
        (order("2022-05-23 > 2022-05-24 = 1", "2022-05-26 > 2022-05-27 = 1", total=4), [("gap_between_stages", 2), ("total_not_sum", 0)]),
        (order("2022-05-26 > 2022-05-27 = 1", "2022-05-30 > 2022-05-31 = 1", total=5), [("total_not_sum", 0)]),  # a weekend is no gap
        # the order's number
        (order("2022-05-23 > 2022-05-25 = 2", total=2, number=""), [("order_number_missing", 0)]),
    ],
)
def test_each_contradiction_is_found_and_nothing_else(examined: WorkOrder, codes: list[tuple[str, int]]) -> None:
    assert found(examined) == codes


def test_a_number_that_occurs_again_is_told_with_the_row_where_it_stood() -> None:
    examiner = Examiner(OFFICIAL, TODAY)
    first, again = order("2022-05-23 > 2022-05-25 = 2", total=2), order("2022-05-23 > 2022-05-25 = 2", total=2, source_row=9)
    assert examiner.findings(first) == []
    assert [(finding.code, finding.values) for finding in examiner.findings(again)] == [("order_number_repeated", {"row": 5})]


def test_the_houses_own_days_decide_what_a_working_day_is() -> None:
    examined = order("2022-05-27 > 2022-05-30 = 2", total=2)
    assert found(examined, WorkCalendar(workdays=frozenset({date(2022, 5, 28)}))) == []


def test_a_finding_names_stage_and_values_in_a_sentence() -> None:
    (finding, _) = Examiner(OFFICIAL, TODAY).findings(order("2022-05-27 08:30 > 2022-05-30 08:30 = 7", total=7))
    assert finding.text == "环节1填写 7 天，按起止时间是 3 个自然日、1 个工作日，都不相符"
    assert SENTENCES.keys() == NAMES.keys() and set(NAMES) >= NOTICES


@pytest.mark.parametrize(
    ("written", "start", "finish", "fits"),
    [
        (3, "2022-05-27", "2022-05-30", "calendar"),
        (1, "2022-05-27", "2022-05-30", "working"),
        (2, "2022-05-23", "2022-05-25", "either"),
        (4, "2022-05-27", "2022-05-30", "both_ends"),  # Friday to Monday, every day counted
        (2, "2022-05-27", "2022-05-30", "both_ends"),
        (7, "2022-05-27", "2022-05-30", "neither"),
        (2, "2022-04-29", "2022-05-06", "working"),  # only the 5th and 6th were worked
        (0, "2022-05-23", "2022-05-23", "either"),
        (1, "2022-05-23", "2022-05-23", "both_ends"),
        (3, "0001-01-01", "0001-01-03", "both_ends"),  # no day before the first of all is asked for
    ],
)
def test_a_written_length_tells_how_the_sender_counts(written: float, start: str, finish: str, fits: str) -> None:
    assert fit(written, Span(datetime.fromisoformat(start), datetime.fromisoformat(finish)), OFFICIAL) == fits


def test_a_sheet_is_read_with_its_stages_and_told_line_by_line() -> None:
    rows: list[dict[str, Any]] = [
        {"order": "=GD1", "stages": [("2022-05-27", "2022-05-30", "3天"), ("下周", "2022-05-31", 1)], "total": 4},
        {"order": "GD2", "stages": [("2022-05-27", "2022-05-30", "一天"), ("", "", "")], "total": "1个工作日"},
    ]
    examined = report.examine(orders_of(work_order_sheet(rows, stages=2)), Examiner(OFFICIAL, TODAY))
    assert [one["finding"] for one in report.found(examined)] == ["start_unreadable", "days_unreadable", "total_not_sum"]
    assert examined.totals["findings"] == {"start_unreadable": 1, "days_unreadable": 1, "total_not_sum": 1}
    assert (examined.totals["orders"], examined.totals["stages"], examined.totals["counts_in"]) == (2, 3, "calendar")
    _, *lines = report.lines(examined)
    assert lines[0][2:] == ["'=GD1", "天津某1有限公司", "1", "2022-05-27", "2022-05-30", "3", "3", "1", "calendar", ""]
    assert lines[1][4:] == ["2", "", "2022-05-31", "1", "", "", "", "start_unreadable"]
    assert [line[4] for line in lines] == ["1", "2", "total", "1", "total"]


days = st.datetimes(datetime(2021, 12, 1), datetime(2022, 5, 1))  # noqa: DTZ001  # field-local
lengths = st.floats(0, 60, allow_nan=False)


@given(st.lists(st.tuples(days, lengths), min_size=1, max_size=4), st.booleans())
def test_orders_whose_figures_come_from_their_dates_have_no_arithmetic_fault(stages: list[tuple[datetime, float]], whole: bool) -> None:
    at, made, total = stages[0][0], [], 0.0
    if whole:
        at = datetime(at.year, at.month, at.day)  # noqa: DTZ001  # as above
    for number, (_, span) in enumerate(stages, 1):
        finish = at + timedelta(days=int(span) if whole else span)
        exact = (finish - at) / timedelta(days=1)
        made.append(Stage(number, at, finish, exact))
        at, total = finish, total + exact
    codes = found(WorkOrder(1, "", 1, "GD", "", tuple(made), total))
    assert {code for code, _ in codes} <= {"future_date"}
