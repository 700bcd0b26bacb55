"""The fixed order of the reporting units: it decides whose word counts where reports of one enterprise differ.

Leads of the checklist item first, then its responsible units, both as the checklist names them; units it does not name (the districts
behind 各区) follow by the code of the district they are called after, then by name. When a list arrived, or was sent again, never matters.
"""

from collections.abc import Iterable, Sequence

from callcenter.lists.districts import DISTRICTS

_CALLED = {name: place for place, full in enumerate(DISTRICTS.values()) for name in (full, full.removesuffix("新区").removesuffix("区"))}
_NOWHERE = len(DISTRICTS)


def reporting_order(reporters: Iterable[str], named: Sequence[str]) -> list[str]:
    """The reporters, each once, in the fixed order; `named` are the item's leads, then its responsible units."""
    places = {name: place for place, name in reversed(list(enumerate(named)))}
    return sorted(set(reporters), key=lambda unit: (places.get(unit, len(named)), _district(unit), unit))


def _district(unit: str) -> int:
    """The place of the district a unit is called after; `天津市东丽区市场监管局` is 东丽区's."""
    called = unit.removeprefix("天津市").removeprefix("天津")
    return next((place for name, place in _CALLED.items() if called.startswith(name)), _NOWHERE)
