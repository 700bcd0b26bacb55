"""Sharing out a total over strata: equal, proportional, Neyman, power (Bankier) or fixed, within bounds, in whole units.

Every method gives a measure m_h; the shares are clamp(λ·m_h, lo_h, N_h) with the λ for which they sum to n, so that what a
cap at N_h (or a minimum) takes away is shared out again over the others. Arithmetic is in fractions: ties are true ties.
Sources: Bankier, "Power allocations", The American Statistician 42 (1988), 174-177; Wesołowski, Wieczorkowski & Wójciak, "Optimality
of the recursive Neyman allocation", Journal of Survey Statistics and Methodology 10 (2021), 1263-1275 (Neyman under caps is just such
a clamp). Numbers: the R packages stratallo 3.0.1, PracTools and SampleSelectR, whose printed examples are our tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from callcenter.errors import InvalidInput, Refused

MOST_POWER = 4
MOST_IMPORTANCE = 10**70  # beyond it a float cannot hold the fourth power
METHODS = ("proportional", "equal", "neyman", "power", "fixed")


@dataclass(frozen=True)
class StratumFacts:
    """What a method may need to know of a stratum: N, S (deviation), CV, X (importance) and, for `fixed`, its n."""

    name: str
    size: int
    deviation: Fraction | None = None
    variation: Fraction | None = None
    importance: Fraction | None = None
    wanted: int | None = None


def allocate(
    strata: Sequence[StratumFacts], total: int, method: str = "proportional", *, power: float = 0.5, minimum: int = 0, take_all: int = 0
) -> list[int]:
    """Whole sizes that sum to exactly `total`, in the order of `strata`.

    `minimum` holds for each stratum up to its N; a stratum with fewer than `take_all` units is taken whole; no size exceeds N.
    Refused, with the feasible totals named, where that cannot be done. N 3000, 4000, 5000, 2000 with S 48, 179, 176, 16 and
    n = 190 give 16, 77, 94, 3 by `neyman` (vignette of R's stratallo, `opt` and `round_oric`; unrounded 15.440, 76.772, 94.357, 3.431).
    """
    _check(strata, total, method, minimum, take_all)
    if not 0 <= power <= MOST_POWER:
        raise InvalidInput("wrong_use", "幂次应在 0 与 {most} 之间，不能是 {power}。", most=MOST_POWER, power=power)
    if method == "fixed":
        return _fixed(strata, total, minimum, take_all)
    measures = [_measure(stratum, method, power) for stratum in strata]
    lows = [stratum.size if stratum.size < take_all else min(minimum, stratum.size) for stratum in strata]
    highs = [stratum.size if measure > 0 else low for stratum, measure, low in zip(strata, measures, lows, strict=True)]
    _check_feasible(total, sum(lows), sum(highs))
    unrounded = shares(measures, lows, highs, total)
    inside = [low < share < high for share, low, high in zip(unrounded, lows, highs, strict=True)]
    return _hamilton(strata, unrounded, inside, total)


def shares(measures: Sequence[Fraction], lows: Sequence[int], highs: Sequence[int], total: int) -> list[Fraction]:
    """clamp(λ·m_h, lo_h, hi_h) with the λ for which they sum to `total`, which must lie between the sums of both bounds."""
    factor = _factor(measures, lows, highs, total)
    return [min(max(factor * measure, Fraction(low)), Fraction(high)) for measure, low, high in zip(measures, lows, highs, strict=True)]


def _measure(stratum: StratumFacts, method: str, power: float) -> Fraction:
    """m_h: 1, N_h, N_h·S_h or CV_h·X_h^q; nothing for an empty stratum."""
    if stratum.size == 0:
        return Fraction(0)
    if method == "equal":
        return Fraction(1)
    if method == "proportional":
        return Fraction(stratum.size)
    if method == "neyman":
        return stratum.size * _needed(stratum, stratum.deviation, "S")
    return _needed(stratum, stratum.variation, "CV") * Fraction(
        float(min(_needed(stratum, stratum.importance, "X"), Fraction(MOST_IMPORTANCE))) ** power
    )


def _needed(stratum: StratumFacts, value: Fraction | None, column: str) -> Fraction:
    if value is None:
        raise InvalidInput(
            "missing_column", "这种分配方法需要 {column} 列，层“{stratum}”没有：请补上。", column=column, stratum=stratum.name
        )
    if value < 0:
        raise InvalidInput("absurd_number", "层“{stratum}”的 {column} 是负数：请改正。", column=column, stratum=stratum.name)
    return value


def _factor(measures: Sequence[Fraction], lows: Sequence[int], highs: Sequence[int], total: int) -> Fraction:
    """The λ of the module's formula: one sweep over the points where a share leaves its minimum or meets its cap."""
    points: list[tuple[Fraction, int, Fraction, int]] = []
    for measure, low, high in zip(measures, lows, highs, strict=True):
        if measure > 0:
            # At a meeting point of both kinds leaving comes first: a share that leaves and is capped at once counts as capped.
            points += [(low / measure, 0, measure, -low), (high / measure, 1, -measure, high)]
    bound, slope = Fraction(sum(lows)), Fraction(0)
    for point, _, turn, shift in sorted(points):
        if slope > 0 and bound + slope * point >= total:
            return (total - bound) / slope
        bound, slope = bound + shift, slope + turn
    return max((point for point, *_ in points), default=Fraction(0)) if total > sum(lows) else Fraction(0)


def _hamilton(strata: Sequence[StratumFacts], shares: Sequence[Fraction], inside: Sequence[bool], total: int) -> list[int]:
    """Largest remainder over the strata at no bound; ties to the larger N, then by name."""
    sizes = [int(share) for share in shares]
    order = [place for place in range(len(strata)) if inside[place]]
    order.sort(key=lambda place: (sizes[place] - shares[place], -strata[place].size, strata[place].name))
    for place in order[: total - sum(sizes)]:
        sizes[place] += 1
    return sizes


def _fixed(strata: Sequence[StratumFacts], total: int, minimum: int, take_all: int) -> list[int]:
    """The sizes as given, held against every bound: a size that was named is never changed silently."""
    sizes = [int(_needed(stratum, None if stratum.wanted is None else Fraction(stratum.wanted), "n")) for stratum in strata]
    for stratum, size in zip(strata, sizes, strict=True):
        if size > stratum.size:
            raise more_than_there_are(stratum.name, size, stratum.size)
        low = stratum.size if stratum.size < take_all else min(minimum, stratum.size)
        if size < low:
            raise Refused(
                "infeasible", "层“{stratum}”指定 {n} 个，少于下限 {low} 个：请改指定数或下限。", stratum=stratum.name, n=size, low=low
            )
    _check_feasible(total, sum(sizes), sum(sizes))
    return sizes


def more_than_there_are(stratum: str, wanted: int, size: int) -> Refused:
    """The refusal of a size above N."""
    text = "层“{stratum}”只有 {size} 个单位，抽不出 {n} 个：最多 {size} 个。"
    return Refused("infeasible", text, stratum=stratum, n=wanted, size=size)


def _check(strata: Sequence[StratumFacts], total: int, method: str, minimum: int, take_all: int) -> None:
    if method not in METHODS:
        raise InvalidInput("wrong_use", "没有“{method}”这种分配方法：可用 {methods}。", method=method, methods="、".join(METHODS))
    if min(total, minimum, take_all) < 0:
        raise InvalidInput("wrong_use", "总数、下限和全取界限不能是负数：请改正。")
    if not strata:
        raise Refused("no_strata", "没有任何层可供分配：请先给出各层的单位数。")
    names = [stratum.name for stratum in strata]
    for stratum in strata:
        if stratum.size < 0:
            raise InvalidInput("absurd_number", "层“{stratum}”的单位数是负数：请改正。", stratum=stratum.name)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput("duplicate_stratum", "层“{stratum}”出现了两次：请合并。", stratum=twice)


def _check_feasible(total: int, low: int, high: int) -> None:
    if low <= total <= high:
        return
    if low == high:
        raise Refused("infeasible", "总数 {n} 分配不了：按这些条件总数只能是 {low}。", n=total, low=low, high=high)
    raise Refused("infeasible", "总数 {n} 分配不了：按这些条件总数应在 {low} 到 {high} 之间。", n=total, low=low, high=high)
