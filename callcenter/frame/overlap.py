"""Units that stand in several populations of a stage: how many, as a matrix with shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Two populations and the units that stand in both; shares of each one's own size."""

    first: int
    second: int
    common: int
    share_of_first: float
    share_of_second: float


@dataclass(frozen=True)
class Overlap:
    """The populations compared, by their ids, and every pair with a unit in common, the largest first."""

    sizes: Mapping[int, int]
    pairs: Sequence[Pair]

    def common(self, first: int, second: int) -> int:
        """Units in both; a population with itself: its size."""
        if first == second:
            return self.sizes.get(first, 0)
        return self._by_pair().get(frozenset((first, second)), 0)

    def _by_pair(self) -> dict[frozenset[int], int]:
        return {frozenset((pair.first, pair.second)): pair.common for pair in self.pairs}


def overlap(together: Mapping[Sequence[int], int]) -> Overlap:
    """From the units counted by the populations in which they stand: `{(1,): 40, (1, 2): 3}` are 43 units of 1 and 3 of 2."""
    sizes: dict[int, int] = {}
    common: dict[tuple[int, int], int] = {}
    for populations, units in together.items():
        ordered = sorted(set(populations))
        for place, first in enumerate(ordered):
            sizes[first] = sizes.get(first, 0) + units
            for second in ordered[place + 1 :]:
                common[first, second] = common.get((first, second), 0) + units
    pairs = [Pair(first, second, units, units / sizes[first], units / sizes[second]) for (first, second), units in common.items()]
    return Overlap(sizes, sorted(pairs, key=lambda pair: (-pair.common, pair.first, pair.second)))
