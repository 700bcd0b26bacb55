"""Answers in the same words, read and coded once however often they were given."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Said(Protocol):
    """What is needed of an answer in words."""

    @property
    def case_id(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def instance(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def said(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def district(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def counted(self) -> Any: ...  # noqa: D102  # the codes that it has as it now stands


A = TypeVar("A", bound=Said)


@dataclass(frozen=True)
class Alike(Generic[A]):
    """Answers that say the same and are coded the same, or not yet; the first one stands for all."""

    answers: tuple[A, ...]

    @property
    def first(self) -> A:
        """The one that is shown."""
        return self.answers[0]

    @property
    def place(self) -> str:
        """What it is called in an address."""
        return f"{self.first.case_id}.{self.first.instance}"

    @property
    def uncoded(self) -> bool:
        """Whether they have no codes as they now stand."""
        return self.first.counted is None

    @property
    def districts(self) -> dict[str, int]:
        """How many there are in each district."""
        return dict(Counter(str(each.district) for each in self.answers))


def alike(answers: Iterable[A]) -> list[Alike[A]]:
    """Answers put together by their words (blanks and line ends aside) and their codes, in the order of the first of each."""
    groups: dict[tuple[str, tuple[str, ...] | None], list[A]] = {}
    for each in answers:
        codes = None if each.counted is None else tuple(each.counted)
        groups.setdefault((" ".join(str(each.said).split()), codes), []).append(each)
    return [Alike(tuple(group)) for group in groups.values()]


def next_uncoded(groups: Sequence[Alike[A]], after: A) -> Alike[A] | None:
    """The group without codes that comes after an answer, else the first there is."""
    waiting = [group for group in groups if group.uncoded]
    behind = (group for group in waiting if (group.first.case_id, group.first.instance) > (after.case_id, after.instance))
    return next(behind, waiting[0] if waiting else None)
