"""What a list lacks of what its population asks. It stands beside the verdicts and changes none: a department is told, no row is lost."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from callcenter.lists import columns
from callcenter.lists.asks import OF_DATES, Asks, find_column
from callcenter.lists.cells import raw_text
from callcenter.lists.columns import Layout, header_name
from callcenter.lists.periods import Dated, dated, dated_in_text, together
from callcenter.lists.reading.stretches import Stretch
from callcenter.lists.work_orders import moment

_NUMBER = re.compile(r"\d{1,7}")
_MOST_GROUPS = 2000
_SHORTEST_DATED = 6


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
    """Looks at the rows of a file, stretch by stretch, beside the judge; most columns are looked through at once."""

    def __init__(self, asks: Asks) -> None:
        self.asks = asks
        self.found = Findings()
        self._layout: Layout | None = None
        self._places: _Places | None = None
        self._ordinal = 0
        self._alike: dict[Note, Note] = {}

    def __call__(self, rows: Stretch) -> None:
        """Take the next data rows of the file."""
        if rows.layout is not self._layout:
            self._open(rows.layout)
        places = self._places
        assert places is not None  # noqa: S101  # opened above
        missing = self._missing(rows, places)
        when = self._dates(rows, places) if self.asks.dates else {}
        self.found.dated += len(when)
        for row in sorted({*missing, *when}):
            note = Note(tuple(missing.get(row, ())), when.get(row))
            self.found.notes[self.found.rows + row + 1] = self._alike.setdefault(note, note)
        for place in places.ordinals:
            self._ordinal = max(self._ordinal, _highest(rows, place))
        if places.group:
            self.found.groups.update(filter(None, rows.texts(places.group[0])))
        self.found.rows += len(rows)

    def finish(self) -> Findings:
        """All that was found; no row comes after."""
        self.found.highest_ordinal += self._ordinal
        self._ordinal = 0
        return self.found

    def _open(self, layout: Layout) -> None:
        self.finish()
        self._layout, self._places = layout, _places(layout, self.asks)

    def _missing(self, rows: Stretch, places: _Places) -> dict[int, list[str]]:
        """Row → asked columns of its table that it leaves empty; those that the table lacks are counted only."""
        empty: dict[int, list[str]] = {}
        for name, at in places.asked:
            for row in _empty_rows(rows, at):
                empty.setdefault(row, []).append(name)
                self.found.missing[name] += 1
        here = {name for name, _ in places.asked}
        for column in self.asks.columns:
            if column.name not in here:
                self.found.lacking[column.name] += len(rows)
                self.found.missing[column.name] += len(rows)
        return empty

    @staticmethod
    def _dates(rows: Stretch, places: _Places) -> dict[int, Dated]:
        """Row → the dates of its matter: of its own columns, else the last finish of a work order, else what the text says."""
        found = _in_texts(rows, places.texts)
        if places.finishes:
            found |= _last_finishes(rows, places.finishes)
        if places.dates:
            columns_of_dates = [[dated(value) for value in rows.columns[place]] for place in places.dates if place < rows.width]
            for row, days in enumerate(zip(*columns_of_dates, strict=True)):
                known = together(days)
                if known:
                    found[row] = known
        return found


def _empty_rows(rows: Stretch, at: Sequence[int]) -> list[int]:
    """The rows that leave all of the columns empty."""
    if len(at) == 1:
        texts = rows.texts(at[0])
        return [row for row, said in enumerate(texts) if not said] if "" in texts else []
    return [row for row, said in enumerate(zip(*map(rows.texts, at), strict=True)) if not any(said)]


def _in_texts(rows: Stretch, at: Sequence[int]) -> dict[int, Dated]:
    """Dates that running text names; the same text is read once, and most texts name none."""
    found: dict[int, Dated] = {}
    for place in at:
        texts = rows.texts(place)
        known = {said: when for said in set(texts) if len(said) > _SHORTEST_DATED and (when := dated_in_text(said))}
        for row, said in enumerate(texts) if known else ():
            if said in known:
                both = together((found.get(row), known[said]))
                found |= {row: both} if both else {}
    return found


def _last_finishes(rows: Stretch, at: Sequence[int]) -> dict[int, Dated]:
    found: dict[int, Dated] = {}
    for row, finishes in enumerate(zip(*(rows.columns[place] for place in at if place < rows.width), strict=True)):
        last = max(filter(None, map(moment, finishes)), default=None)
        if last:
            found[row] = Dated(last.date(), last.date())
    return found


def _highest(rows: Stretch, place: int) -> int:
    """The highest running number of the rows."""
    if place >= rows.width or not len(rows):
        return 0
    if rows.holds_numbers_only(place):
        return _ordinal(max(rows.columns[place]))  # type: ignore[type-var]  # numbers only, as just seen
    return max(map(_ordinal, rows.columns[place]))


def _ordinal(value: Any) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if 0 < value < 10_000_000 else 0
    text = raw_text(value).strip() if value else ""
    return int(text) if _NUMBER.fullmatch(text) else 0


def places_of(layout: Layout, name: str) -> list[int]:
    """Where a table has the column, under its own name."""
    known = layout.places.get(name)
    return known or [place for place, header in enumerate(layout.names) if header_name(header).startswith(header_name(name))]


def _places(layout: Layout, asks: Asks) -> _Places:
    asked = []
    for column in asks.columns:
        at = layout.places.get(column.name) or find_column(layout.names, column)
        if at:
            asked.append((column.name, at))
    of_stages = {place for stage in layout.stages.values() for place in (stage.start, stage.finish, stage.days) if place is not None}
    known_dates = set(layout.places.get(columns.DATE, []))
    known_dates |= {place for name, at in asked if OF_DATES.search(name) for place in at}
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


NOT_FILLED, NOT_WITHIN = "没有填写“{column}”", "办理时间不在统计期间内"


def note_texts(missing: Sequence[str], *, outside: bool) -> list[tuple[str, dict[str, str]]]:
    """What is said of a row: sentences, each with what fills it."""
    said = [(NOT_FILLED, {"column": name}) for name in missing]
    return [*said, (NOT_WITHIN, {})] if outside else said
