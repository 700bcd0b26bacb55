"""Rows of all lists of a population, merged into units that know who reported them.

The rule, stated once: rows are taken in the fixed order of the reporting units, then of their lists. Two rows are one unit when their
codes are equal, or when one has none and name and district agree. A code known anywhere in the study serves rows without one. Where
reports of a unit differ, `conflicts` says what was taken.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.frame import conflicts
from callcenter.frame.unit_keys import NAME_MARK, PERSON_MARK, enterprise_key, person_key
from callcenter.lists.districts import UNKNOWN
from callcenter.lists.verdicts import SHARED_BY

Identity = tuple[str, str]
"""Folded name and district; of persons folded name and mobile."""
Codes = Mapping[Identity, Sequence[str]]
"""The codes known for an identity."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """An accepted or duplicate row of a list. `group` names the enterprise it was found to be within its own list."""

    id: int
    department: str
    group: tuple[int, int]
    name: str
    uscc: str
    district: str
    sub_area: str
    contact: str
    phones: Sequence[Mapping[str, Any]]
    matter: str
    happened_on: str
    policy_month: str = ""
    """As the sender stated it for the list, `2021-03`."""
    columns: Mapping[str, str] | None = None
    """All its cells, header to text, where a screening rule asks for a column."""
    beside: Mapping[str, str] | None = None
    """What it says in the columns that its population asks for beside the form: channel, role, last matters."""


@dataclass(slots=True)
class Unit:
    """An enterprise or person of the frame, with what each reporter said of it."""

    key: str
    name: str
    uscc: str
    district: str
    sub_area: str
    contact: str
    row_id: int
    phones: list[dict[str, Any]] = field(default_factory=list)
    matters: list[dict[str, Any]] = field(default_factory=list)
    reported_by: list[str] = field(default_factory=list)
    resolution: dict[str, Any] = field(default_factory=dict)
    """Kind of conflict → what was taken, by which rule, what the others said."""
    reports: Sequence[ReportedRow] = ()

    @property
    def conflicts(self) -> list[str]:
        """The kinds in which reports differ, in the order of `conflicts.KINDS`."""
        return [kind for kind in conflicts.KINDS if kind in self.resolution] if self.resolution else []

    @property
    def rows(self) -> int:
        """How many rows reported it."""
        return len(self.reports)


def in_order(rows: Iterable[ReportedRow], order: Sequence[str]) -> list[ReportedRow]:
    """The rows in the fixed order of the reporting units, then list by list as they stand in them."""
    places = {department: place for place, department in enumerate(order)}
    return sorted(rows, key=lambda row: (places[row.department], row.group[0], row.id))


def _groups(rows: Iterable[ReportedRow]) -> list[list[ReportedRow]]:
    """Rows that their own list found to be one enterprise, in the order of their first row."""
    groups: dict[tuple[int, int], list[ReportedRow]] = {}
    for row in rows:
        if row.group in groups:
            groups[row.group].append(row)
        else:
            groups[row.group] = [row]
    return list(groups.values())


def _code(group: Sequence[ReportedRow]) -> str:
    return group[0].uscc or next((row.uscc for row in group if row.uscc), "")


def known_codes(pairs: Iterable[tuple[str, str, str]]) -> dict[Identity, list[str]]:
    """Name, district and code of coded rows → the codes of an identity, sorted."""
    codes: dict[Identity, set[str]] = defaultdict(set)
    for name, district, code in pairs:
        codes[name, district].add(code)
    return {identity: sorted(found) for identity, found in codes.items()}


def merge(rows: Iterable[ReportedRow], codes: Codes) -> list[Unit]:
    """Units of a population of enterprises, in the order of their first rows; `codes` are those known in the whole study.

    A row without a code takes the first that this population's lists know for its name and district, else the one that the study
    knows; several that only other populations know say nothing.
    """
    groups = _groups(rows)
    told: dict[Identity, conflicts.Values] = defaultdict(dict)
    for group in groups:
        if code := _code(group):
            for row in group:
                departments = told[row.name, row.district].setdefault(code, [])
                if row.department not in departments:
                    departments.append(row.department)
    keyed: dict[str, list[ReportedRow]] = defaultdict(list)
    for group in groups:
        identity = (group[0].name, group[0].district)
        keyed[enterprise_key(_code(group) or _taken(told.get(identity), codes.get(identity, ())), *identity)] += group
    units = [_unit(key, found, "" if key.startswith(NAME_MARK) else key) for key, found in keyed.items()]
    _tell_codes(units, told, codes)
    return units


def _taken(told: conflicts.Values | None, known: Sequence[str]) -> str:
    if told:
        return next(iter(told))
    return known[0] if len(known) == 1 else ""


def _places(row: ReportedRow) -> list[Identity]:
    """Name and district."""
    return [(row.name, row.district)]


def _tell_codes(
    units: Iterable[Unit],
    told: Mapping[Identity, conflicts.Values],
    codes: Codes,
    identities: Callable[[ReportedRow], list[Identity]] = _places,
) -> None:
    """Mark the units whose identity (name and district) goes with several codes."""
    several = {identity: values for identity, values in told.items() if len(values) > 1}
    several |= {identity: {code: [] for code in found} for identity, found in codes.items() if len(found) > 1 and identity not in told}
    for unit in units if several else ():
        for identity in dict.fromkeys(each for row in unit.reports for each in identities(row)):
            if identity in several:
                unit.resolution["code"] = conflicts.resolution("code", several[identity], unit.uscc)
                break


def merge_persons(rows: Iterable[ReportedRow], salt: str) -> list[Unit]:
    """Units of a population of persons that may hold enterprises, in the order of their first rows.

    A row with a valid code is that enterprise; folded name and mobile tell the others apart. One without a code that shares both with an
    enterprise is that enterprise.
    """
    groups = [part for group in _groups(rows) for part in _by_code(group)]
    known: dict[Identity, str] = {}
    told: dict[Identity, conflicts.Values] = defaultdict(dict)
    for group in groups:
        if code := _code(group):
            for row in group:
                for identity in _identities(row):
                    known.setdefault(identity, code)
                    departments = told[identity].setdefault(code, [])
                    departments += [row.department] if row.department not in departments else []
    keyed: dict[str, list[ReportedRow]] = defaultdict(list)
    for group in groups:
        identities = [identity for row in group for identity in _identities(row)]
        key = _code(group) or next((known[each] for each in identities if each in known), "") or person_key(salt, *identities[0])
        for identity in identities:
            known.setdefault(identity, key)
        keyed[key] += group
    units = [_unit(key, found, "" if key.startswith(PERSON_MARK) else key) for key, found in keyed.items()]
    _tell_codes(units, told, {}, _identities)
    return units


def _by_code(group: Sequence[ReportedRow]) -> list[list[ReportedRow]]:
    """The rows of each code, those without one with the first: a list of persons takes two enterprises of one contact for one."""
    parts: dict[str, list[ReportedRow]] = {}
    first = _code(group)
    for row in group:
        parts.setdefault(row.uscc or first, []).append(row)
    return list(parts.values())


def _identities(row: ReportedRow) -> list[Identity]:
    """Name and mobile, for each mobile."""
    return [(row.name, number) for number in _mobiles(row)]


def _mobiles(row: ReportedRow) -> list[str]:
    numbers = [str(phone["number"]) for phone in row.phones]
    return [number for number in numbers if len(number) == 14 and number[3] == "1"] or numbers[:1]


def _unit(key: str, rows: Sequence[ReportedRow], uscc: str) -> Unit:
    first = rows[0]
    district, sub_area, contact = first.district, first.sub_area, first.contact
    if len(rows) > 1:
        district = next((row.district for row in rows if row.district != UNKNOWN), district)
        sub_area = next((row.sub_area for row in rows if row.sub_area and row.district == district), "")
        contact = next((row.contact for row in rows if row.contact), "")
    return Unit(
        key, first.name, uscc, district, sub_area, contact, first.id,
        phones=_phones(rows),
        matters=[_matter(row) for row in rows],
        reported_by=list(dict.fromkeys(row.department for row in rows)),
        resolution=conflicts.settled(rows, district),
        reports=rows,
    )  # fmt: skip


def _matter(row: ReportedRow) -> dict[str, Any]:
    matter = {"what": row.matter, "when": row.happened_on, "department": row.department, "submission_row_id": row.id}
    return matter | ({"beside": row.beside} if row.beside else {})


def _phones(rows: Sequence[ReportedRow]) -> list[dict[str, Any]]:
    """Every number that was told, once, in the order of the reports."""
    phones: dict[Any, dict[str, Any]] = {}
    for row in rows:
        for phone in row.phones:
            if phone["number"] not in phones:
                phones[phone["number"]] = dict(phone)
    return list(phones.values())


def mark_shared(units: Sequence[Unit]) -> int:
    """Mark each number that serves three or more of the units; how many numbers."""
    served = Counter(phone["number"] for unit in units for phone in unit.phones)  # a unit has each number once
    shared = {number for number, enterprises in served.items() if enterprises >= SHARED_BY}
    for unit in units:
        for phone in unit.phones:
            phone["shared"] = phone["number"] in shared
    return len(shared)
