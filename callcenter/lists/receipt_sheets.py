"""The sheet with the totals that opens a receipt workbook: how it is written, and how it is known again when the workbook is sent."""

from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

from callcenter.lists.cells import Value, clean
from callcenter.lists.reading.sheets import Sheet
from callcenter.lists.reasons import REASONS

SUMMARY = "核对结果汇总"
POPULATION, SKIPPED = "样本总体", "没有名单的工作表"
ABOUT = ("文件", "文件指纹（SHA-256）", "报送单位", POPULATION, "没有要求填写的列")
COUNTED = {"rows": "读到的行", "accepted": "采用", "warned": "其中有提醒", "duplicate": "重复", "rejected": "退回"}
_AFTER = {*REASONS.values(), SKIPPED}
_LONGEST = 1000
"""More lines than any such sheet has."""


class OwnSheet(NamedTuple):
    """A summary sheet of ours in a file that was sent: its name, and the population that its receipt was of (`4-1 申领…`)."""

    name: str
    population: str


def own_sheet(sheet: Sheet) -> OwnSheet | None:
    """The sheet as ours, where name and every line are as we write them; its rows can still be read afterwards."""
    if sheet.name != SUMMARY:
        return None
    ahead = list(islice(sheet.rows, _LONGEST))
    sheet.rows = chain(ahead, sheet.rows)
    lines = [row.cells for row in ahead if any(clean(cell) for cell in row.cells)]
    return OwnSheet(sheet.name, _told(lines, POPULATION)) if _is_ours(lines) else None


def _is_ours(lines: Sequence[Sequence[Value]]) -> bool:
    """Lines of the file in front, then every count, then reasons and sheets; two columns wide."""
    labels, counts = [clean(line[0]) for line in lines], list(COUNTED.values())
    at = labels.index(counts[0]) if counts[0] in labels else None
    if at is None or any(clean(cell) for line in lines for cell in line[2:]):
        return False
    before, counted, after = labels[:at], labels[at : at + len(counts)], labels[at + len(counts) :]
    numbers = all(isinstance(line[1], int | float) for line in lines[at : at + len(counts)] if len(line) > 1)
    return counted == counts and numbers and set(before) <= {clean(label) for label in ABOUT} and set(after) <= {*map(clean, _AFTER)}


def _told(lines: Sequence[Sequence[Value]], label: str) -> str:
    return next((clean(line[1]) for line in lines if len(line) > 1 and clean(line[0]) == label), "")
