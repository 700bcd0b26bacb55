"""Names of units as checklists and accounts write them: one normal form, districts with their departments, groups without named members.

A checklist item names units many-to-many: `市税务局`, `东丽区人民政府`, `各区人民政府` (all districts), `等有关单位` (a group that names
nobody). An account of `东丽区市场监管局` answers for the district.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LEAD, RESPONSIBLE = "lead", "responsible"
_ALL_DISTRICTS = re.compile(r"(?:全市)?(?:各|所有|(?:16|十六)个?)区(?![域属])")
_GROUP = re.compile(r"(?:各|相关|有关|其他|其它|等).*|.*(?:(?:有关|相关)(?:单位|部门|企业)|成员单位)|.*等(?:单位|部门)")
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0xFEFF])


@dataclass(frozen=True)
class UnitNames:
    """What a study says of its units' names; `city` is the prefix that city units may write out."""

    districts: tuple[str, ...] = ()
    city: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups whose members are known (`市内六区`)."""

    def normal(self, written: str) -> str:
        """The one form of a unit's name: no white space, the city shortened, aliases replaced; a district is its government."""
        name = _folded(written)
        if self.city and name.startswith(self.city) and name != self.city:
            rest = name.removeprefix(self.city)
            name = rest if self._district(rest) else f"{self.city[-1]}{rest}"
        ruled = name.removesuffix("政府").removesuffix("人民")
        return ruled if ruled in self.districts else self.aliases.get(name, name)

    def answers_for(self, written: str) -> str:
        """The unit in whose place `written` delivers: the district for each of its departments, otherwise the unit itself."""
        name = self.normal(written)
        return self._district(name) or name

    def is_group(self, written: str) -> bool:
        """Whether the name stands for units that it does not name (`等有关单位`, `市级有关单位`, `各供水企业`)."""
        name = _folded(written)
        return name not in self.members and not self.means_all_districts(name) and _GROUP.fullmatch(name) is not None

    def means_all_districts(self, written: str) -> bool:
        """Whether the name stands for every district (`各区`, `各区政府`, `各区人民政府`)."""
        return bool(self.districts) and _ALL_DISTRICTS.match(_folded(written)) is not None

    def expanded(self, written: Iterable[str]) -> list[str]:
        """The units that the names of a checklist cell stand for, each once, in order; groups name nobody."""
        once: dict[str, None] = {}
        for name in written:
            if self.means_all_districts(name):
                once |= dict.fromkeys(self.districts)
            elif _folded(name) in self.members:
                once |= dict.fromkeys(map(self.answers_for, self.members[_folded(name)]))
            elif not self.is_group(name):
                once[self.answers_for(name)] = None
        return list(once)

    def groups(self, written: Iterable[str]) -> list[str]:
        """The names of a cell that stand for units it does not name."""
        return [name for name in written if self.is_group(name)]

    def parts(self, leads: Sequence[str], responsible: Sequence[str]) -> dict[str, str]:
        """Each unit of an item with its part; who leads and is responsible too, leads."""
        return dict.fromkeys(self.expanded(responsible), RESPONSIBLE) | dict.fromkeys(self.expanded(leads), LEAD)

    def _district(self, name: str) -> str:
        whole = next((district for district in self.districts if name.startswith(district)), "")
        return whole or next((district for district in self.districts if name == _short(district)), "")


def alike(name: str, known: Sequence[str]) -> list[str]:
    """Up to three known names that are written almost like `name`, the closest first."""
    return difflib.get_close_matches(name, known, n=3, cutoff=0.6)


def _folded(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written.translate(_INVISIBLE)).split())


def _short(district: str) -> str:
    return district.removesuffix("新区") if district.endswith("新区") else district.removesuffix("区")


def unit_names(settings: Mapping[str, Any]) -> UnitNames:
    """The names of a study's units out of its settings (`districts`, `units`)."""
    said = settings.get("units") or {}
    districts = tuple(_folded(str(district["name"])) for district in settings.get("districts") or [] if district.get("name"))
    aliases = {_folded(str(other)): _folded(str(name)) for other, name in (said.get("aliases") or {}).items()}
    members = {_folded(str(group)): tuple(map(str, units)) for group, units in (said.get("groups") or {}).items()}
    return UnitNames(districts, _folded(str(said.get("city") or "")), aliases, members)
