"""How long a draw's certificate stays sealed: until the calling windows of all draws that it would give away are over.

A certificate that is opened shows seed and secret. Draws that share one of them (positive and negative coordination use the study's)
are opened together, after the last of their windows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

Window = tuple[date, date]


@dataclass(frozen=True)
class SealedDraw:
    """What decides how long a draw is sealed."""

    draw_id: int
    study_id: int
    coordination: str
    seed_commitment: str
    window: Window | None
    """The calling window of its stage, extensions included; None where none is known yet."""


def sealed_until(draw: SealedDraw, others: Iterable[SealedDraw]) -> date | None:
    """The last day under seal; None while no end is known."""
    together = [draw, *(other for other in others if _give_each_other_away(draw, other))]
    if any(one.window is None for one in together):
        return None
    return max(one.window[1] for one in together if one.window is not None)


def may_open(last_day: date | None, today: date) -> bool:
    """Whether the seal is off on `today`."""
    return last_day is not None and today > last_day


def _give_each_other_away(one: SealedDraw, other: SealedDraw) -> bool:
    if one.seed_commitment == other.seed_commitment:
        return True
    return one.study_id == other.study_id and "independent" not in (one.coordination, other.coordination)
