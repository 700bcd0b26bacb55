"""The verdict of every row of a list: accepted, duplicate or rejected, and why."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.lists import columns, credit_codes, districts, phone_numbers, work_orders
from callcenter.lists.cells import Value, clean, folded, raw_text
from callcenter.lists.columns import Layout
from callcenter.lists.phone_numbers import Phone
from callcenter.lists.reading import better_told, sheets
from callcenter.lists.reading.tables import DataRow, data_rows
from callcenter.lists.refusals import ListRefused

ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"
NAME_MISSING, DUPLICATE_ENTERPRISE = "name_missing", "duplicate_enterprise"
WARNINGS = (
    "uscc_missing",
    "uscc_invalid",
    "district_missing",
    "district_unknown",
    "contact_missing",
    "phone_shared",
    "stage_total_mismatch",
)
SHARED_BY = 3
"""So many different enterprises at one number make it an agent's."""


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


@dataclass(slots=True)
class ListCheck:
    """Every row of a file with its verdict, and the totals."""

    rows: list[JudgedRow]
    skipped_sheets: list[str]
    stages: int = 0
    """The highest stage number of a work-order sheet in the file; 0 where there is none."""

    @property
    def totals(self) -> dict[str, Any]:
        """Rows by verdict, sheets without a table, and how often each reason occurs."""
        verdicts = Counter(row.verdict for row in self.rows)
        reasons = Counter(reason for row in self.rows for reason in row.reasons)
        return {
            "rows": len(self.rows),
            "accepted": verdicts[ACCEPTED],
            "warned": sum(row.verdict == ACCEPTED and bool(row.reasons) for row in self.rows),
            "duplicate": verdicts[DUPLICATE],
            "rejected": verdicts[REJECTED],
            "skipped_sheets": len(self.skipped_sheets),
            "skipped_sheet_names": self.skipped_sheets,
            "reasons": dict(sorted(reasons.items())),
        }


def _first(cells: Sequence[Value], layout: Layout, column: str) -> str:
    """The first filled of the columns of that name."""
    for place in layout.places.get(column, ()):
        text = clean(cells[place]) if place < len(cells) else ""
        if text:
            return text
    return ""


def _telephones(cells: Sequence[Value], layout: Layout) -> phone_numbers.PhoneCell:
    texts = [clean(cells[place]) for place in layout.places[columns.PHONE] if place < len(cells)]
    return phone_numbers.read("\n".join(text for text in texts if text))


def _happened_on(cells: Sequence[Value], layout: Layout) -> str:
    """When the matter was handled: its column, else the last finish of the stages."""
    written = _first(cells, layout, columns.DATE)
    if written or not layout.work_orders:
        return written
    finishes = [cells[stage.finish] for stage in layout.stages.values() if stage.finish is not None and stage.finish < len(cells)]
    moments = [moment for moment in map(work_orders.moment, finishes) if moment]
    return max(moments).date().isoformat() if moments else ""


def _code(cells: Sequence[Value], layout: Layout) -> tuple[str, str]:
    """The valid code or none, and the warning."""
    code = credit_codes.normal(_first(cells, layout, columns.USCC))
    if not code:
        return "", "uscc_missing"
    return (code, "") if credit_codes.is_valid(code) else ("", "uscc_invalid")


def _place(cells: Sequence[Value], layout: Layout) -> tuple[districts.District, str]:
    written = _first(cells, layout, columns.DISTRICT)
    found = districts.find(written)
    return found, "" if found.known else ("district_unknown" if written else "district_missing")


def _named_cells(cells: Sequence[Value], layout: Layout) -> dict[str, str]:
    """The row as it came: header to text; a second column of one name gets a number."""
    named: dict[str, str] = {}
    for place, value in enumerate(cells):
        text = raw_text(value)
        if text:
            name = layout.names[place] if place < len(layout.names) and layout.names[place] else f"第{place + 1}列"
            named[name if name not in named else f"{name} {place + 1}"] = text.replace("\x00", "")
    return named


def _stages(row: DataRow) -> tuple[list[float | None], float | None, bool]:
    """Days by stage, total days, and whether the written total does not fit."""
    if not row.layout.work_orders:
        return [], None, False
    highest = max(row.layout.stages)
    by_stage = [work_orders.stage_days(row.cells, row.layout.stages[n]) if n in row.layout.stages else None for n in range(1, highest + 1)]
    places = row.layout.places.get(columns.TOTAL, [])
    written = next(
        (days for place in places if place < len(row.cells) and (days := work_orders.written_days(row.cells[place])) is not None), None
    )
    return by_stage, work_orders.total_days(by_stage, written), work_orders.mismatch(by_stage, written)


class _Judge:
    """Judges rows one after the other; remembers the enterprises accepted so far."""

    def __init__(self, *, persons: bool, keep_cells: bool) -> None:
        self.persons = persons
        self.keep_cells = keep_cells
        self.rows: list[JudgedRow] = []
        self.by_code: dict[str, JudgedRow] = {}
        self.by_name: dict[tuple[str, str], list[JudgedRow]] = defaultdict(list)
        self.codes: dict[int, str] = {}
        """Row number of an accepted enterprise to the code it has or took from a duplicate."""

    def judge(self, sheet: str, row: DataRow) -> None:
        """Add the row with its verdict; `phone_shared` waits for the end of the file."""
        judged, reason, warnings = self._read(sheet, row)
        faults = [fault for fault in ("" if judged.name else NAME_MISSING, reason) if fault]
        self.rows.append(judged)
        if faults:
            judged.verdict, judged.reasons = REJECTED, faults
            return
        earlier = self._earlier(judged)
        if earlier:
            judged.verdict, judged.reasons, judged.duplicate_of = DUPLICATE, [DUPLICATE_ENTERPRISE], earlier.number
            self._merge(earlier, judged)
            return
        judged.reasons = warnings
        self._remember(judged)

    def _read(self, sheet: str, row: DataRow) -> tuple[JudgedRow, str, list[str]]:
        cells, layout = row.cells, row.layout
        phones = _telephones(cells, layout)
        code, about_code = _code(cells, layout)
        district, about_district = _place(cells, layout)
        contact = _first(cells, layout, columns.CONTACT)
        by_stage, total, mismatch = _stages(row)
        warnings = [about_code, about_district, "" if contact else "contact_missing", "stage_total_mismatch" if mismatch else ""]
        judged = JudgedRow(
            number=len(self.rows) + 1,
            sheet=sheet,
            source_row=row.number,
            name=folded(_first(cells, layout, columns.NAME)),
            uscc=code,
            district=district.name,
            sub_area=district.sub_area,
            contact=contact,
            phones=list(phones.phones),
            matter=_first(cells, layout, columns.MATTER),
            happened_on=_happened_on(cells, layout),
            verdict=ACCEPTED,
            reasons=[],
            stage_days=by_stage,
            total_days=total,
            cells=_named_cells(cells, layout) if self.keep_cells else {},
        )
        return judged, phones.reason, [warning for warning in warnings if warning]

    def _person_keys(self, row: JudgedRow) -> list[tuple[str, str]]:
        mobiles = [phone.number for phone in row.phones if phone.mobile] or [row.phones[0].number]
        return [(row.name, mobile) for mobile in mobiles]

    def _earlier(self, row: JudgedRow) -> JudgedRow | None:
        """The accepted row that is the same enterprise (or person)."""
        if self.persons:
            return next((self.by_name[key][0] for key in self._person_keys(row) if self.by_name.get(key)), None)
        if row.uscc and row.uscc in self.by_code:
            return self.by_code[row.uscc]
        same_name = self.by_name.get((row.name, row.district), ())
        return next((known for known in same_name if not row.uscc or not self.codes.get(known.number)), None)

    def _merge(self, earlier: JudgedRow, later: JudgedRow) -> None:
        """The earlier row gains the later one's telephones and, where it had none, its code."""
        known = {phone.number for phone in earlier.phones}
        earlier.phones += [phone for phone in later.phones if phone.number not in known]
        if later.uscc and not self.codes.get(earlier.number):
            self.codes[earlier.number] = later.uscc
            self.by_code.setdefault(later.uscc, earlier)

    def _remember(self, row: JudgedRow) -> None:
        if self.persons:
            for key in self._person_keys(row):
                self.by_name[key].append(row)
            return
        self.by_name[row.name, row.district].append(row)
        if row.uscc:
            self.codes[row.number] = row.uscc
            self.by_code[row.uscc] = row

    def mark_shared(self) -> None:
        """Warn every accepted row that holds a number of three or more enterprises."""
        accepted = [row for row in self.rows if row.verdict == ACCEPTED]
        served = Counter(number for row in accepted for number in {phone.number for phone in row.phones})
        shared = {number for number, enterprises in served.items() if enterprises >= SHARED_BY}
        for row in accepted if shared else ():
            if any(phone.number in shared for phone in row.phones):
                row.reasons = sorted([*row.reasons, "phone_shared"], key=WARNINGS.index)


def check(
    data: bytes,
    *,
    file_name: str = "",
    persons: bool = False,
    keep_cells: bool = False,
    progress: Callable[[int], None] | None = None,
    look: Callable[[DataRow], None] | None = None,
) -> ListCheck:
    """Judge every row of the file `data`; `progress` hears the rows done. Raises ListRefused where there is nothing to judge.

    The name decides nothing but what is said of a file that cannot be read. `look` is shown each data row in order.
    """
    try:
        return _check(data, persons=persons, keep_cells=keep_cells, progress=progress, look=look)
    except ListRefused as refusal:
        raise better_told(refusal, data, file_name) from refusal


def _check(
    data: bytes, *, persons: bool, keep_cells: bool, progress: Callable[[int], None] | None, look: Callable[[DataRow], None] | None
) -> ListCheck:
    judge, skipped, tables, stages = _Judge(persons=persons, keep_cells=keep_cells), [], 0, 0
    for sheet in sheets(data):
        found, rows = data_rows(sheet, persons=persons)
        if not found:
            skipped.append(sheet.name)
            continue
        tables += 1
        for row in rows:
            judge.judge(sheet.name, row)
            if look:
                look(row)
            if row.layout.work_orders:
                stages = max(stages, *row.layout.stages)
            if progress and len(judge.rows) % 2000 == 0:
                progress(len(judge.rows))
    if not tables:
        raise ListRefused("no_table")
    judge.mark_shared()
    return ListCheck(judge.rows, skipped, stages)
