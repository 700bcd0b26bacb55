"""How many reserves mend a stratum that falls short.

Yield is modelled by attempts made: at each attempt a case ends valid, ends otherwise, or goes on; open cases are censored where they
stand. A stratum's chances are shrunk to the study's, the study's to its own average over attempts. So early finished cases, which are
the easy ones, do not promise too much, and open ones count with what they may still give (a discrete-time competing-risks life
table: Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2nd ed. 2002, 8.2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from callcenter.errors import InvalidInput
from callcenter.follow_up.distributions import at_least, beta_binomial, binomial

State = Literal["open", "valid", "other"]

PRIOR_CASES = 10.0
"""How many cases of the study weigh as much as the stratum's own."""
MOST_ATTEMPTS = 6
"""The protocol's limit where the study names none: nothing comes after it."""
MIN_ATTEMPTS, FINAL_SHARE = 3, 0.8


@dataclass(frozen=True)
class CaseState:
    """A released case: attempts made, and whether it is open, ended valid, or ended otherwise."""

    attempts: int
    state: State


@dataclass(frozen=True)
class YieldModel:
    """Chances by attempts made, 0 to the last of the protocol: of ending valid and of ending otherwise at just that attempt."""

    valid: tuple[float, ...]
    other: tuple[float, ...]
    evidence: float
    """How many cases the yield rests on, those lent by the study included."""

    def still(self, attempts: int) -> float:
        """The chance that a case open after `attempts` still ends valid."""
        alive, chance = 1.0, 0.0
        for v, o in zip(self.valid[attempts + 1 :], self.other[attempts + 1 :], strict=True):
            chance += alive * v
            alive *= max(0.0, 1 - v - o)
        return chance

    @property
    def fresh(self) -> float:
        """The yield: the chance that a case released now ends valid."""
        v, o = self.valid[0], self.other[0]
        return v + max(0.0, 1 - v - o) * self.still(0)


@dataclass(frozen=True)
class Proposal:
    """A stratum that falls short, and both numbers that could mend it; `enough` is False where the reserves are fewer."""

    target: int
    valid: int
    expected: float
    yield_rate: float
    mean_count: int
    safe_count: int
    chance: float
    reserves: int

    @property
    def mean_offer(self) -> int:
        """The mean number as far as the stratum's list goes."""
        return min(self.mean_count, self.reserves)

    @property
    def safe_offer(self) -> int:
        """The safe number as far as the stratum's list goes."""
        return min(self.safe_count, self.reserves)

    @property
    def enough(self) -> bool:
        """Whether the reserves cover the safe number."""
        return self.safe_count <= self.reserves


def yield_model(
    stratum: Sequence[CaseState], study: Sequence[CaseState], *, planned: float, most_attempts: int = MOST_ATTEMPTS
) -> YieldModel:
    """The stratum's chances, shrunk to the study's. `planned` (response·eligible·valid) is believed while nothing has been tried."""
    if not 0 < planned <= 1:
        raise InvalidInput("wrong_use", "预计产出率应大于 0，不超过 1，不能是 {value}。", value=planned)
    steps = max(most_attempts, 1) + 1
    of_study = _shrink(_counts(study, steps), _planned(planned, steps), 1.0)
    average = _average(study, of_study, steps)
    of_study = _shrink(_counts(study, steps), average, PRIOR_CASES)
    own = _counts(stratum, steps)
    valid, other = _shrink(own, of_study, PRIOR_CASES)
    ended = sum(1 for case in stratum if case.state != "open")
    return YieldModel(tuple(valid.tolist()), tuple(other.tolist()), ended + PRIOR_CASES)


def expected_from_open(model: YieldModel, cases: Sequence[CaseState]) -> float:
    """Valid completes still to be expected from the open cases."""
    return sum(model.still(attempts) * count for attempts, count in _open_by_attempts(cases).items())


def propose(
    cases: Sequence[CaseState], study: Sequence[CaseState], *, target: int, reserves: int, planned: float, chance: float = 0.9,
    most_attempts: int = MOST_ATTEMPTS,
) -> Proposal | None:  # fmt: skip
    """What to propose for a stratum, or None where valid plus expected reaches the target."""
    if not 0 < chance < 1:
        raise InvalidInput("wrong_use", "达到目标的把握应在 0 与 1 之间，不能是 {value}。", value=chance)
    valid = sum(1 for case in cases if case.state == "valid")
    model = yield_model(cases, study, planned=planned, most_attempts=most_attempts)
    expected = expected_from_open(model, cases)
    short = target - valid - expected
    if short <= 1e-9:
        return None
    rate = model.fresh
    safe = safe_count(model, cases, target - valid, chance)
    return Proposal(target, valid, expected, rate, mean_count(short, rate), safe, chance, reserves)


def mean_count(short: float, rate: float) -> int:
    """The mean rule: ⌈short / yield⌉."""
    return max(0, math.ceil(short / rate - 1e-9))


def safe_count(model: YieldModel, cases: Sequence[CaseState], need: int, chance: float = 0.9) -> int:
    """The fewest reserves for which open and new cases together give `need` valid ones with at least `chance`.

    New cases follow the Beta-Binomial predictive with the model's yield as mean and its evidence as weight; open ones are
    independent with the chance of their attempts.
    """
    if need <= 0:
        return 0
    from_open = _distribution(model, cases)
    low, high = 0, 1
    while not _reaches(model, from_open, need, high, chance):
        low, high = high, high * 2
        if high > 1 << 24:  # a yield so small that no list would do
            return high
    while high - low > 1:
        middle = (low + high) // 2
        if _reaches(model, from_open, need, middle, chance):
            high = middle
        else:
            low = middle
    return 0 if low == 0 and _reaches(model, from_open, need, 0, chance) else high


@dataclass(frozen=True)
class StepState:
    """How far the last released step of a stratum is: its cases, those tried often enough (or ended), those that ended."""

    cases: int
    tried: int
    final: int
    min_attempts: int = MIN_ATTEMPTS
    final_share: float = FINAL_SHARE

    @property
    def settled(self) -> bool:
        """Whether another step may follow."""
        return 0 < self.cases == self.tried and self.final >= self.final_share * self.cases - 1e-9


def step_state(cases: Sequence[CaseState], *, min_attempts: int = MIN_ATTEMPTS, final_share: float = FINAL_SHARE) -> StepState:
    """How far a step is."""
    final = sum(1 for case in cases if case.state != "open")
    tried = sum(1 for case in cases if case.state != "open" or case.attempts >= min_attempts)
    return StepState(len(cases), tried, final, min_attempts, final_share)


def step_settled(cases: Sequence[CaseState], *, min_attempts: int = MIN_ATTEMPTS, final_share: float = FINAL_SHARE) -> bool:
    """Whether the last release may be followed by another: every case closed or tried `min_attempts` times, and enough of it final."""
    return step_state(cases, min_attempts=min_attempts, final_share=final_share).settled


@dataclass(frozen=True)
class Outlook:
    """Whether a next step of a stratum is due, and if not, why not yet; with both numbers where it falls short."""

    why: str
    """due, proposed, declined, enough, unsettled, exhausted, main_waiting, window_closing, not_in_field; after it reached, fell_short."""
    valid: int
    step: StepState
    proposal: Proposal | None = None
    short: int = 0
    """Valid completes that were missing when the calling window closed."""


def outlook(
    found: Proposal | None, step: StepState, *, valid: int, main_waiting: bool, in_field: bool, in_time: bool, last_word: str,
    short_at_end: int | None = None,
) -> Outlook:  # fmt: skip
    """What stands in the way of a next step, the first thing first; `last_word` is open, declined or empty.

    `short_at_end`: how many are missing where the calling window has closed. Cases still open are then called no more.
    """
    if short_at_end is not None:
        return Outlook("fell_short" if short_at_end > 0 else "reached", valid, step, None, max(0, short_at_end))
    if main_waiting:
        return Outlook("main_waiting", valid, step, None)
    if found is None:
        return Outlook("enough", valid, step)
    ways = [
        ("not_in_field", not in_field),
        ("exhausted", found.reserves == 0),
        ("proposed", last_word == "open"),
        ("unsettled", not step.settled),
        ("window_closing", not in_time),
        ("declined", last_word == "declined"),
    ]
    return Outlook(next((why for why, stands in ways if stands), "due"), valid, step, found)


def _reaches(model: YieldModel, from_open: np.ndarray, need: int, count: int, chance: float) -> bool:
    # P(open + new >= need) = sum over open of P(open = i) * P(new > need - 1 - i)
    a, b = model.fresh * model.evidence, (1 - model.fresh) * model.evidence
    still_needed = need - np.arange(len(from_open))
    if count == 0 or a <= 0:
        reach = (still_needed <= 0).astype(float)
    elif b <= 0:
        reach = (still_needed <= count).astype(float)
    else:
        reach = at_least(beta_binomial(count, a, b), still_needed)
    return float((from_open * reach).sum()) >= chance - 1e-12


def _distribution(model: YieldModel, cases: Sequence[CaseState]) -> np.ndarray:
    """P(the open cases give i valid completes), i from 0."""
    whole = np.ones(1)
    for attempts, count in _open_by_attempts(cases).items():
        rate = min(1.0, model.still(attempts))
        whole = np.convolve(whole, binomial(count, rate))
    return whole


def _open_by_attempts(cases: Sequence[CaseState]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for case in cases:
        if case.state == "open":
            counts[case.attempts] = counts.get(case.attempts, 0) + 1
    return counts


def _counts(cases: Sequence[CaseState], steps: int) -> np.ndarray:
    """Rows valid, other, at risk by attempts; what was tried beyond the protocol counts at its last attempt."""
    counts = np.zeros((3, steps))
    for case in cases:
        last = min(case.attempts, steps - 1)
        # An open case at k attempts was watched up to k and ended at none of them.
        counts[2, : last + 1] += 1
        if case.state == "valid":
            counts[0, last] += 1
        elif case.state == "other":
            counts[1, last] += 1
    return counts


def _shrink(counts: np.ndarray, prior: np.ndarray, weight: float) -> np.ndarray:
    """Rows valid, other: the chance at each attempt, with `weight` cases of the prior added."""
    blended: np.ndarray = (counts[:2] + weight * prior) / (counts[2] + weight)
    return blended


def _planned(planned: float, steps: int) -> np.ndarray:
    """Chances that give the planned yield when every attempt is like the others and the last one ends the case."""
    tries = steps - 1
    # Solve 1 - (1 - v)^tries = planned for the chance of one attempt; a case ends otherwise only by the protocol's end.
    v = 1 - (1 - planned) ** (1 / tries) if planned < 1 else 1.0
    rows = np.zeros((2, steps))
    rows[0, 1:] = v
    return rows


def _average(study: Sequence[CaseState], fallback: np.ndarray, steps: int) -> np.ndarray:
    """The study's chances averaged over all attempts: what is believed of attempts that few cases have seen."""
    counts = _counts(study, steps)
    at_risk = counts[2, 1:].sum()
    rows = fallback.copy()
    if at_risk > 0:
        weight = PRIOR_CASES
        rows[:, 1:] = ((counts[:2, 1:].sum(axis=1) + weight * fallback[:, 1:].mean(axis=1)) / (at_risk + weight))[:, None]
    return rows
