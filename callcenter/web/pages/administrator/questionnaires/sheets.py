"""The sheets of a questionnaire as a page shows them: every row with what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.problems import Problem
from callcenter.questionnaire.reading.columns import canonical_row, cell, texts

LONGEST_CELL = 400
LEADING = {"survey": ("type", "name", "text"), "choices": ("list_name", "name", "label"), "settings": ()}


@dataclass(frozen=True)
class Row:
    """One row: the cells that lead it, the other cells with their headers, its problems."""

    number: int
    cells: tuple[str, ...]
    more: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet; `problems` are of rows that it does not have."""

    name: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    hidden: int = 0


def sheets(document: Mapping[str, Any], problems: list[Problem], language: str, *, only_problems: bool = False) -> list[Sheet]:
    """Survey, choices and settings, in this order; with `only_problems` rows without any are left out and counted."""
    told = [each.in_english() for each in problems] if language == "en" else problems
    found = []
    for name in LEADING:
        mine = [each for each in told if each.sheet == name]
        rows = list(_rows(name, document.get(name), mine, language))
        known = {row.number for row in rows}
        shown = [row for row in rows if row.problems or not only_problems]
        found.append(Sheet(name, tuple(shown), tuple(each for each in mine if each.row not in known), len(rows) - len(shown)))
    others = tuple(each for each in told if each.sheet not in LEADING)
    return [*found, Sheet("", (), others)] if others else found


def _rows(name: str, given: Any, problems: list[Problem], language: str) -> Iterator[Row]:
    listed = given if isinstance(given, list) else [given] if isinstance(given, Mapping) else []
    for number, raw in enumerate(listed, start=2):
        if not isinstance(raw, Mapping):
            continue
        row = canonical_row(raw)
        if not any(cell(row, column) for column in row):
            continue
        text = next((column for column in ("say", "label") if texts(row, column)), "label")
        leading = [_spoken(row, text if column == "text" else column, language) for column in LEADING[name]]
        cells = tuple(_short(cell(row, column)) for column in leading)
        more = tuple((column, _short(cell(row, column))) for column in row if column not in leading and cell(row, column))
        yield Row(number, cells, more, tuple(each for each in problems if each.row == number))


def _spoken(row: Mapping[str, Any], column: str, language: str) -> str:
    """The column itself, or where it is translated the one in `language`."""
    every = texts(row, column)
    found = in_language(every, language)
    name = next((each for each in every if every[each] == found), "")
    return f"{column}::{name}" if name else column


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
