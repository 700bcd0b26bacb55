"""Reading a file as it came: its kind told by content, its sheets, and in each the rows that are data."""

from collections.abc import Iterator

from callcenter.lists.reading import delimited, workbooks
from callcenter.lists.reading.kinds import kind
from callcenter.lists.reading.sheets import Sheet


def sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a file in order; a file that is no spreadsheet is refused."""
    found = kind(data)
    if found == "text":
        yield delimited.sheet(data)
    else:
        yield from workbooks.sheets(data, found)
