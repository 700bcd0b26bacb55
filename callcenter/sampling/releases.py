"""The release pointer of a stratum: it moves forward in whole steps, is never taken back and never passes N.

Any sequence of releases therefore gives the first `released` units of the stratum's order, each with probability released / N
where sizes are fixed in advance (an approximation where they follow outcomes).
"""

from dataclasses import dataclass

from callcenter.errors import InvalidInput, Refused


@dataclass(frozen=True)
class Pointer:
    """Where a stratum stands: N, n of the main sample, released so far."""

    stratum: str
    size: int
    main_size: int
    released: int

    @property
    def reserves(self) -> int:
        """Units not yet released."""
        return self.size - self.released

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to release."""
        return self.released >= self.size


def next_step(pointer: Pointer, count: int, kind: str, *, step: int = 1) -> range:
    """Positions (from 1) of the next `count` units; refused where the rules of releases do not allow them.

    The main sample is never more than n; top-ups begin behind it, in whole steps of `step` (the last one may be what is left).
    """
    if count < 1:
        raise InvalidInput("absurd_number", "释放数量应为正整数，不能是 {count}。", count=count)
    if pointer.exhausted:
        raise Refused(
            "stratum_exhausted", "层“{stratum}”的 {size} 个单位已全部释放，没有备用样本了。", stratum=pointer.stratum, size=pointer.size
        )
    if count > pointer.reserves:
        text = "层“{stratum}”只剩 {left} 个备用单位，不能释放 {count} 个。"
        raise Refused("beyond_stratum", text, stratum=pointer.stratum, left=pointer.reserves, count=count)
    if kind == "main":
        _check_main(pointer, count)
    else:
        _check_top_up(pointer, count, step)
    return range(pointer.released + 1, pointer.released + count + 1)


def whole_steps(count: int, step: int, reserves: int) -> int:
    """`count` rounded up to whole steps, at most what is left."""
    return min(-(-count // step) * step, reserves)


def _check_main(pointer: Pointer, count: int) -> None:
    if pointer.released + count > pointer.main_size:
        text = "层“{stratum}”的主样本是 {main} 个，已释放 {released} 个：再多就是补充样本。"
        raise Refused("beyond_main", text, stratum=pointer.stratum, main=pointer.main_size, released=pointer.released)


def _check_top_up(pointer: Pointer, count: int, step: int) -> None:
    if pointer.released < pointer.main_size:
        raise Refused("main_first", "层“{stratum}”的主样本还没有全部释放：请先释放主样本。", stratum=pointer.stratum)
    if count % step and count != pointer.reserves:
        raise Refused(
            "not_whole_steps", "补充样本按每步 {step} 个释放：请用它的整数倍，或剩下的 {left} 个。", step=step, left=pointer.reserves
        )
