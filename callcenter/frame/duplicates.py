"""Rows of all lists of a population, merged into units that know who reported them.

The rule, stated once: rows are taken in the order of the reporting units, then of their lists. Two rows are one unit when their
codes are equal, or when one has none and name and district agree. A code known anywhere in the study serves rows without one. Name
and contact are the first reporter's; the district is the first that a reporter knows, 未知 only where none does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcenter.frame.unit_keys import enterprise_key, person_key
from callcenter.lists.districts import UNKNOWN
from callcenter.lists.verdicts import SHARED_BY

Identity = tuple[str, str]
"""Folded name and district."""


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
    names: set[str] = field(default_factory=set)
    districts: set[str] = field(default_factory=set)
    rows: int = 0

    @property
    def conflicting(self) -> bool:
        """Whether reporters named different enterprises or districts."""
        return len(self.names) > 1 or len(self.districts) > 1


def _groups(rows: Iterable[ReportedRow]) -> list[list[ReportedRow]]:
    """Rows that their own list found to be one enterprise, in the order of their first row."""
    groups: dict[tuple[int, int], list[ReportedRow]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    return list(groups.values())


def _code(group: Sequence[ReportedRow]) -> str:
    return next((row.uscc for row in group if row.uscc), "")


def known_codes(pairs: Iterable[tuple[str, str, str]]) -> dict[Identity, str]:
    """Name, district and code of coded rows → the code of an identity; none where an identity has several codes."""
    codes: dict[Identity, set[str]] = defaultdict(set)
    for name, district, code in pairs:
        codes[name, district].add(code)
    return {identity: next(iter(found)) for identity, found in codes.items() if len(found) == 1}


def merge(rows: Iterable[ReportedRow], codes: Mapping[Identity, str]) -> list[Unit]:
    """Units of a population of enterprises, in the order of their first rows; `codes` are those known in the whole study."""
    groups = _groups(rows)
    by_name: dict[Identity, str] = {}
    for group in groups:
        code = _code(group)
        if code:
            for row in group:
                by_name.setdefault((row.name, row.district), code)
    keyed: dict[str, list[ReportedRow]] = defaultdict(list)
    for group in groups:
        first = group[0]
        identity = (first.name, first.district)
        code = _code(group) or by_name.get(identity, "") or codes.get(identity, "")
        keyed[enterprise_key(code, *identity)] += group
    return _finished([_unit(key, found, "" if key.startswith("N:") else key) for key, found in keyed.items()])


def merge_persons(rows: Iterable[ReportedRow], salt: str) -> list[Unit]:
    """Units of a population of persons: folded name and mobile tell them apart."""
    keyed: dict[str, list[ReportedRow]] = defaultdict(list)
    known: dict[Identity, str] = {}
    for group in _groups(rows):
        identities = [(row.name, number) for row in group for number in _mobiles(row)]
        key = next((known[identity] for identity in identities if identity in known), person_key(salt, *identities[0]))
        known.update({identity: key for identity in identities if identity not in known})
        keyed[key] += group
    return _finished([_unit(key, found, "") for key, found in keyed.items()])


def _mobiles(row: ReportedRow) -> list[str]:
    numbers = [str(phone["number"]) for phone in row.phones]
    return [number for number in numbers if len(number) == 14 and number[3] == "1"] or numbers[:1]


def _unit(key: str, rows: Sequence[ReportedRow], uscc: str) -> Unit:
    first = rows[0]
    placed = next((row for row in rows if row.district != UNKNOWN), first)
    unit = Unit(key, first.name, uscc, placed.district, placed.sub_area, "", first.id)
    unit.rows = len(rows)
    known: set[str] = set()
    for row in rows:
        unit.contact = unit.contact or row.contact
        unit.phones += [dict(phone) for phone in row.phones if phone["number"] not in known]
        known.update(str(phone["number"]) for phone in row.phones)
        unit.matters.append({"what": row.matter, "when": row.happened_on, "department": row.department, "submission_row_id": row.id})
        if row.department not in unit.reported_by:
            unit.reported_by.append(row.department)
        unit.names.add(row.name)
        unit.districts |= {row.district} - {UNKNOWN}
    return unit


def _finished(units: list[Unit]) -> list[Unit]:
    """The units with each number marked that serves three or more of them."""
    served = Counter(number for unit in units for number in {phone["number"] for phone in unit.phones})
    for unit in units:
        for phone in unit.phones:
            phone["shared"] = served[phone["number"]] >= SHARED_BY
    return units
