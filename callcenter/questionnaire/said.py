"""Sentences that are known in both languages."""

from collections.abc import Iterable

from callcenter.questionnaire.languages import ENGLISH, code_of


class Said(str):
    """A sentence in Chinese that knows itself in English."""

    english: str
    __slots__ = ("english",)

    def __new__(cls, chinese: str, english: str) -> "Said":
        """Both at once."""
        made = super().__new__(cls, chinese)
        made.english = english
        return made


def listed(names: Iterable[str]) -> Said:
    """Names one after the other."""
    each = list(names)
    return Said("、".join(each), ", ".join(each))


def said_of(problem: ValueError) -> Said:
    """What an exception says, in both languages where it knows both."""
    about = problem.args[0] if problem.args else ""
    return about if isinstance(about, Said) else Said(str(about), str(about))


def in_spoken(said: str, language: str) -> str:
    """What the programme itself says to somebody who is spoken to in `language`: English or Chinese."""
    return str(english_of(said) if code_of(language) == ENGLISH else said)


def english_of(about: object) -> object:
    """The English of what was said, or of what an exception says; whatever else it is stays."""
    said = about.args[0] if isinstance(about, BaseException) and about.args else about
    return said.english if isinstance(said, Said) else said
