"""The verdicts as a plain table, one line a data row: what `lists check --rows` writes.

It is read by programs, which compare names: they stand there as they were folded. What people open in a spreadsheet is the receipt, where
text that begins like a formula is marked.
"""

import csv
from collections.abc import Iterator
from typing import TextIO

from callcenter.lists.verdicts import JudgedRow, ListCheck

COLUMNS = ("sheet", "source_row", "enterprise_name", "uscc", "district", "phone_e164", "alternates", "verdict", "reasons")


def days_text(days: float | None) -> str:
    """Days with at most two decimals; empty for none."""
    return "" if days is None else f"{days:.2f}".rstrip("0").rstrip(".")


def _line(row: JudgedRow, stages: int) -> list[str]:
    numbers = [phone.number for phone in row.phones]
    line = [row.sheet, str(row.source_row), row.name, row.uscc, row.district, numbers[0] if numbers else "", ";".join(numbers[1:])]
    line += [row.verdict, ";".join(row.reasons)]
    if stages:
        days = [*row.stage_days, *[None] * (stages - len(row.stage_days))]
        line += [*map(days_text, days), days_text(row.total_days)]
    return line


def lines(check: ListCheck) -> Iterator[list[str]]:
    """The header and then one line for each row; files with work orders have the days of their stages beside."""
    days = [*(f"stage_{stage}_days" for stage in range(1, check.stages + 1)), "total_days"] if check.stages else []
    yield [*COLUMNS, *days]
    for row in check.rows:
        yield _line(row, check.stages)


def write(check: ListCheck, out: TextIO) -> None:
    """Write the table as CSV."""
    csv.writer(out, lineterminator="\n").writerows(lines(check))
