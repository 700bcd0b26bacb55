"""Matters denied: the share of the listed that say they never handled it, by list and by the unit that reported them.

Of those who answered whether they handled the matter, weighted; denied and not yet settled (by one
informant, or not re-checked) counts, and is told apart.
An enterprise that several units reported is in the figures of each: they overlap, and their sums exceed the total.
"""

from dataclasses import dataclass

import numpy as np

from callcenter.estimates import proportions
from callcenter.estimates.figures import Figure
from callcenter.estimates.respondents import DENIED_ONCE, Respondents
from callcenter.estimates.variance import Mask


@dataclass(frozen=True)
class Denial:
    """Of one reporting unit (none: of the whole list): the share that denies, how many do, and how many of these are not settled."""

    unit: str | None
    share: Figure
    denied: int
    unsettled: int


def denials(of: Respondents) -> list[Denial]:
    """Of the whole list, then of each unit that reported any who answered."""
    denied, answered = of.denied, of.valid | of.denied
    # Settled is what a second informant or the order number says and a re-check confirmed: then the code is final.
    unsettled = denied & np.array([case.code == DENIED_ONCE or not case.final for case in of.cases], dtype=np.bool_)
    units = sorted({unit for case in of.cases for unit in case.reported_by})
    found = [_denial(of, None, denied, answered, unsettled)]
    for unit in units:
        reported = np.array([unit in case.reported_by for case in of.cases], dtype=np.bool_)
        if (answered & reported).any():
            found.append(_denial(of, unit, denied, answered & reported, unsettled))
    return found


def _denial(of: Respondents, unit: str | None, denied: Mask, answered: Mask, unsettled: Mask) -> Denial:
    share = proportions.proportion(of.sample, denied, answered)
    return Denial(unit, share, int((denied & answered).sum()), int((unsettled & answered).sum()))
