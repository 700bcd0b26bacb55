"""The verdict of every row of a list: accepted, duplicate or rejected, and why."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Any, NamedTuple

from callcenter.lists import columns, credit_codes, districts, phone_numbers, work_orders
from callcenter.lists.cells import folded_all
from callcenter.lists.collecting import nothing_to_collect
from callcenter.lists.judged_rows import (
    ACCEPTED,
    BIT,
    DUPLICATE,
    DUPLICATE_ENTERPRISE,
    NAME_MISSING,
    PHONE_SHARED,
    REJECTED,
    WARNINGS,
    JudgedRow,
    JudgedRows,
    Normal,
    Run,
)
from callcenter.lists.reading import better_told, sheets
from callcenter.lists.reading.tables import Stretch, stretches
from callcenter.lists.receipt_sheets import OwnSheet, own_sheet
from callcenter.lists.refusals import ListRefused

__all__ = ["ACCEPTED", "DUPLICATE", "REJECTED", "SHARED_BY", "WARNINGS", "JudgedRow", "ListCheck", "check"]

SHARED_BY = 3
"""So many different enterprises at one number make it an agent's."""


@dataclass(slots=True)
class ListCheck:
    """Every row of a file with its verdict, and the totals."""

    rows: JudgedRows
    skipped_sheets: list[str]
    stages: int = 0
    """The highest stage number of a work-order sheet in the file; 0 where there is none."""

    own_sheet: OwnSheet | None = None
    """The summary of a receipt of ours, where the file is one; it is counted among the skipped sheets like any other."""

    @property
    def receipt(self) -> dict[str, Any]:
        """What is kept of the receipt that the file was, for what is said of it."""
        return {"own_sheets": [self.own_sheet.name], "receipt_of": self.own_sheet.population} if self.own_sheet else {}

    @property
    def totals(self) -> dict[str, Any]:
        """Rows by verdict, sheets without a table, and how often each reason occurs."""
        counted = self.rows.totals()
        reasons = counted.pop("reasons")
        skipped = {"skipped_sheets": len(self.skipped_sheets), "skipped_sheet_names": self.skipped_sheets}
        return {**counted, **skipped, "reasons": reasons}


def _telephones(rows: Stretch) -> phone_numbers.PhoneColumn:
    places = rows.layout.places[columns.PHONE]
    if len(places) == 1:
        return phone_numbers.read_all(rows.texts(places[0]))
    together = zip(*(rows.texts(place) for place in places), strict=True)
    return phone_numbers.read_all(["\n".join(filter(None, texts)) for texts in together])


def _happened_on(rows: Stretch) -> list[str]:
    """When the matters were handled: the column for it, else the last finish of the stages."""
    written = rows.first_filled(columns.DATE)
    if not rows.layout.work_orders:
        return written
    places = [stage.finish for stage in rows.layout.stages.values() if stage.finish is not None and stage.finish < rows.width]
    finishes = zip(*(rows.columns[place] for place in places), strict=True) if places else iter([()] * len(rows))
    return [day or work_orders.last_day(found) for day, found in zip(written, finishes, strict=True)]


def _stages(rows: Stretch) -> Iterator[tuple[list[float | None], float | None, bool]]:
    """Of each row the days by stage, total days, and whether the written total does not fit."""
    highest = max(rows.layout.stages)
    of_stages = [rows.layout.stages.get(number) for number in range(1, highest + 1)]
    places = [place for place in rows.layout.places.get(columns.TOTAL, []) if place < rows.width]
    for cells in zip(*rows.columns, strict=True):
        by_stage = [work_orders.stage_days(cells, stage) if stage else None for stage in of_stages]
        written = next((days for place in places if (days := work_orders.written_days(cells[place])) is not None), None)
        yield by_stage, work_orders.total_days(by_stage, written), work_orders.mismatch(by_stage, written)


class _Place(NamedTuple):
    """What a cell says of the district, the warning, and the enterprises accepted there: folded name → place of the first so named."""

    district: districts.District
    warning: int
    names: dict[str, int]


class _Places(dict[str, _Place]):
    """The place that each text in the district column means; the last few thousand texts."""

    def __init__(self) -> None:
        self.names: dict[str, dict[str, int]] = defaultdict(dict)

    def __missing__(self, written: str) -> _Place:
        if len(self) >= districts.REMEMBERED:
            self.clear()
        found = districts.find(written[: districts.LONGEST])
        warning = 0 if found.known else BIT["district_unknown" if written else "district_missing"]
        self[written] = place = _Place(found, warning, self.names[found.name])
        return place


class _Judge:
    """Judges rows one after the other; remembers the enterprises accepted so far by their place among all rows."""

    def __init__(self, *, persons: bool, keep_cells: bool) -> None:
        self.persons = persons
        self.keep_cells = keep_cells
        self.rows = JudgedRows()
        self.places = _Places()
        self.by_code: dict[str, int] = {}
        """Code → the accepted row that has it or took it from a duplicate."""
        self.by_mobile: dict[tuple[str, str], int] = {}
        """Name and number of an accepted person."""
        self.took: dict[int, str] = {}
        """Accepted row without a code → the code that it took from a duplicate."""

    def judge(self, sheet: str, rows: Stretch) -> None:
        """Add the rows with their verdicts; `phone_shared` waits for the end of the file."""
        first = len(self.rows)
        phones = _telephones(rows)
        written = [code.upper() for code in folded_all(rows.first_filled(columns.USCC))]
        told = list(map(self.places.__getitem__, rows.first_filled(columns.DISTRICT)))
        normal = Normal(
            source_rows=rows.numbers,
            names=folded_all(rows.first_filled(columns.NAME)),
            codes=credit_codes.valid_ones(written),
            districts=[place.district for place in told],
            contacts=rows.first_filled(columns.CONTACT),
            phones=phones.numbers,
            matters=rows.first_filled(columns.MATTER),
            days=_happened_on(rows),
        )
        self.rows.add(Run(first, sheet, rows.layout, rows.columns if self.keep_cells else ()), normal)
        self.rows.more_phones.update((first + place, list(each)) for place, each in phones.more.items())
        faults = {place: BIT[reason] for place, reason in phones.reasons.items()}
        warnings = self._take_stages(first, rows) if rows.layout.work_orders else {}
        self._judge(first, normal, _Found(written, told, faults, warnings))

    def _take_stages(self, first: int, rows: Stretch) -> dict[int, int]:
        """Keep the days of work orders; a warning for rows whose total does not fit."""
        warnings = {}
        for place, (by_stage, total, mismatch) in enumerate(_stages(rows)):
            self.rows.stages[first + place] = (by_stage, total)
            if mismatch:
                warnings[place] = BIT["stage_total_mismatch"]
        return warnings

    def _judge(self, first: int, normal: Normal, found: "_Found") -> None:
        """Mark each row. Nearly all are enterprises with a code, a telephone and a name of their own: these are told at once."""
        by_code, marks = self.by_code, self.rows.marks
        plain = not self.persons and not found.warnings
        columns_read = zip(normal.names, normal.phones, normal.codes, found.told, normal.contacts, strict=True)
        for place, (name, phone, code, (_, warning, names), contact) in enumerate(columns_read, first):
            if plain and code and phone and name and contact and code not in by_code and name not in names:
                by_code[code] = names[name] = place
                marks.append(warning)
            else:
                marks.append(self._marks(place, found, place - first))

    def _marks(self, place: int, found: "_Found", within: int) -> int:
        """The marks of one row: its faults, that it is a duplicate, or its warnings."""
        rows = self.rows
        name, code = rows.names[place], rows.codes[place]
        fault = found.faults.get(within, 0) + (0 if name else BIT[NAME_MISSING])
        if not fault and not self._is_new(place, name, code, found.told[within].names):
            fault = BIT[DUPLICATE_ENTERPRISE]
        if fault:
            rows.not_accepted.append(place)
            return fault
        about_code = 0 if code else BIT["uscc_invalid" if found.written[within] else "uscc_missing"]
        about_contact = 0 if rows.contacts[place] else BIT["contact_missing"]
        return about_code + found.told[within].warning + about_contact + found.warnings.get(within, 0)

    def _is_new(self, place: int, name: str, code: str, names: dict[str, int]) -> bool:
        """Whether the row is none of those accepted before, and remember it; one that is known gains what the row tells."""
        keys = self._person_keys(place, name) if self.persons else []
        earlier = next((self.by_mobile[key] for key in keys if key in self.by_mobile), None) if keys else self._earlier(name, code, names)
        if earlier is not None:
            self._merge(earlier, place, code)
            return False
        self.by_mobile.update(dict.fromkeys(keys, place))
        if not self.persons:
            names.setdefault(name, place)
            if code:
                self.by_code[code] = place
        return True

    def _earlier(self, name: str, code: str, names: dict[str, int]) -> int | None:
        """The accepted row that is the same enterprise.

        Of several of one name only the first can be without a code: any further row without one repeats it.
        """
        if code and code in self.by_code:
            return self.by_code[code]
        known = names.get(name)
        if known is None or (code and (self.rows.codes[known] or known in self.took)):
            return None
        return known

    def _person_keys(self, place: int, name: str) -> list[tuple[str, str]]:
        phones = self.rows.phones_of(place)
        return [(name, number) for number in [phone.number for phone in phones if phone.mobile] or [phones[0].number]]

    def _merge(self, earlier: int, later: int, code: str) -> None:
        """The earlier row gains the later one's telephones and, where it had none, its code."""
        rows = self.rows
        rows.duplicate_of[later] = earlier + 1
        own = rows.phones_of(earlier)
        known = {phone.number for phone in own}
        gained = [phone for phone in rows.phones_of(later) if phone.number not in known]
        if gained:
            rows.more_phones[earlier] = own + gained
        if code and not rows.codes[earlier] and earlier not in self.took:
            self.took[earlier] = code
            self.by_code.setdefault(code, earlier)

    def finish(self) -> JudgedRows:
        """Warn every accepted row that holds a number of three or more enterprises; no row comes after."""
        rows = self.rows
        self.by_code, self.by_mobile, self.places = {}, {}, _Places()
        out = set(rows.not_accepted)
        served = Counter(rows.phones)
        served.subtract(rows.phones[place] for place in out)
        several = {place: phones for place, phones in rows.more_phones.items() if place not in out}
        served.update(phone.number for phones in several.values() for phone in phones[1:])
        shared = {number for number, enterprises in served.items() if enterprises >= SHARED_BY}
        if shared:
            warned = set(compress(range(len(rows)), map(shared.__contains__, rows.phones))) - out
            warned |= {place for place, phones in several.items() if any(phone.number in shared for phone in phones)}
            for place in warned:
                rows.marks[place] |= BIT[PHONE_SHARED]
        return rows


class _Found(NamedTuple):
    """What is known of the rows of a stretch beside their normal forms; the dicts by place in the stretch."""

    written: list[str]
    """The codes, valid or not."""
    told: list[_Place]
    faults: dict[int, int]
    warnings: dict[int, int]


def check(
    data: bytes,
    *,
    file_name: str = "",
    persons: bool = False,
    keep_cells: bool = False,
    progress: Callable[[int], None] | None = None,
    look: Callable[[Stretch], None] | None = None,
) -> ListCheck:
    """Judge every row of the file `data`; `progress` hears the rows done. Raises ListRefused where there is nothing to judge.

    The name decides nothing but what is said of a file that cannot be read. `look` is shown all data rows in order.
    """
    try:
        with nothing_to_collect():
            return _check(data, _Judge(persons=persons, keep_cells=keep_cells), progress, look)
    except ListRefused as refusal:
        raise better_told(refusal, data, file_name) from refusal


def _check(data: bytes, judge: _Judge, progress: Callable[[int], None] | None, look: Callable[[Stretch], None] | None) -> ListCheck:
    skipped, tables, stages, own = [], 0, 0, None
    for sheet in sheets(data):
        own = own_sheet(sheet) or own
        found, together = stretches(sheet, persons=judge.persons)
        if not found:
            skipped.append(sheet.name)
            continue
        tables += 1
        for rows in together:
            judge.judge(sheet.name, rows)
            if look:
                look(rows)
            if rows.layout.work_orders:
                stages = max(stages, *rows.layout.stages)
            if progress:
                progress(len(judge.rows))
    if not tables:
        raise ListRefused("no_table")
    return ListCheck(judge.finish(), skipped, stages, own)
