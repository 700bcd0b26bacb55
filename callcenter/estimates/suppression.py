"""Which figures are not shown outside the house because too few stand behind them."""

from collections.abc import Mapping


def hidden(bases: Mapping[str, int], fewest: int) -> frozenset[str]:
    """Parts of a whole whose base is under `fewest`; where it is one alone, the next smallest too, or the rest would tell it."""
    few = {name for name, n in bases.items() if 0 < n < fewest}
    others = sorted((n, name) for name, n in bases.items() if n >= fewest)
    if len(few) == 1 and others:
        few.add(others[0][1])
    return frozenset(few)
