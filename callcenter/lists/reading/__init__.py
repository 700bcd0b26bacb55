"""Reading a file as it came: its kind told by content, its sheets, and in each the rows that are data."""

from collections.abc import Iterator

from callcenter.lists.reading import delimited, workbooks
from callcenter.lists.reading.kinds import UNKNOWN, is_workbook, kind
from callcenter.lists.reading.sheets import Sheet
from callcenter.lists.refusals import ListRefused

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_NOTHING = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Blanks, breaks and byte-order marks: a file of these alone is empty."""


def sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a file in order; a file that is no spreadsheet is refused."""
    found = kind(data)
    if found == "text":
        yield delimited.sheet(data)
    else:
        yield from workbooks.sheets(data) if found == "xlsx" else workbooks.sheets_apart(data)


def refuse_unreadable(data: bytes, file_name: str) -> None:
    """Refuse at once what a first look tells to be no list: before a large file is kept for a worker to read."""
    try:
        kind(data)
    except ListRefused as refusal:
        raise better_told(refusal, data, file_name) from refusal


def better_told(refusal: ListRefused, data: bytes, file_name: str) -> ListRefused:
    """The refusal, said for what the sender believes the file to be: a workbook by its name, or text that holds no table."""
    if not data.strip(_NOTHING):
        return ListRefused("corrupt" if file_name.lower().endswith(_WORKBOOKS) else refusal.why, says="empty")
    unknown = refusal.why in {"no_table", "corrupt"} or refusal.about.get("what") == UNKNOWN
    if not unknown or is_workbook(data) or delimited.looks_like_table(data):
        return refusal
    if file_name.lower().endswith(_WORKBOOKS):
        return ListRefused("corrupt", says="not_excel")
    return ListRefused("no_table", says="plain_text") if refusal.why == "no_table" else refusal
