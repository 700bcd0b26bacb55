"""How tests wait: for what they mean, never for a number of seconds; only what hangs runs into the end."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds after which something has hung, also where the machine has much else to do."""


def until(
    condition: Callable[[], object], seconds: float = PATIENCE, *, every: float = 0.05, instead: Callable[[], object] = lambda: ""
) -> float:
    """Wait until it holds; the seconds that took. `instead` tells what is so where it does not come to that."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + seconds, f"it did not come to that: {instead()}"
        time.sleep(every)
    return time.monotonic() - began
