"""How samples of several populations of one study stand to each other: independent, overlapping, or apart.

All populations that are coordinated share one commitment, so one seed. `independent`: each has its own seed, `<seed>|<population>`.
`positive`: the study's seed; a unit in several populations has one number and is drawn in all or none of them as far as sizes go.
`negative`: the study's seed, each population's order started where the planned shares of those before it end. A population that
releases the share p of its frame uses up the numbers of a stretch of length p; the next begins behind it. Where the shares pass 1 the
stretches overlap. Source: Ohlsson, "Coordination of samples using permanent random numbers", in Business Survey Methods (1995), 153-169.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from callcenter.errors import InvalidInput, Refused

WHOLE_RANGE = 1 << 64
"""Permanent random numbers lie below it, and a rotation goes round it."""
INDEPENDENT, POSITIVE, NEGATIVE = "independent", "positive", "negative"
COORDINATIONS = (INDEPENDENT, POSITIVE, NEGATIVE)
FINEST = 10**6
"""Planned shares are kept to a millionth, rounded up."""


@dataclass(frozen=True)
class Neighbour:
    """A population that stands before this one in the declared order; `share` is None where it has no frozen design."""

    population: str
    share: float | None


@dataclass(frozen=True)
class Place:
    """Where a population's order begins, and what it leaves to the next."""

    share: float
    """Planned share of the frame, top-ups included."""
    starts: tuple[Neighbour, ...] = ()
    rotation: int = 0


def seed_used(seed: str, coordination: str, population: str) -> str:
    """The seed as the numbers are made with: `<seed>|<population>` for independent draws, the study's seed otherwise.

    `population` is the name that stands in the certificate. The certificate's `seed` is this one, "as used".
    """
    if coordination not in COORDINATIONS:
        raise InvalidInput("unknown_coordination", "没有“{name}”这种样本协调方式。", name=coordination)
    return f"{seed}|{population}" if coordination == INDEPENDENT else seed


def planned_share(given: float | None, strata: Iterable[tuple[int, int]]) -> float:
    """The share as given, or the largest n / N of the main samples; refused where it does not even hold the main samples."""
    largest = max((Fraction(main, size) for size, main in strata if size), default=Fraction(0))
    needed = math.ceil(largest * FINEST) / FINEST
    if given is not None and given < needed:
        text = "计划份额 {given} 小于主样本已占的 {needed}：计划份额应包括主样本和补充样本。"
        raise Refused("share_too_small", text, given=given, needed=needed)
    return needed if given is None else given


def place(coordination: str, share: float, before: Sequence[Neighbour], stated: Mapping[str, float]) -> Place:
    """Where the order starts; `before` in declared order, `stated` the shares of those that are not frozen yet."""
    if coordination != NEGATIVE:
        return Place(share)
    names = {neighbour.population for neighbour in before}
    for name in stated:
        if name not in names:
            raise InvalidInput("unknown_population", "“{name}”不是排在前面、共用同一承诺的样本总体：请检查计划份额。", name=name)
    starts = tuple(Neighbour(n.population, stated.get(n.population) if n.share is None else n.share) for n in before)
    for neighbour in starts:
        if neighbour.share is None:
            text = "排在前面的样本总体 {name} 还没有冻结方案：请先冻结它，或写明它的计划份额。"
            raise Refused("earlier_share_unknown", text, name=neighbour.population)
    return Place(share, starts, rotation_of([neighbour.share or 0 for neighbour in starts]))


def rotation_of(shares: Iterable[float]) -> int:
    """The number at which an order starts: the sum of the shares before it, as a part of 2**64, modulo 2**64."""
    return int(sum((Fraction(str(share)) for share in shares), Fraction(0)) * WHOLE_RANGE) % WHOLE_RANGE
