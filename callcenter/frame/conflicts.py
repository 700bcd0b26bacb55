"""What reporters told differently of one enterprise, which value was taken, by which rule, and what the others said.

The rules, by kind: the name is the first reporter's; the code is the first told, and where one name has several codes each stays a unit
of its own; the district is the first that a reporter knows, 未知 only where none does; the sub-area is the first told for that district;
the contact is the first told; telephones are all kept, the first reporter's in front. "First" is by the fixed order of the reporting units.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from callcenter.lists.districts import UNKNOWN


class Told(Protocol):
    """What a report says of an enterprise."""

    @property
    def department(self) -> str:
        """Who told it."""

    @property
    def name(self) -> str:
        """Folded."""

    @property
    def uscc(self) -> str:
        """A valid code or none."""

    @property
    def district(self) -> str:
        """One of the 16, or 未知."""

    @property
    def sub_area(self) -> str:
        """Within the district."""

    @property
    def contact(self) -> str:
        """The person to ask."""

    @property
    def phones(self) -> Sequence[Mapping[str, Any]]:
        """number, extension."""


Values = dict[str, list[str]]
"""A value that was told, and who told it, both in the order of the reports."""

RULES = {
    "name": "first_reporter",
    "code": "first_told",
    "district": "first_known",
    "sub_area": "first_of_district",
    "contact": "first_told",
    "phone": "all_kept",
}
"""Kind of conflict → the rule that settles it."""
KINDS = tuple(RULES)


def _told(rows: Iterable[Told], values_of: Callable[[Told], Iterable[str]]) -> Values:
    found: Values = {}
    for row in rows:
        for value in values_of(row):
            departments = found.setdefault(value, [])
            if row.department not in departments:
                departments.append(row.department)
    return found


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _reporters_disagree(values: Values) -> bool:
    """Whether at least two reporters told something, and no value was told by all of them."""
    if len(values) < 2:
        return False
    reporters = {department for departments in values.values() for department in departments}
    return len(reporters) > 1 and all(len(departments) < len(reporters) for departments in values.values())


def _alike(rows: Sequence[Told]) -> bool:
    """Whether all rows say the same: most of them do, and need no comparing kind by kind."""
    first = rows[0]
    return all(
        row.name == first.name
        and row.district == first.district
        and row.sub_area == first.sub_area
        and row.contact == first.contact
        and row.phones == first.phones
        and row.uscc in ("", first.uscc)
        for row in rows
    )


def _differing(rows: Sequence[Told], district: str) -> dict[str, Values]:
    """The kinds in which the rows of one unit differ, with what was told."""
    names = _told(rows, lambda row: _one(row.name))
    codes = _told(rows, lambda row: _one(row.uscc))
    districts = _told(rows, lambda row: () if row.district == UNKNOWN else (row.district,))
    sub_areas = _told([row for row in rows if row.district == district], lambda row: _one(row.sub_area))
    contacts = _told(rows, lambda row: _one(row.contact))
    phones = _told(rows, lambda row: [str(phone["number"]) for phone in row.phones])
    found = {"name": names, "code": codes, "district": districts, "sub_area": sub_areas}
    found = {kind: values for kind, values in found.items() if len(values) > 1}
    found |= {kind: values for kind, values in (("contact", contacts), ("phone", phones)) if _reporters_disagree(values)}
    return found


def settled(rows: Sequence[Told], district: str) -> dict[str, Any]:
    """Kind → what was taken, by which rule, who told it, and the others' values; empty where reports agree. `district` is the unit's."""
    if len(rows) < 2 or _alike(rows):
        return {}
    return {kind: resolution(kind, values, next(iter(values))) for kind, values in _differing(rows, district).items()}


def resolution(kind: str, values: Values, taken: str) -> dict[str, Any]:
    """A conflict as it is kept with the unit."""
    others = [{"value": value, "departments": departments} for value, departments in values.items() if value != taken]
    return {"taken": taken, "rule": RULES[kind], "departments": values.get(taken, []), "others": others}
