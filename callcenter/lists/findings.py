"""What a list lacks of what its population asks. It stands beside the verdicts and changes none: a department is told, no row is lost."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from callcenter.lists import columns
from callcenter.lists.asks import Asks
from callcenter.lists.cells import clean, raw_text
from callcenter.lists.columns import Layout, header_name
from callcenter.lists.periods import Dated, dated, dated_in_text, together
from callcenter.lists.reading.tables import DataRow
from callcenter.lists.work_orders import moment

_OF_DATES = re.compile("时间|日期")
_NUMBER = re.compile(r"\d{1,7}")
_MOST_GROUPS = 2000
_LEAST_BEGINNING = 3
"""Shorter names are found only whole: too much begins alike."""


class Note(NamedTuple):
    """What is to be said of one row: which asked columns it leaves empty, and the dates of its matter."""

    missing: tuple[str, ...]
    dated: Dated | None


@dataclass(slots=True)
class _Places:
    """Where the asked columns of a table stand."""

    asked: list[tuple[str, list[int]]]
    """Those that the table has."""
    dates: list[int]
    texts: list[int]
    ordinals: list[int]
    group: list[int]
    finishes: list[int]


@dataclass
class Findings:
    """What was found in all rows of a file."""

    rows: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    """Asked column → rows of tables that do not have it at all."""
    missing: Counter[str] = field(default_factory=Counter)
    """Asked column → rows that leave it empty, whether or not their table has it."""
    dated: int = 0
    highest_ordinal: int = 0
    """The sum over all tables of the highest running number."""
    groups: Counter[str] = field(default_factory=Counter)
    notes: dict[int, Note] = field(default_factory=dict)
    """Number of the row → its note, for rows that have one."""

    def stored(self) -> dict[str, Any]:
        """As it is kept with the submission; the notes are kept row by row."""
        return {
            "rows": self.rows,
            "lacking": [name for name, rows in self.lacking.items() if rows == self.rows],
            "missing": dict(self.missing),
            "dated": self.dated,
            "highest_ordinal": self.highest_ordinal,
            "groups": dict(self.groups.most_common(_MOST_GROUPS)),
        }


class Look:
    """Looks at each data row in turn, beside the judge."""

    def __init__(self, asks: Asks) -> None:
        self.asks = asks
        self.found = Findings()
        self._layout: Layout | None = None
        self._places: _Places | None = None
        self._ordinal = 0
        self._alike: dict[Note, Note] = {}

    def __call__(self, row: DataRow) -> None:
        """Take the next data row of the file."""
        if row.layout is not self._layout:
            self._open(row.layout)
        places = self._places
        assert places is not None  # noqa: S101  # opened above
        self.found.rows += 1
        missing = self._missing(row, places)
        when = self._dated(row, places) if self.asks.dates else None
        self._count(row, places)
        if when:
            self.found.dated += 1
        if missing or when:
            note = Note(missing, when)
            self.found.notes[self.found.rows] = self._alike.setdefault(note, note)

    def finish(self) -> Findings:
        """All that was found; no row comes after."""
        self.found.highest_ordinal += self._ordinal
        self._ordinal = 0
        return self.found

    def _open(self, layout: Layout) -> None:
        self.finish()
        self._layout, self._places = layout, _places(layout, self.asks)

    def _missing(self, row: DataRow, places: _Places) -> tuple[str, ...]:
        """Asked columns of the row's table that the row leaves empty; those that the table lacks are counted only."""
        empty = tuple(name for name, at in places.asked if not any(_filled(row, place) for place in at))
        if len(places.asked) < len(self.asks.columns):
            here = {name for name, _ in places.asked}
            for column in self.asks.columns:
                if column.name not in here:
                    self.found.lacking[column.name] += 1
                    self.found.missing[column.name] += 1
        for name in empty:
            self.found.missing[name] += 1
        return empty

    @staticmethod
    def _dated(row: DataRow, places: _Places) -> Dated | None:
        """The dates of the matter: of its own columns, else the last finish of a work order, else what the text says."""
        cells = row.cells
        if places.dates:
            found = together(dated(cells[place]) for place in places.dates if place < len(cells))
            if found:
                return found
        if places.finishes:
            finished = max((at for place in places.finishes if place < len(cells) and (at := moment(cells[place]))), default=None)
            if finished:
                return Dated(finished.date(), finished.date())
        texts = (cells[place] for place in places.texts if place < len(cells))
        return together(dated_in_text(text) for text in texts if isinstance(text, str) and len(text) > 6)

    def _count(self, row: DataRow, places: _Places) -> None:
        cells = row.cells
        for place in places.ordinals:
            if place < len(cells):
                number = _ordinal(cells[place])
                self._ordinal = max(self._ordinal, number)
        for place in places.group:
            value = clean(cells[place]) if place < len(cells) else ""
            if value:
                self.found.groups[value] += 1
                break


def _ordinal(value: Any) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if 0 < value < 10_000_000 else 0
    text = raw_text(value).strip() if value else ""
    return int(text) if _NUMBER.fullmatch(text) else 0


def _filled(row: DataRow, place: int) -> bool:
    value = row.cells[place] if place < len(row.cells) else None
    return _says(value) if isinstance(value, str) else value is not None


@lru_cache(maxsize=8192)
def _says(text: str) -> bool:
    """Whether a text is more than a stand-in for nothing; matters repeat, so most are known."""
    return bool(clean(text))


def places_of(layout: Layout, name: str) -> list[int]:
    """Where a table has the column, under its own name."""
    known = layout.places.get(name)
    return known or [place for place, header in enumerate(layout.names) if header_name(header).startswith(header_name(name))]


def _places(layout: Layout, asks: Asks) -> _Places:
    named: dict[str, list[int]] = {}
    for place, name in enumerate(layout.names):
        named.setdefault(header_name(name).casefold(), []).append(place)
    asked = []
    for column in asks.columns:
        at = layout.places.get(column.name) or _named(named, (column.name, *column.aliases))
        if at:
            asked.append((column.name, at))
    of_stages = {place for stage in layout.stages.values() for place in (stage.start, stage.finish, stage.days) if place is not None}
    known_dates = set(layout.places.get(columns.DATE, []))
    known_dates |= {place for name, at in asked if _OF_DATES.search(name) for place in at}
    finishes = [stage.finish for stage in layout.stages.values() if stage.finish is not None] if layout.work_orders else []
    texts = [*layout.places.get(columns.MATTER, []), *layout.places.get(columns.REMARK, []), *(place for _, at in asked for place in at)]
    return _Places(
        asked=asked,
        dates=sorted(known_dates - of_stages),
        texts=sorted(set(texts) - known_dates),
        ordinals=layout.places.get(columns.ORDINAL, [])[:1],
        group=next((at for name, at in asked if name == asks.group), []) if asks.group else [],
        finishes=finishes,
    )


def _named(named: dict[str, list[int]], names: tuple[str, ...]) -> list[int]:
    """The columns of one of the names; where none is called so, those whose name begins with it (`近两次办理时间1`, `…2`)."""
    wanted = [header_name(clean(name)).casefold() for name in names]
    exact = [place for name in wanted for place in named.get(name, [])]
    longer = tuple(name for name in wanted if len(name) >= _LEAST_BEGINNING)
    return exact or [place for name, at in named.items() if name.startswith(longer) for place in at]


NOT_FILLED, NOT_WITHIN = "没有填写“{column}”", "办理时间不在统计期间内"


def note_texts(missing: Sequence[str], *, outside: bool) -> list[tuple[str, dict[str, str]]]:
    """What is said of a row: sentences, each with what fills it."""
    said = [(NOT_FILLED, {"column": name}) for name in missing]
    return [*said, (NOT_WITHIN, {})] if outside else said
