"""What was read last of large populations, kept in this process while nothing was written: pages ask for one question after another.

Kept data are used only while no row was added to any table that figures are made of. Rows become visible in another order than they
were numbered, so that only what was read while nobody was writing is kept; everybody else reads anew.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import text
from sqlmodel import Session


class Read(Protocol):
    """What is kept: released cases."""

    @property
    def cases(self) -> Sequence[Any]: ...  # noqa: D102  # as it says


R = TypeVar("R", bound=Read)
K = TypeVar("K")
V = TypeVar("V")
LARGE = 2_000
"""Cases from which a population is worth keeping."""
MOST_POPULATIONS, MOST_QUESTIONS = 3, 6

VERSION = """
SELECT pg_snapshot_xmin(s) = pg_snapshot_xmax(s) AS settled, (SELECT oid FROM pg_database WHERE datname = current_database())::text
    || (SELECT json_build_array((SELECT max(id) FROM cases), (SELECT max(id) FROM dispositions), (SELECT max(id) FROM validity_verdicts),
        (SELECT max(id) FROM interviews), (SELECT max(id) FROM answers), (SELECT max(id) FROM releases), (SELECT max(id) FROM draws),
        (SELECT max(id) FROM questionnaires), (SELECT max(id) FROM detachments))) AS rows
FROM pg_current_snapshot() s
"""


@dataclass
class _Kept:
    version: str
    of: Any
    asked: OrderedDict[tuple[str, ...], Any] = field(default_factory=OrderedDict)
    """The same with the answers to some questions."""


_lock = threading.Lock()
_kept: OrderedDict[int, _Kept] = OrderedDict()


@dataclass(frozen=True)
class Now:
    """What the data of a draw stand at; `settled` where nobody is writing."""

    draw_id: int
    version: str
    settled: bool


def now(session: Session, draw_id: int, settings: Mapping[str, Any]) -> Now:
    """How the data of a draw stand, under a study's settings."""
    settled, rows = session.execute(text(VERSION)).one()
    return Now(draw_id, f"{rows} {json.dumps(settings, sort_keys=True, default=str)}", settled)


def released(at: Now, read: Callable[[], R], named: Callable[[R], Sequence[str]], answered: Callable[[R, Sequence[str]], R]) -> R:
    """Cases and the answers to the questions `named` of them, kept where they still hold, else read anew."""
    with _lock:
        found = _kept.get(at.draw_id)
    of: R = found.of if found and found.version == at.version else read()
    wanted = tuple(named(of))
    with _lock:
        if found and found.of is of and wanted in found.asked:
            held: R = _newest(found.asked, wanted, MOST_QUESTIONS)
            return held
    asked = answered(of, wanted)
    if at.settled and len(of.cases) >= LARGE:
        with _lock:
            if at.draw_id not in _kept or _kept[at.draw_id].version != at.version:
                _kept[at.draw_id] = _Kept(at.version, of)
            _kept[at.draw_id].asked[wanted] = asked
            _newest(_newest(_kept, at.draw_id, MOST_POPULATIONS).asked, wanted, MOST_QUESTIONS)
    return asked


def _newest(of: OrderedDict[K, V], key: K, most: int) -> V:
    """What is kept under a key; the oldest are let go where there are more than `most`."""
    of.move_to_end(key)
    while len(of) > most:
        of.popitem(last=False)
    return of[key]
