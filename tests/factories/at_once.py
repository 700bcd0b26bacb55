"""Two at once, as closely as they can be: one stands in the middle of its work while the other goes as far as it gets."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from callcenter.db.engine import statement
from tests.factories.waiting import until

T = TypeVar("T")
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def beside(action: Callable[[], T]) -> Future[T]:
    """Start it in a thread, and go on here as soon as it has ended or waits for what is held here."""
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(action)
    pool.shutdown(wait=False)
    until(lambda: begun.done() or statement(WAITING), every=0.005)
    return begun
