"""Tables as CSV: the same bytes for the same rows, and no cell that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from callcenter.lists.formulas import tamed
from callcenter.studies.phases import FIELD_ZONE

LONGEST_CELL = 32_767
"""What a cell of a spreadsheet can hold."""
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sheet:
    """A table: a name, a header, rows of plain values."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


def plain(value: Any) -> Any:
    """A value as it stands in a cell: moments in field time, lists joined, text that cannot act as a formula."""
    if isinstance(value, datetime):
        return value.astimezone(FIELD_ZONE).isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list | tuple):
        value = " ".join(str(each) for each in value)
    return tamed(value) if isinstance(value, str) else value


def one_line_end(text: str) -> str:
    """As a workbook has it: a carriage return, which forms send at each end of a line, would be shown as `_x000D_`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def fitting_cell(text: str) -> str:
    """As much as a cell holds: it counts signs beyond the basic plane (emoji) as two."""
    if len(text) * 2 <= LONGEST_CELL:
        return text
    data = text.encode("utf-16-le")
    return text if len(data) <= 2 * LONGEST_CELL else data[: 2 * LONGEST_CELL].decode("utf-16-le", errors="ignore")


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark that lets Excel read Chinese."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(sheet.header)
    writer.writerows([plain(value) for value in row] for row in sheet.rows)
    return written.getvalue().encode("utf-8-sig")
