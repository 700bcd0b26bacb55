"""What a frame's units are in numbers: from rows to merged units, what each rule took out, what stays and is remarkable."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.frame import strata
from callcenter.frame.conflicts import KINDS
from callcenter.frame.duplicates import Unit
from callcenter.frame.screening import Effect


@dataclass(frozen=True)
class Barred:
    """Who asked not to be called."""

    numbers: Collection[str] = frozenset()
    keys: Collection[str] = frozenset()

    def bars(self, unit: Unit) -> bool:
        """Whether the unit, or every number it has, asked not to be called."""
        return unit.key in self.keys or (bool(self.numbers) and all(phone["number"] in self.numbers for phone in unit.phones))


def counts(units: Sequence[Unit], *, rows: int, before: Sequence[Unit], effects: Iterable[Effect], barred: Barred) -> dict[str, Any]:
    """The numbers of a frame: `before` are the merged units that the rules were asked about, `units` those that stay."""
    several = Counter(kind for unit in units for kind in unit.conflicts)
    return {
        "rows": rows,
        "merged_units": len(before),
        "merged": sum(unit.rows for unit in before) - len(before),
        "screened": [effect.document for effect in effects],
        "units": len(units),
        "reported_by_several": sum(len(unit.reported_by) > 1 for unit in units),
        "conflicts": sum(bool(unit.resolution) for unit in units),
        "conflicts_by_kind": {kind: several[kind] for kind in KINDS if several[kind]},
        "phone_shared": sum(any(phone["shared"] for phone in unit.phones) for unit in units),
        "without_code": sum(not unit.uscc for unit in units),
        "do_not_call": sum(barred.bars(unit) for unit in units),
        "before_by_district": strata.sizes(before),
        "by_district": strata.sizes(units),
    }


def by_department(units: Sequence[Unit]) -> dict[str, dict[str, int]]:
    """Department → rows used, units it reported, units that only it reported."""
    found: dict[str, dict[str, int]] = {}
    for unit in units:
        for department in unit.reported_by:
            counted = found.setdefault(department, {"rows": 0, "units": 0, "alone": 0})
            counted["units"] += 1
            counted["alone"] += len(unit.reported_by) == 1
    rows = Counter(row.department for unit in units for row in unit.reports)
    for department, counted in found.items():
        counted["rows"] = rows[department]
    return found
