"""The frame's strata and its hash: what a draw and its certificate start from."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from callcenter.frame.duplicates import Unit
from callcenter.lists.districts import DISTRICTS, UNKNOWN

_ORDER = {name: place for place, name in enumerate([*DISTRICTS.values(), UNKNOWN])}


def sizes(units: Sequence[Unit]) -> dict[str, int]:
    """Units by district, in the order of the district codes, 未知 last."""
    counted = Counter(unit.district for unit in units)
    return ordered(counted)


def ordered(sizes: Mapping[str, int]) -> dict[str, int]:
    """The same counts in the order of the district codes (a stored document keeps none)."""
    return {name: sizes[name] for name in sorted(sizes, key=in_order)}


def in_order(district: str) -> tuple[int, str]:
    """Sorts districts as their codes do."""
    return _ORDER.get(district, len(_ORDER)), district


def frame_hash(lines: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the lines `unit_key TAB stratum LF`, sorted bytewise."""
    written = sorted(f"{key}\t{stratum}\n".encode() for key, stratum in lines)
    return hashlib.sha256(b"".join(written)).hexdigest()
