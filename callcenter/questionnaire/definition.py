"""A questionnaire as read: questions in order, their choices, their conditions compiled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from callcenter.questionnaire.expressions import Expression

NONANSWERS: dict[str, tuple[str, str]] = {
    "dont_know": ("B", "不知道"),
    "dont_remember": ("J", "记不清"),
    "refused": ("R", "拒答"),
    "not_applicable": ("N", "不适用"),
}
"""Code: letter key and label. Never read aloud."""

SILENT_TYPES = frozenset({"calculate", "hidden"})
"""Types that nobody is asked."""

TEXT_REFERENCE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
Texts = Mapping[str, str]
"""A text in each language; the key is empty where no language is named."""


@dataclass(frozen=True)
class Choice:
    """One choice of a list."""

    value: str
    label: Texts
    fixed: bool = False
    """Keeps its place where the order is random."""


@dataclass(frozen=True)
class Question:
    """One row of the sheet `survey`, with the conditions of the groups around it."""

    name: str
    type: str
    row: int
    texts: Mapping[str, Texts] = field(default_factory=dict)
    """Column (label, say, hint, constraint_message, required_message) to its text in each language."""
    choices: tuple[Choice, ...] = ()
    relevant: tuple[Expression, ...] = ()
    constraint: Expression | None = None
    calculation: Expression | None = None
    required: Expression | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    nonanswers: tuple[str, ...] = ()
    items: tuple[int, ...] = ()
    measure: str = ""
    unit: str = ""
    standard: str = ""
    core: bool = False
    recheck: bool = False
    random: bool = False

    @property
    def asked(self) -> bool:
        """Whether an operator is shown it."""
        return self.type not in SILENT_TYPES

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the questions that decide whether it is asked and what it calculates."""
        expressions = [*self.relevant, *([self.calculation] if self.calculation else []), *([self.required] if self.required else [])]
        return tuple(dict.fromkeys(name for expression in expressions for name in expression.names))

    def text(self, column: str, language: str = "zh") -> str:
        """Its text in `language`, else in the default one; empty where it has none."""
        return in_language(self.texts.get(column, {}), language)


@dataclass(frozen=True)
class Definition:
    """A questionnaire ready to be routed."""

    title: str
    settings: Mapping[str, str]
    questions: tuple[Question, ...]

    @cached_property
    def by_name(self) -> dict[str, Question]:
        """Questions by name."""
        return {question.name: question for question in self.questions}


def in_language(texts: Texts, language: str) -> str:
    """The text in `language` (`zh`, `en`), else the default, else any."""
    for name, text in texts.items():
        if name.endswith(f"({language})") or name == language:
            return text
    return texts.get("") or next(iter(texts.values()), "")
