"""What strata are made of: a frame's cells by district, reporting unit and sub-area, and the rule that merges small ones.

A unit that several reported stands in the cell of the first of them in the frame's fixed order: it has one chance, in one stratum.
"""

from collections.abc import Mapping, Sequence

from callcenter.lists.districts import UNKNOWN

FIELDS = ("district", "reporting_unit", "sub_area")
BETWEEN = " · "
MERGED = "小层合并"
"""What the rule calls its strata, behind what their cells have in common."""


def cell_of(fields: Sequence[str], *, district: str, reported_by: Sequence[str], sub_area: str, reporting_order: Sequence[str]) -> str:
    """The name of a unit's cell: `和平区`, `和平区 · 市税务局`; what is not known is 未知."""
    known = {"district": district, "reporting_unit": first_reporter(reported_by, reporting_order), "sub_area": sub_area}
    # White space is folded: a tab or a line break in a name would make two different frames hash alike.
    return BETWEEN.join(" ".join(known[field].split()) or UNKNOWN for field in FIELDS if field in fields)


def first_reporter(reported_by: Sequence[str], reporting_order: Sequence[str]) -> str:
    """The reporting unit that stands first in the fixed order; those it does not name come last, by name."""
    places = {unit: place for place, unit in enumerate(reporting_order)}
    return min(reported_by, key=lambda unit: (places.get(unit, len(places)), unit), default="")


def small_ones(cells: Mapping[str, int], below: int) -> dict[str, list[str]]:
    """The rule: cells of fewer than `below` units become one stratum with the next larger, until it has as many.

    Cells are only put together with those that agree in all but their last field (of one district, say).
    """
    groups: dict[str, list[str]] = {}
    for cell in cells:
        groups.setdefault(cell.rpartition(BETWEEN)[0], []).append(cell)
    merges: dict[str, list[str]] = {}
    for shared, group in groups.items():
        taken: list[str] = []
        for cell in sorted(group, key=lambda cell: (cells[cell], cell)):
            if cells[cell] >= below and sum(cells[one] for one in taken) >= (below if taken else 0):
                break
            taken.append(cell)
        if len(taken) > 1:
            merges[BETWEEN.join(filter(None, (shared, MERGED)))] = sorted(taken)
    return merges
