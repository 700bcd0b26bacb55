"""Base weights: how many frame units of its stratum a released unit stands for."""

from collections.abc import Mapping


def base_weight(size: int, released: int) -> float | None:
    """N_h / released_h; None while nothing is released: no unit stands for the stratum."""
    return size / released if released else None


def base_weights(strata: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Weights by stratum from (N, released); strata without a released unit are left out."""
    return {name: size / released for name, (size, released) in strata.items() if released}
