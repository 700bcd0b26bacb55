"""Answers in words as their codes: a question of several choices is made of them, of which there are figures once all are coded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from callcenter.estimates.questions import Question

NO_CODE, NO_CODE_LABEL = "0", "没有合适的类别"
"""What is given on purpose where no code of the frame fits."""
KIND = "select_multiple"


class InFrame(Protocol):
    """What is needed of a code of a frame."""

    @property
    def code(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def label(self) -> Any: ...  # noqa: D102  # named as in the tables
    @property
    def retired_at(self) -> Any: ...  # noqa: D102  # named as in the tables


@dataclass(frozen=True)
class Progress:
    """How many answers valid cases gave in words, and how many of them are coded as they now stand."""

    answers: int
    coded: int

    @property
    def complete(self) -> bool:
        """Whether shares can be told: those coded first are no sample of the others."""
        return 0 < self.answers == self.coded


def choices_of(frame: Iterable[InFrame]) -> tuple[tuple[str, str], ...]:
    """The codes of a frame with their labels, retired ones too, as what was coded with them stays; then that none fits."""
    known = ((str(each.code), f"{each.label}（已停用）" if each.retired_at else str(each.label)) for each in frame)
    return (*known, (NO_CODE, NO_CODE_LABEL))


def coded_label(label: str) -> str:
    """What the question is called whose answers are codes."""
    return f"{label}（编码）"


def coded_name(question: str, taken: Iterable[str]) -> str:
    """A name for it that no other question has, in any case of letters."""
    known, name, number = {each.casefold() for each in taken}, f"{question}_coded", 1
    while name.casefold() in known:
        number += 1
        name = f"{question}_coded_{number}"
    return name


def coded_question(question: Question, frame: Sequence[InFrame], taken: Iterable[str]) -> Question:
    """The question of several choices that the codes of a question's answers make."""
    name = coded_name(question.name, taken)
    return Question(name, KIND, coded_label(question.label), choices_of(frame), question.repeated, item=question.item)
