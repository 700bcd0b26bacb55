"""Work on very many rows without the search for garbage in circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """No search for garbage in circles meanwhile: judging and merging leave none, and each search would walk through all rows so far."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
