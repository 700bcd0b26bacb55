"""What a population asks of a list beyond the form: further columns, dates in its period, a whole population."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from callcenter.lists.cells import clean
from callcenter.lists.columns import CONTACT, MATTER, header_name
from callcenter.lists.periods import POLICY_MONTH, Span, days_in_text, period, stretches_of_days

OF_DATES = re.compile("时间|日期")
"""Asked columns of such names hold dates."""
_LEAST_BEGINNING = 3
"""Shorter names are found only whole: too much begins alike."""


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
    def beside(self) -> tuple[Column, ...]:
        """The asked columns that are no part of every row anyhow."""
        return tuple(column for column in self.columns if column.name not in {MATTER, CONTACT})

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


def find_column(headers: Sequence[str], column: Column) -> list[int]:
    """The places of a column under one of its names; where none is called so, those that begin with one (`近两次办理时间1`, `…2`)."""
    wanted = [header_name(clean(name)).casefold() for name in (column.name, *column.aliases)]
    named = [header_name(header).casefold() for header in headers]
    exact = [place for name in wanted for place, header in enumerate(named) if header == name]
    longer = tuple(name for name in wanted if len(name) >= _LEAST_BEGINNING)
    return exact or [place for place, header in enumerate(named) if header.startswith(longer)]


def answers(cells: Mapping[str, str], columns: Sequence[Column]) -> dict[str, str]:
    """What a row (header to text) says in the asked columns, by their own names; empty ones are left out."""
    headers, said = list(cells), {}
    for column in columns:
        texts = [clean(cells[headers[place]]) for place in find_column(headers, column)]
        filled = [text for text in texts if text]
        if filled:
            said[column.name] = "、".join(filled)
    return said


def written_dates(happened_on: str, beside: Mapping[str, str] | None) -> str:
    """All dates of a row's matter as they are written: of the form's column, then of the asked columns that hold dates."""
    asked = [said for name, said in (beside or {}).items() if OF_DATES.search(name)]
    return "、".join(dict.fromkeys(text for text in (happened_on, *asked) if text))


def days_handled(happened_on: str, beside: Mapping[str, str] | None, matter: str) -> list[tuple[date, date]]:
    """The days that each date of a row can mean, read as the receipt reads them: of its columns, else what the texts name without doubt."""
    found = stretches_of_days(written_dates(happened_on, beside))
    texts = [matter, *(said for name, said in (beside or {}).items() if not OF_DATES.search(name))]
    return found or [days for text in texts for days in days_in_text(text)]


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
