"""What a population asks of a list beyond the form: further columns, dates in its period, a whole population."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from callcenter.lists.columns import MATTER
from callcenter.lists.periods import POLICY_MONTH, Span, period


class Listed(Protocol):
    """A population as the studies room keeps it."""

    respondents: str
    period_start: str | None
    period_end: str | None
    settings: dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column that the list must have, with other names for it and the answers it takes (none: any)."""

    name: str
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asks:
    """What is asked. `whole`: the list is meant to be the whole population; `stock`: who is there on a day, not in a period."""

    columns: tuple[Column, ...] = ()
    period_start: str | None = None
    period_end: str | None = None
    respondents: str = "enterprises"
    whole: bool = True
    stock: bool = False
    group: str = ""
    """Column by which rows are counted, and how many each of its values should have."""
    group_size: int = 0

    @property
    def dates(self) -> bool:
        """Whether the dates of the matters are looked at."""
        return bool(self.period_start or self.period_end)

    @property
    def needs_policy_month(self) -> bool:
        """Whether the sender has to state the month in which the policy was carried into effect."""
        return self.period_start == POLICY_MONTH

    @property
    def persons(self) -> bool:
        """Whether name and mobile tell respondents apart."""
        return self.respondents == "persons"

    def within(self, policy_month: str | None) -> Span:
        """The period, as far as it is known."""
        return period(self.period_start, self.period_end, policy_month)


def _column(name: str, about: Mapping[str, Any]) -> Column:
    return Column(name, tuple(about.get("aliases") or ()), tuple(str(value) for value in about.get("values") or ()))


def asks(population: Listed) -> Asks:
    """What the population asks, as its study says."""
    settings = population.settings
    about = settings.get("about_columns") or {}
    group = settings.get("group") or {}
    return Asks(
        columns=(Column(MATTER), *(_column(name, about.get(name) or {}) for name in settings.get("extra_columns") or [])),
        period_start=population.period_start,
        period_end=population.period_end,
        respondents=population.respondents,
        whole=bool(settings.get("whole", True)),
        stock=bool(settings.get("stock", False)),
        group=str(group.get("column", "")),
        group_size=int(group.get("size", 0)),
    )
