"""Which figures are not shown outside the house because too few stand behind them."""

from collections.abc import Collection, Mapping
from typing import Any


def hidden(bases: Mapping[str, int], fewest: int) -> frozenset[str]:
    """Parts of a whole whose base is under `fewest`, and the next smallest until those hidden are `fewest` together.

    Else the whole without what is shown would tell the figure of the few that are hidden.
    """
    few = {name for name, n in bases.items() if 0 < n < fewest}
    others = sorted((n, name) for name, n in bases.items() if n >= fewest)
    if few and others and sum(bases[name] for name in few) < fewest:
        few.add(others[0][1])
    return frozenset(few)


def tells_few(whole: int, part: int, fewest: int) -> bool:
    """Whether a part beside its whole tells a figure of fewer than `fewest`: its own, or that of what the whole has besides."""
    return 0 < part < fewest or 0 < whole - part < fewest


def hidden_of_pool(bases: Mapping[tuple[Any, str], int], fewest: int) -> frozenset[str] | None:
    """Districts that are not shown of several populations together, of the bases by population and district; none: nothing is.

    Populations are shown by themselves, and pools hold each other (item, topic, stage), so that one less another tells of any
    single population: each must have `fewest` answers or none, and what is hidden in one is hidden in all that hold it.
    """
    by_population: dict[Any, dict[str, int]] = {}
    for (population, district), n in bases.items():
        by_population.setdefault(population, {})[district] = n
    if any(0 < sum(each.values()) < fewest for each in by_population.values()):
        return None
    return frozenset().union(*(hidden(each, fewest) for each in by_population.values()))


def shown_units(bases: Mapping[str | None, int], fewest: int) -> Collection[str | None]:
    """Of a list and its reporting units: those that may be told; the list (`None`) where it has enough."""
    units = {name: n for name, n in bases.items() if name is not None}
    out = hidden(units, fewest)
    return [name for name, n in bases.items() if n >= fewest and name not in out]
