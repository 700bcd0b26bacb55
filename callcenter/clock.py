"""Field time: the one source of "now". Aware, in UTC; its source is plugged in by wiring.

Only doors, actions and the carrier may ask; pure modules are handed `now`, SQL gets it as a parameter.
"""

from collections.abc import Callable
from datetime import UTC, datetime


def wall_clock() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = wall_clock


def now() -> datetime:
    """The present moment of field time, aware, in UTC."""
    return _source()


def plug(source: Callable[[], datetime]) -> None:
    """Take field time from `source` in this process from here on (wiring and tests only)."""
    global _source
    _source = source
