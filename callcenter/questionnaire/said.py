"""Sentences that are known in both languages."""

from collections.abc import Iterable


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


def english_of(about: object) -> object:
    """The English of what was said, or of what an exception says; whatever else it is stays."""
    said = about.args[0] if isinstance(about, BaseException) and about.args else about
    return said.english if isinstance(said, Said) else said
