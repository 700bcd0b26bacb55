"""What every benchmark is made of: our way beside a bare one in the same run, the best of some rounds, and their ratio."""

import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True)
class Measured:
    """Our way and the bare way, in seconds (the best of some rounds), and their ratio; `aim` is the most it may be."""

    name: str
    what: str
    bare: str
    ours_seconds: float
    bare_seconds: float
    ratio: float
    aim: float | None = None


def best(work: Callable[[], object]) -> float:
    """The shortest of some rounds: what disturbed the others is not ours."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return min(took)


def measured(
    name: str, what: str, bare: str, ours: Callable[[], object], other: Callable[[], object], *, aim: float | None = None
) -> Measured:
    """Both ways, one after the other."""
    return compared(name, what, bare, best(ours), best(other), aim=aim)


def compared(name: str, what: str, bare: str, ours_seconds: float, bare_seconds: float, *, aim: float | None = None) -> Measured:
    """Two ways that were measured elsewhere."""
    return Measured(name, what, bare, round(ours_seconds, 3), round(bare_seconds, 3), round(ours_seconds / bare_seconds, 2), aim)
