"""Matters denied: the share of the listed that say they never handled it, by list and by the unit that reported them.

Of those who answered whether they handled the matter, weighted; denied by one informant and not yet settled counts, and is told apart.
An enterprise that several units reported is in the figures of each: they overlap, and their sums exceed the total.
"""

from dataclasses import dataclass

import numpy as np

from callcenter.estimates import proportions
from callcenter.estimates.figures import Figure
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.variance import Mask

SETTLED, UNSETTLED = "4.80", "3.30"


@dataclass(frozen=True)
class Denial:
    """Of one reporting unit (none: of the whole list): the share that denies, how many do, and how many of these are not settled."""

    unit: str | None
    share: Figure
    denied: int
    unsettled: int


def denials(of: Respondents) -> list[Denial]:
    """Of the whole list, then of each unit that reported any who answered."""
    codes = np.array([case.code for case in of.cases], dtype=object)
    denied = np.asarray((codes == SETTLED) | (codes == UNSETTLED), dtype=np.bool_)
    answered = of.valid | denied
    units = sorted({unit for case in of.cases for unit in case.reported_by})
    found = [_denial(of, None, denied, answered, codes)]
    for unit in units:
        reported = np.array([unit in case.reported_by for case in of.cases], dtype=np.bool_)
        if (answered & reported).any():
            found.append(_denial(of, unit, denied, answered & reported, codes))
    return found


def _denial(of: Respondents, unit: str | None, denied: Mask, answered: Mask, codes: np.ndarray) -> Denial:
    share = proportions.proportion(of.sample, denied, answered)
    return Denial(unit, share, int((denied & answered).sum()), int(((codes == UNSETTLED) & answered).sum()))
