"""What an expression can see, and what running one is."""

from collections.abc import Callable
from typing import Protocol

from callcenter.questionnaire.expressions.meaning import Value


class Scope(Protocol):
    """What an expression can see."""

    def value(self, name: str) -> Value:
        """The value of a question or calculation; empty text where it has none."""

    def this(self) -> Value:
        """The answer being checked (`.`)."""

    def today(self) -> str:
        """The day in field time, ISO 8601."""

    def now(self) -> str:
        """The moment in field time, ISO 8601."""

    def column(self, name: str) -> str:
        """A column of the choice being filtered."""

    def position(self, levels: int) -> int:
        """The number of the instance of the repeat so many levels around, from 1; 0 outside."""

    def indexed(self, name: str, places: list[tuple[str, int]]) -> Value:
        """The value of a question in the named instances of its repeats."""

    def choice_name(self, name: str, code: str) -> str:
        """The label of a choice."""


Run = Callable[[Scope], Value]
