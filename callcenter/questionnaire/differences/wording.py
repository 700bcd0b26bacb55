"""Texts of two versions side by side, language by language; a column without a language is in its form's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.languages import CHINESE, Texts, code_of


@dataclass(frozen=True)
class Languages:
    """The languages of two versions: what only one of them speaks is told once and not question by question."""

    old: Definition
    new: Definition

    @cached_property
    def added(self) -> tuple[str, ...]:
        """Languages that only the new version speaks, as it names them."""
        known = self._codes(self.old, self.new)
        return tuple(name for name in self.new.languages if name and self._code(self.new, self.old, name) not in known)

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """Languages that only the old version speaks."""
        known = self._codes(self.new, self.old)
        return tuple(name for name in self.old.languages if name and self._code(self.old, self.new, name) not in known)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Codes of the languages that both speak."""
        return self._codes(self.old, self.new) & self._codes(self.new, self.old)

    def of_old(self, texts: Texts) -> dict[str, str]:
        """A text of the old version in each shared language."""
        return self._told(self.old, self.new, texts)

    def of_new(self, texts: Texts) -> dict[str, str]:
        """A text of the new version in each shared language."""
        return self._told(self.new, self.old, texts)

    def name_of(self, code: str) -> str:
        """A shared language as the versions name it; empty for the form's own where neither names it."""
        return next((name for each in (self.new, self.old) for name in each.languages if name and code_of(name) == code), "")

    def _told(self, mine: Definition, other: Definition, texts: Texts) -> dict[str, str]:
        bare = {self._code(mine, other, ""): texts[""]} if texts.get("") else {}
        found = bare | {code_of(name): text for name, text in texts.items() if name}
        return {code: text for code, text in found.items() if code in self.shared}

    def _codes(self, mine: Definition, other: Definition) -> frozenset[str]:
        return frozenset(self._code(mine, other, name) for name in mine.languages)

    def _code(self, mine: Definition, other: Definition, name: str) -> str:
        return code_of(name) if name else _own(mine, other)


def _own(mine: Definition, other: Definition) -> str:
    """The code of texts without a language: as settings say, else Chinese, else the first language that the other version names."""
    if mine.own_language:
        return code_of(mine.own_language)
    named = [code_of(name) for name in other.languages if name]
    return CHINESE if CHINESE in named or not named or "" in other.languages else code_of(other.own_language) or named[0]


def same_texts(languages: Languages, old: Mapping[str, Texts], new: Mapping[str, Texts]) -> bool:
    """Whether two questions say the same."""
    columns = {*old, *new}
    return all(languages.of_old(old.get(column, {})) == languages.of_new(new.get(column, {})) for column in columns)
