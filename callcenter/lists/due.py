"""Which populations a unit answers for: the leads and responsible units of the checklist item, the districts where all are meant."""

from collections.abc import Sequence

from callcenter.lists.districts import DISTRICTS

ALL_DISTRICTS = ("各区人民政府", "各区政府", "各区")
LEAD, RESPONSIBLE = "lead", "responsible"


def part_of(unit: str | None, leads: Sequence[str], responsible: Sequence[str]) -> str:
    """`lead`, `responsible`, or nothing where the item is not the unit's."""
    if not unit:
        return ""
    if _named(unit, leads):
        return LEAD
    return RESPONSIBLE if _named(unit, responsible) else ""


def _named(unit: str, units: Sequence[str]) -> bool:
    of_a_district = unit.startswith(tuple(DISTRICTS.values()))
    return unit in units or (of_a_district and any(each in ALL_DISTRICTS for each in units))
