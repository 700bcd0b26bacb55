"""What goes into the engine and what comes out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.questionnaire.definition import Choice, Question

Place = tuple[int, ...]
"""Numbers of the repeats' instances around a question, from 1, the outermost first; empty outside repeats."""
_KEY = re.compile(r"(.+)\[(\d+(?:/\d+)*)\]")


@dataclass(frozen=True, slots=True)
class Given:
    """What was said to a question: a value, or a non-answer, or neither where it was left empty."""

    value: Any = None
    nonanswer: str | None = None


@dataclass(frozen=True)
class Moment:
    """Field time as expressions see it, ISO 8601."""

    today: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A question on the route and what was said there; `problem` is why that cannot stand."""

    question: Question
    given: Given | None
    problem: str | None = None
    place: Place = ()
    choices: tuple[Choice, ...] = ()
    """Those that its filter leaves."""
    assumed: bool = False
    """What was said is its default, which somebody who is asked has still to pass."""

    @property
    def index(self) -> str:
        """The instance, such as `2` or `2/1`; empty outside repeats."""
        return "/".join(map(str, self.place))

    @property
    def key(self) -> str:
        """The name under which its answer is kept."""
        return key_of(self.question.name, self.index)

    @property
    def open(self) -> bool:
        """Whether an answer that stands is still wanted here."""
        return self.given is None or self.problem is not None or self.assumed


@dataclass(frozen=True)
class Route:
    """Where an interview stands."""

    stops: tuple[Stop, ...]
    """From the first question to the next one, which is last unless the interview is complete."""
    next: Question | None
    set_aside: tuple[str, ...]
    """Questions with an answer that the present route does not pass; the answer is kept."""
    calculated: Mapping[str, str]
    total: int
    """Questions on the route as it looks now."""
    total_known: bool
    """Whether `total` says something: not while screening has still to tell whether the main part is asked at all."""
    completeness: float
    """p: share of the core questions on the route that are answered; a refusal is none."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left to ask."""
        return self.next is None

    @property
    def next_key(self) -> str | None:
        """The name under which the next answer is kept; None where nothing is left to ask."""
        return self.stops[-1].key if self.next is not None else None

    @property
    def answered(self) -> tuple[Stop, ...]:
        """The stops that have an answer which stands."""
        return tuple(stop for stop in self.stops if not stop.open)

    def stop(self, key: str) -> Stop | None:
        """The stop at that question, where the route passes it."""
        name, place = parted(key)
        return next((stop for stop in self.stops if stop.question.name == name and stop.place == place), None)


def key_of(name: str, index: str = "") -> str:
    """The name under which an answer is kept: `visits`, or `visits[2]` in the second instance of a repeat."""
    return f"{name}[{index}]" if index else name


def parted(key: str) -> tuple[str, Place]:
    """Name and instance of a key."""
    found = _KEY.fullmatch(key) if key.endswith("]") else None
    return (found[1], tuple(map(int, found[2].split("/")))) if found else (key, ())
