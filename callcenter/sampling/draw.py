"""Permanent random numbers: a unit's place in its stratum follows from the seed and its own key, from nothing else.

prn(seed, key) = the first 8 bytes, big-endian, of SHA-256(UTF-8 of `seed|key`). Inside a stratum units stand by (prn, key as
UTF-8 bytes): the first n are the main sample, later releases go on from there. Check: seed `2026-Q3` gives E0001 .5081801432,
E0002 .3824566764, E0003 .1073935632 (divided by 2**64). Source of the idea: Ohlsson, "Coordination of samples using permanent
random numbers", in Business Survey Methods (1995), 153-169.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from callcenter.errors import InvalidInput, Refused
from callcenter.sampling.allocation import more_than_there_are

ALGORITHM = "sha256-prn-v1"
AT_ONCE = 1 << 16
"""Keys hashed before their digests are packed: enough to be quick, little enough to keep memory flat."""
Numbers = NDArray[np.uint64]


class Place(NamedTuple):
    """A unit's stratum, permanent random number (16 hex digits), place in its order (from 1), and where it stands in the input."""

    unit_key: str
    stratum: str
    prn: str
    order: int
    at: int


@dataclass(frozen=True)
class DrawnStratum:
    """What the certificate says of a stratum: N, n and the last number that is in the sample."""

    stratum: str
    size: int
    taken: int
    last_prn: str | None


def commitment(secret: str) -> str:
    """What is made known before the draw: hex SHA-256 of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seed_of(secret: str, public_value: str) -> str:
    """Hex of SHA-256(secret + "|" + public value): nobody could choose it."""
    return hashlib.sha256(f"{secret}|{public_value}".encode()).hexdigest()


def prn(seed: str, unit_key: str) -> int:
    """The unit's permanent random number, 0 to 2**64 - 1."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{unit_key}".encode()).digest()[:8], "big")


def prns(seed: str, keys: Sequence[str], rotation: int = 0) -> Numbers:
    """The numbers of many units; `rotation` (negative coordination) is taken off modulo 2**64, so that the order starts there."""
    # The seed is hashed once; every unit goes on from a copy of that state.
    begun = hashlib.sha256(f"{seed}|".encode()).copy
    numbers = np.empty(len(keys), dtype=np.uint64)
    for start in range(0, len(keys), AT_ONCE):
        digests = []
        for key in keys[start : start + AT_ONCE]:
            digest = begun()
            digest.update(key.encode())
            digests.append(digest.digest())
        numbers[start : start + AT_ONCE] = np.frombuffer(b"".join(digests), dtype=">u8")[::4]
    return numbers - np.uint64(rotation) if rotation else numbers


@dataclass(frozen=True)
class Arranged:
    """A frame by stratum, then order: arrays of equal length, since a frame may hold millions of units."""

    index: NDArray[np.int64]
    """Where the unit stands in the input."""
    strata: NDArray[np.int64]
    numbers: Numbers
    positions: NDArray[np.int64]
    """Places in the stratum's order, from 1."""

    def released(self, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the units of a sample of `sizes` (by stratum number) stand in the input."""
        return self.index[self.positions <= sizes[self.strata]]


def arrange(keys: Sequence[str], strata: NDArray[np.int64], seed: str, rotation: int = 0) -> Arranged:
    """The units by (stratum, number, key as UTF-8 bytes); `strata` are whole numbers from 0. A key that stands twice is refused."""
    numbers = prns(seed, keys, rotation)
    by_number = np.argsort(numbers)
    numbers, by_stratum = numbers[by_number], strata[by_number]
    equal = np.flatnonzero(numbers[1:] == numbers[:-1])
    if equal.size:  # a key that stands twice, or two units with one number: once in many billions, but the rule must hold
        _settle_ties(keys, by_number, numbers, equal)
        by_stratum = strata[by_number]
    # Sorted again by stratum alone, keeping the order within; small whole numbers sort in one pass.
    last = int(strata.max(initial=0))
    again = np.argsort(by_stratum.astype(np.min_scalar_type(last)), kind="stable")
    ordered = by_stratum[again]
    starts = np.searchsorted(ordered, np.arange(last + 1))
    positions = np.arange(1, len(ordered) + 1) - starts[ordered]
    return Arranged(by_number[again], ordered, numbers[again], positions)


def places(units: Sequence[tuple[str, str]], seed: str, rotation: int = 0) -> list[Place]:
    """Every (unit key, stratum) of a frame with its number and place, by stratum (as UTF-8 bytes), then order."""
    # Python orders text by code point, which is the order of its UTF-8 bytes.
    names = sorted({stratum for _, stratum in units})
    code = {name: number for number, name in enumerate(names)}
    strata = np.fromiter((code[stratum] for _, stratum in units), dtype=np.int64, count=len(units))
    arranged = arrange([key for key, _ in units], strata, seed, rotation)
    digits = arranged.numbers.astype(">u8").tobytes().hex()
    index = arranged.index.tolist()
    columns = (
        [units[at][0] for at in index],
        [names[stratum] for stratum in arranged.strata.tolist()],
        [digits[first : first + 16] for first in range(0, len(digits), 16)],
        arranged.positions.tolist(),
        index,
    )
    return list(map(Place._make, zip(*columns, strict=True)))


def _settle_ties(keys: Sequence[str], by_number: NDArray[np.int64], numbers: Numbers, equal: NDArray[np.int64]) -> None:
    """Put units with one number in the order of their keys; a key that stands twice would have two chances."""
    for number in np.unique(numbers[equal]):
        first, after = np.searchsorted(numbers, number, side="left"), np.searchsorted(numbers, number, side="right")
        tied = sorted(by_number[first:after].tolist(), key=lambda at: keys[at].encode())
        for one, other in pairwise(tied):
            if keys[one] == keys[other]:
                raise InvalidInput("duplicate_unit", "单位“{unit_key}”在抽样框里出现了不止一次：请先去重。", unit_key=keys[one])
        by_number[first:after] = tied


def take(placed: Sequence[Place], sizes: dict[str, int]) -> list[DrawnStratum]:
    """The strata of a draw that takes the first `sizes[stratum]` of each order; refused where a stratum cannot give them."""
    counts = Counter(place.stratum for place in placed)
    check_sizes(counts, sizes)
    last = {place.stratum: place.prn for place in placed if place.order == sizes[place.stratum]}
    return [DrawnStratum(name, counts[name], sizes[name], last.get(name)) for name in sorted(counts)]


def check_sizes(counts: dict[str, int], sizes: dict[str, int]) -> None:
    """Refuse sizes for strata that the frame has not, frame strata without a size, and sizes above N or below 0."""
    for name, wanted in sorted(sizes.items()):
        if wanted < 0:
            raise InvalidInput("absurd_number", "层“{stratum}”的样本数是负数：请改正。", stratum=name)
        if wanted and name not in counts:  # none of nothing is no mistake: an allocation lists empty strata too
            raise Refused("unknown_stratum", "抽样框里没有层“{stratum}”：请检查层的名称。", stratum=name)
        if wanted > counts.get(name, 0):
            raise more_than_there_are(name, wanted, counts[name])
    if missing := sorted(set(counts) - set(sizes)):
        raise Refused("stratum_without_size", "层“{stratum}”没有给出样本数：不抽也要写 0。", stratum=missing[0])
