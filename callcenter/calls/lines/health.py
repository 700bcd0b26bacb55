"""Whether a line's answer rate is in control: a p chart over blocks of cases.

Each point is a block of `size` cases called from one line, with the share of them in which a person was reached. The centre is the pooled
rate p of all other calls of the study in the same span (other lines, and other blocks of the line): hour, day and sector move all lines
alike. The limits are p ± 3 √(p(1-p)(1/n + 1/m)) with n cases in the block and m others: the p chart with an estimated centre of Montgomery,
*Introduction to Statistical Quality Control*, 7.3 (NIST/SEMATECH e-Handbook 6.3.3.2), where 1/m vanishes because the centre is taken as
known. So that the lower limit is above 0, a block has more than 9 (1-p)/p cases (Montgomery, 7.14).
By the normal law 1.35 blocks in a thousand fall below 3 sigmas by chance.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

SIGMAS = 3.0
MOST = 2000
"""A block is never larger: where hardly anybody answers, the chart says nothing."""


@dataclass(frozen=True)
class Call:
    """A call that says something of its line: dead and suspended numbers are left out before."""

    line: str
    case_id: int
    at: datetime
    reached: bool


@dataclass(frozen=True)
class Point:
    """One block of cases on the chart of a line."""

    line: str
    since: datetime
    until: datetime
    cases: int
    reached: int
    centre: float
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The share reached."""
        return self.reached / self.cases

    @property
    def is_low(self) -> bool:
        """Below the lower limit: the line may be marked, blocked or broken."""
        return self.rate < self.low

    @property
    def is_high(self) -> bool:
        """Above the upper limit."""
        return self.rate > self.high


def chart(calls: Sequence[Call], block: int) -> dict[str, list[Point]]:
    """The points of every line, oldest first; cases that do not fill a block yet are not shown."""
    whole = (len(calls), sum(call.reached for call in calls))
    size = block_size(whole[1] / whole[0] if whole[0] else 0.0, block)
    points: dict[str, list[Point]] = {}
    for line in sorted({call.line for call in calls}):
        of_line = (_point(line, one, whole) for one in _blocks([call for call in calls if call.line == line], size))
        points[line] = [point for point in of_line if point is not None]
    return points


def block_size(rate: float, block: int) -> int:
    """Cases in a block: as asked for, more where the rate is so low that the lower limit would be below 0."""
    if rate <= 0:
        return MOST
    return min(MOST, max(block, math.floor(SIGMAS**2 * (1 - rate) / rate) + 1))


def _blocks(calls: Iterable[Call], size: int) -> list[list[Call]]:
    """Calls in order, cut so that each piece has `size` cases; a case counts once in a piece, by its first call."""
    blocks: list[list[Call]] = []
    seen: dict[int, Call] = {}
    for call in sorted(calls, key=lambda one: one.at):
        seen.setdefault(call.case_id, call)
        if len(seen) == size:
            blocks.append(list(seen.values()))
            seen = {}
    return blocks


def _point(line: str, block: list[Call], whole: tuple[int, int]) -> Point | None:
    """None where there are too few other calls to stand beside."""
    cases, reached = len(block), sum(call.reached for call in block)
    others, reached_others = whole[0] - cases, whole[1] - reached
    if others < cases:
        return None
    centre = reached_others / others
    spread = SIGMAS * math.sqrt(centre * (1 - centre) * (1 / cases + 1 / others))
    return Point(line, block[0].at, block[-1].at, cases, reached, centre, max(0.0, centre - spread), min(1.0, centre + spread))
