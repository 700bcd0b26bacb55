"""The judged rows of a file, kept by columns: a million of them as objects would fill the memory."""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

from callcenter.lists.cells import Value, raw_text
from callcenter.lists.columns import Layout
from callcenter.lists.districts import District
from callcenter.lists.phone_numbers import Phone

ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"
NAME_MISSING, DUPLICATE_ENTERPRISE, PHONE_SHARED = "name_missing", "duplicate_enterprise", "phone_shared"
FAULTS = (NAME_MISSING, "phone_missing", "phone_masked", "phone_invalid")
WARNINGS = (
    "uscc_missing",
    "uscc_invalid",
    "district_missing",
    "district_unknown",
    "contact_missing",
    PHONE_SHARED,
    "stage_total_mismatch",
)
REASONS = (*FAULTS, DUPLICATE_ENTERPRISE, *WARNINGS)
"""In the order in which they are named; a row's reasons are kept as a number with a bit for each."""
BIT = {reason: 1 << place for place, reason in enumerate(REASONS)}
REJECTING = sum(BIT[fault] for fault in FAULTS)
NOT_ACCEPTED = REJECTING | BIT[DUPLICATE_ENTERPRISE]


@dataclass(slots=True)
class JudgedRow:
    """A data row, its normal forms and its verdict. `number` counts the file's data rows from 1."""

    number: int
    sheet: str
    source_row: int
    name: str
    uscc: str
    district: str
    sub_area: str
    contact: str
    phones: list[Phone]
    matter: str
    happened_on: str
    verdict: str
    reasons: list[str]
    duplicate_of: int | None = None
    stage_days: list[float | None] = field(default_factory=list)
    total_days: float | None = None
    cells: dict[str, str] = field(default_factory=dict)


def verdict_of(marks: int) -> str:
    """The verdict that follows from a row's reasons."""
    if marks & REJECTING:
        return REJECTED
    return DUPLICATE if marks & NOT_ACCEPTED else ACCEPTED


def reasons_of(marks: int) -> list[str]:
    """The reasons in their order."""
    return [reason for reason, bit in BIT.items() if marks & bit] if marks else []


class Run(NamedTuple):
    """Judged rows that followed one another in a table; `columns` hold the cells as they came, where they are kept."""

    first: int
    """Place (from 0) of the first among all judged rows."""
    sheet: str
    layout: Layout
    columns: Sequence[Sequence[Value]]


class Normal(NamedTuple):
    """The normal forms of many rows, by columns."""

    source_rows: list[int]
    names: list[str]
    codes: list[str]
    districts: list[District]
    contacts: list[str]
    phones: list[str]
    matters: list[str]
    days: list[str]


class JudgedRows(Sequence[JudgedRow]):
    """All judged rows of a file in order; a row is made when it is asked for. The columns may be read by themselves."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.source_rows = array("I")
        self.names: list[str] = []
        self.codes: list[str] = []
        self.districts: list[District] = []
        self.contacts: list[str] = []
        self.phones: list[str] = []
        """The first number of each row in E.164; empty where there is none."""
        self.more_phones: dict[int, list[Phone]] = {}
        """All numbers of rows that have several, or an extension; by place from 0."""
        self.matters: list[str] = []
        self.days: list[str] = []
        """When each matter was handled."""
        self.marks = array("I")
        """Each row's reasons, a bit for each."""
        self.not_accepted: list[int] = []
        """Places of duplicates and rejected rows."""
        self.duplicate_of: dict[int, int] = {}
        """Place of a duplicate → number of the row that it repeats."""
        self.stages: dict[int, tuple[list[float | None], float | None]] = {}
        """Place of a work order → days of its stages, and in all."""

    def add(self, run: Run, normal: Normal) -> None:
        """Take the next rows; their marks follow."""
        self.runs.append(run)
        self.source_rows.extend(normal.source_rows)
        self.names.extend(normal.names)
        self.codes.extend(normal.codes)
        self.districts.extend(normal.districts)
        self.contacts.extend(normal.contacts)
        self.phones.extend(normal.phones)
        self.matters.extend(normal.matters)
        self.days.extend(normal.days)

    def phones_of(self, place: int) -> list[Phone]:
        """All numbers of a row."""
        several = self.more_phones.get(place)
        if several is not None:
            return several
        return [Phone(self.phones[place])] if self.phones[place] else []

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> JudgedRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[JudgedRow]: ...

    def __getitem__(self, place: int | slice) -> JudgedRow | list[JudgedRow]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        return self._row(self.runs[bisect_right(self.runs, place, key=_first) - 1], place)

    def __iter__(self) -> Iterator[JudgedRow]:
        for run, end in self.spans():
            for place in range(run.first, end):
                yield self._row(run, place)

    def spans(self) -> Iterator[tuple[Run, int]]:
        """Each run and the place before which it ends."""
        ends = [*(run.first for run in self.runs[1:]), len(self)]
        return zip(self.runs, ends, strict=False)  # a list without rows has an end and no run

    def _row(self, run: Run, place: int) -> JudgedRow:
        marks = self.marks[place]
        days, total = self.stages.get(place, ([], None))
        return JudgedRow(
            number=place + 1,
            sheet=run.sheet,
            source_row=self.source_rows[place],
            name=self.names[place],
            uscc=self.codes[place],
            district=self.districts[place].name,
            sub_area=self.districts[place].sub_area,
            contact=self.contacts[place],
            phones=self.phones_of(place),
            matter=self.matters[place],
            happened_on=self.days[place],
            verdict=verdict_of(marks),
            reasons=reasons_of(marks),
            duplicate_of=self.duplicate_of.get(place),
            stage_days=days,
            total_days=total,
            cells=named_cells([column[place - run.first] for column in run.columns], run.layout),
        )

    def totals(self) -> dict[str, Any]:
        """Rows by verdict, and how often each reason occurs."""
        alike = Counter(self.marks)
        verdicts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for marks, rows in alike.items():
            verdicts[verdict_of(marks)] += rows
            for reason in reasons_of(marks):
                reasons[reason] += rows
        return {
            "rows": len(self),
            "accepted": verdicts[ACCEPTED],
            "warned": verdicts[ACCEPTED] - alike[0],
            "duplicate": verdicts[DUPLICATE],
            "rejected": verdicts[REJECTED],
            "reasons": dict(sorted(reasons.items())),
        }


def _first(run: Run) -> int:
    return run.first


def shown_names(layout: Layout, width: int) -> list[str]:
    """The name under which each of `width` columns is kept; a second column of one name gets a number, where both are filled."""
    return [layout.names[place] if place < len(layout.names) and layout.names[place] else f"第{place + 1}列" for place in range(width)]


def named_cells(cells: Sequence[Value], layout: Layout) -> dict[str, str]:
    """The row as it came: header to text; a second filled column of one name gets a number."""
    named: dict[str, str] = {}
    for place, (name, value) in enumerate(zip(shown_names(layout, len(cells)), cells, strict=True)):
        text = raw_text(value)
        if text:
            named[name if name not in named else f"{name} {place + 1}"] = text.replace("\x00", "")
    return named
