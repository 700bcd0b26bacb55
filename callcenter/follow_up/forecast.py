"""What the field will still bring: valid samples by day with a band, whether targets will be reached, how many operators it takes.

A simulation of the released cases alone (no further release): each half of a working day the operators' calls go to begun cases
before fresh ones, a case at most once in each half; a call ends a case valid or otherwise with the chances of its attempt
(`top_up.YieldModel`), or it goes on. Bands are the 10th and 90th percentile of the runs. Pure: the same seed gives the same forecast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callcenter.errors import InvalidInput
from callcenter.follow_up.top_up import YieldModel

Counts = NDArray[np.int64]

CALLS_A_DAY = 80
"""Calls that one operator makes in a day, until the study's own tell better."""
RUNS = 400
FEWER_RUNS = 50
"""Enough to find how many operators it takes: the share that must come to the end is far from certain."""
LOW, HIGH = 10, 90
HALVES = 2
"""Times a day at which one case can be called: not twice in one daypart."""
ENOUGH = 0.9
"""The share of runs in which all cases are worked to the end, for a staff to be called enough."""


@dataclass(frozen=True)
class StratumNow:
    """A stratum as it stands: open cases by attempts made, and what they may still give."""

    name: str
    target: int
    valid: int
    open: Mapping[int, int]
    model: YieldModel
    tried: int
    """Its cases that were called at all: without any there is nothing to go by."""
    population: str = ""
    """Code of its population: strata of different populations may bear one name."""


@dataclass(frozen=True)
class Day:
    """The end of one working day: calls made on it, and valid samples so far (low, middle, high)."""

    day: date
    calls: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class StratumForecast:
    """Valid samples at the end (low, middle, high) and the chance of the target; None: not enough data."""

    name: str
    target: int
    valid: int
    low: float | None
    middle: float | None
    high: float | None
    chance: float | None
    population: str = ""


@dataclass(frozen=True)
class End:
    """The day on which something is done: 10th, 50th and 90th percentile (None: not within the days), and the chance that it is."""

    early: date | None
    middle: date | None
    late: date | None
    chance: float


@dataclass(frozen=True)
class Forecast:
    """By day and by stratum, when all cases are worked to the end, and when all targets are reached (None: not enough data)."""

    days: tuple[Day, ...]
    strata: tuple[StratumForecast, ...]
    worked: End
    targets: End | None
    operators: int
    calls_a_day: float

    @property
    def done_on(self) -> date | None:
        """The day on which all cases are worked to the end in the middle run."""
        return self.worked.middle

    @property
    def worked_out(self) -> float:
        """The chance that all cases are worked to the end within the days."""
        return self.worked.chance


def forecast(
    strata: Sequence[StratumNow],
    days: Sequence[date],
    *,
    operators: int,
    calls_a_day: float = CALLS_A_DAY,
    first_share: float = 1.0,
    runs: int = RUNS,
    seed: int = 1,
) -> Forecast | None:
    """What `operators` reach on these working days; None where no case was called yet: there is nothing to go by.

    `first_share` of the first day's calling hours are still to come.
    """
    if operators < 0 or calls_a_day <= 0 or runs < 1:
        text = "话务员人数不能为负，每人每天的拨打次数应大于 0，现在是 {operators} 和 {calls}。"
        raise InvalidInput("wrong_use", text, operators=operators, calls=calls_a_day)
    if not any(stratum.tried for stratum in strata):
        return None
    field = _Field(strata, runs, np.random.default_rng(seed))
    shown = []
    worked, reached = np.full(runs, len(days)), np.full(runs, len(days))
    targets = np.array([stratum.target for stratum in strata])
    for place, day in enumerate(days):
        capacity = operators * calls_a_day / HALVES * (first_share if place == 0 else 1.0)
        calls = np.sum([field.call(capacity) for _ in range(HALVES)], axis=0)
        worked = np.where(field.open.sum(axis=(1, 2)) == 0, np.minimum(worked, place), worked)
        reached = np.where((field.valid >= targets).all(axis=1), np.minimum(reached, place), reached)
        shown.append(Day(day, float(calls.mean()), *_band(field.valid.sum(axis=1))))
    known = all(stratum.tried or stratum.valid >= stratum.target for stratum in strata)
    return Forecast(
        tuple(shown),
        tuple(_of_stratum(stratum, field.valid[:, at]) for at, stratum in enumerate(strata)),
        _end(worked, days),
        _end(reached, days) if known else None,
        operators,
        calls_a_day,
    )


def operators_needed(
    strata: Sequence[StratumNow],
    days: Sequence[date],
    *,
    calls_a_day: float = CALLS_A_DAY,
    first_share: float = 1.0,
    most: int = 500,
    seed: int = 1,
) -> int | None:
    """The fewest operators with whom all cases are worked to the end within the days in most runs; None: even `most` would not do."""

    def do(operators: int) -> bool:
        found = forecast(strata, days, operators=operators, calls_a_day=calls_a_day, first_share=first_share, runs=FEWER_RUNS, seed=seed)
        return found is not None and found.worked_out >= ENOUGH

    if not days or not do(most):
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if do(middle) else (middle, high)
    return high


class _Field:
    """All runs at once: open cases by run, stratum and attempts made, and valid ones by run and stratum."""

    def __init__(self, strata: Sequence[StratumNow], runs: int, rng: np.random.Generator) -> None:
        steps = max(len(stratum.model.valid) for stratum in strata)
        self.rng = rng
        self.open: Counts = np.zeros((runs, len(strata), steps), dtype=np.int64)
        self.valid: Counts = np.tile(np.array([stratum.valid for stratum in strata], dtype=np.int64), (runs, 1))
        self.ends_valid, self.ends = np.zeros((len(strata), steps)), np.zeros((len(strata), steps))
        for at, stratum in enumerate(strata):
            for attempts, count in stratum.open.items():
                # One that is open at the protocol's last attempt (an appointment, a recall by word) is called once more.
                self.open[:, at, min(attempts, steps - 2)] += count
            valid, other = np.array(stratum.model.valid), np.array(stratum.model.other)
            self.ends_valid[at, : len(valid)] = valid
            self.ends[at, : len(valid)] = np.minimum(valid + other, 1.0)
            self.ends[at, len(valid) - 1 :] = 1.0

    def call(self, capacity: float) -> NDArray[np.float64]:
        """Half a day: those begun first; calls made, by run."""
        if capacity <= 0 or not self.open.any():
            return np.zeros(len(self.open))
        waiting = self.open.copy()
        left = np.full(len(waiting), capacity)
        for attempts in range(waiting.shape[2] - 2, -1, -1):
            there = waiting[:, :, attempts]
            if not there.any():
                continue
            wanted = there.sum(axis=1)
            share = np.minimum(1.0, np.divide(left, wanted, out=np.ones_like(left), where=wanted > 0))
            called = there if (share >= 1).all() else self.rng.binomial(there, share[:, None])
            left = np.maximum(0.0, left - called.sum(axis=1))
            self._ring(called, attempts)
        return capacity - left

    def _ring(self, called: Counts, attempts: int) -> None:
        """The next attempt on these: some end valid, some otherwise, the others wait with one attempt more."""
        v, e = self.ends_valid[:, attempts + 1], self.ends[:, attempts + 1]
        ended = self.rng.binomial(called, e)
        valid = self.rng.binomial(ended, np.divide(v, e, out=np.zeros_like(v), where=e > 0))
        self.open[:, :, attempts] -= called
        self.open[:, :, attempts + 1] += called - ended
        self.valid += valid


def _band(counts: Counts) -> tuple[float, float, float]:
    low, middle, high = np.percentile(counts, [LOW, 50, HIGH])
    return float(low), float(middle), float(high)


def _of_stratum(stratum: StratumNow, valid: Counts) -> StratumForecast:
    if not stratum.tried:
        return StratumForecast(stratum.name, stratum.target, stratum.valid, None, None, None, None, stratum.population)
    chance = float((valid >= stratum.target).mean())
    return StratumForecast(stratum.name, stratum.target, stratum.valid, *_band(valid), chance, stratum.population)


def _end(places: Counts, days: Sequence[date]) -> End:
    """From the place of the day in each run; `len(days)` is: not within them."""
    places = np.sort(places)
    at = [int(places[round(share / 100 * (len(places) - 1))]) for share in (LOW, 50, HIGH)]
    early, middle, late = (days[place] if place < len(days) else None for place in at)
    return End(early, middle, late, float((places < len(days)).mean()))


def as_document(found: Forecast) -> dict[str, Any]:
    """A forecast in plain values, as JSON takes them."""
    return {
        "operators": found.operators,
        "calls_a_day": found.calls_a_day,
        "done_on": _day(found.done_on),
        "worked_out": found.worked_out,
        "worked": _of_end(found.worked),
        "targets": None if found.targets is None else _of_end(found.targets),
        "days": [{**vars(day), "day": day.day.isoformat()} for day in found.days],
        "strata": [vars(stratum) for stratum in found.strata],
    }


def _of_end(end: End) -> dict[str, Any]:
    return {"early": _day(end.early), "middle": _day(end.middle), "late": _day(end.late), "chance": end.chance}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
