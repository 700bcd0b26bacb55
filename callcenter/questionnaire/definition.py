"""A questionnaire as read: questions in order, their choices, their conditions compiled."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.languages import CHINESE, Texts, code_of, in_language, named

SILENT_TYPES = frozenset({"calculate", "hidden"})
"""Types that nobody is asked."""

FEW_LINKS = 20
"""So many questions may hang on each other before what they hang on is worked out step by step."""


TEXT_REFERENCE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")


@dataclass(frozen=True)
class Choice:
    """One choice of a list."""

    value: str
    label: Texts
    fixed: bool = False
    """Keeps its place where the order is random."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Every cell of its row, as `choice_filter` sees them."""
    row: int = 0
    always: bool = False
    """Stays whatever is filtered (the `other` that or_other adds)."""


@dataclass(frozen=True, eq=False)
class Block:
    """A group or a repeat of the sheet `survey`."""

    name: str
    row: int
    repeats: bool = False
    conditions: tuple[Expression, ...] = ()
    """Its own `relevant` and those of the blocks around it."""
    count: Expression | None = None
    """Instances of a repeat; without it the repeat has no end, which checks refuse."""
    random: bool = False
    """Its parts come in an order that differs from case to case."""
    fixed: bool = False
    label: Texts = field(default_factory=dict)
    around: tuple["Block", ...] = ()
    """The repeats around it, the outermost first."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the questions that decide whether there is one, and how many."""
        counts = [block.count for block in (*self.around, self) if block.count is not None]
        return tuple(dict.fromkeys(name for expression in (*self.conditions, *counts) for name in expression.names))


@dataclass(frozen=True)
class Branch:
    """A block with what it holds."""

    block: Block
    body: tuple["Question | Branch", ...]


@dataclass(frozen=True, eq=False)
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
    keeps: tuple[str, ...] = ()
    """The codes of its choices that keep the promise `standard`, as they are written."""
    breaks: tuple[str, ...] = ()
    """Those that break it; where none is named, all others do."""
    core: bool = False
    recheck: bool = False
    random: bool = False
    fixed: bool = False
    """Keeps its place, at the end, where the order of its block is random."""
    once: str = ""
    """Asked once where an enterprise is asked about several matters: `first` with the first of them, `last` behind the last."""
    path: tuple[Block, ...] = ()
    """The blocks around it, the outermost first."""
    choice_filter: Expression | None = None
    seed: Expression | None = None
    """The answer that orders its choices, where `parameters` says `seed=${q}`."""
    prefill: Expression | None = None
    """A default that is worked out, or the calculation of a question that is asked."""

    @cached_property
    def repeats(self) -> tuple[Block, ...]:
        """The repeats around it, the outermost first."""
        return tuple(block for block in self.path if block.repeats)

    @property
    def asked(self) -> bool:
        """Whether an operator is shown it."""
        return self.type not in SILENT_TYPES

    @property
    def spoken(self) -> Iterator[Texts]:
        """All texts about it, in their languages: its own, its choices', its blocks'."""
        yield from (*self.texts.values(), *(choice.label for choice in self.choices), *(block.label for block in self.path))

    @cached_property
    def said_only(self) -> bool:
        """Whether its value is what was said, and nothing is worked out."""
        return self.calculation is None and self.prefill is None

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the questions that decide whether it is asked and what it calculates."""
        beside = (self.calculation, self.required, self.choice_filter, self.prefill, *(repeat.count for repeat in self.repeats))
        expressions = [*self.relevant, *(each for each in beside if each is not None)]
        return tuple(dict.fromkeys(name for expression in expressions for name in expression.names))

    @cached_property
    def judged_by(self) -> tuple[str, ...]:
        """Names of the questions that decide whether its answer can stand, and how it is shown."""
        return (*(self.constraint.names if self.constraint else ()), *(self.seed.names if self.seed else ()))

    def text(self, column: str, language: str = "zh") -> str:
        """Its text in `language`, else in the default one; empty where it has none."""
        return in_language(self.texts.get(column, {}), language)


@dataclass(frozen=True)
class Definition:
    """A questionnaire ready to be routed."""

    title: str
    settings: Mapping[str, str]
    questions: tuple[Question, ...]

    @property
    def own_language(self) -> str:
        """The language of texts without one, as `settings` names it; empty where it does not."""
        return next((value for name, value in self.settings.items() if name.strip().lower().replace(" ", "_") == "default_language"), "")

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of its texts as they are named, its own first (empty where no text or setting names that)."""
        every = [texts for question in self.questions for texts in question.spoken]
        found = list(dict.fromkeys(name for texts in every for name in texts))
        own = self.own_language or next((name for name in found if name and code_of(name) == CHINESE), "")
        others = [name for name in found if name and name != own]
        return (own, *others) if own in found or "" in found else tuple(others)

    def language_called(self, wanted: str) -> str | None:
        """The language meant by a name or a code; Chinese, or its own, where nothing is wanted; None where it has no such language."""
        if not wanted:
            return CHINESE
        if "" in self.languages and code_of(wanted) == code_of(self.own_language or CHINESE):
            return self.own_language or CHINESE
        return named([name for name in self.languages if name], wanted)

    @cached_property
    def by_name(self) -> dict[str, Question]:
        """Questions by name."""
        return {question.name: question for question in self.questions}

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Groups and repeats by name."""
        return {block.name: block for question in self.questions for block in question.path}

    @cached_property
    def calculations(self) -> tuple[Question, ...]:
        """What is calculated and never asked."""
        return tuple(question for question in self.questions if question.type == "calculate")

    @cached_property
    def core(self) -> tuple[Question, ...]:
        """What counts for completeness."""
        return tuple(question for question in self.questions if question.core)

    @cached_property
    def body(self) -> tuple[Question | Branch, ...]:
        """Questions and blocks as they lie in each other."""
        return _nested(self.questions, 0)

    @cached_property
    def repeating(self) -> bool:
        """Whether anything is asked more than once."""
        return any(block.repeats for block in self.blocks.values())

    @cached_property
    def shuffles(self) -> bool:
        """Whether some block comes in an order that differs from case to case."""
        return any(block.random for block in self.blocks.values())

    def reads_of(self, name: str) -> tuple[str, ...] | None:
        """What a question or a block reads; None where there is neither."""
        question, block = self.by_name.get(name), self.blocks.get(name)
        return question.reads if question else block.reads if block else None

    @cached_property
    def far_reaching(self) -> frozenset[str]:
        """Questions that hang on others through more than a few links."""
        links: dict[str, int] = {}
        for start in self.questions:
            stack = [start.name]
            while stack:
                name = stack[-1]
                reads = [each for each in self.reads_of(name) or () if self.reads_of(each) is not None]
                left = [] if name in links else [each for each in reads if each not in links]
                links.setdefault(name, 0)
                stack += left
                if not left:
                    links[stack.pop()] = max((links[each] + 1 for each in reads), default=0)
        return frozenset(name for name, count in links.items() if count > FEW_LINKS)

    def dependents(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Questions and blocks whose value or relevance an answer to `name` can change, and those whose answer it can judge anew."""
        if name not in self._dependents:
            changed = {name}
            left = [name]
            while left:
                for reader in self._readers.get(left.pop(), ()):
                    if reader not in changed:
                        changed.add(reader)
                        left.append(reader)
            judged = changed | {judge for each in changed for judge in self._judges.get(each, ())}
            self._dependents[name] = tuple(changed), tuple(judged)
        return self._dependents[name]

    @cached_property
    def worked_out(self) -> dict[str, Any]:
        """What others found out about it once and for all."""
        return {}

    @cached_property
    def _dependents(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {}

    @cached_property
    def _readers(self) -> dict[str, list[str]]:
        """Name to those that read it."""
        found: dict[str, list[str]] = {}
        for question in self.questions:
            for name in question.reads:
                found.setdefault(name, []).append(question.name)
        for block in self.blocks.values():
            for name in block.reads:
                found.setdefault(name, []).append(block.name)
        return found

    @cached_property
    def _judges(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for question in self.questions:
            for name in question.judged_by:
                found.setdefault(name, []).append(question.name)
        return found


def _nested(questions: Sequence[Question], depth: int) -> tuple[Question | Branch, ...]:
    """Consecutive questions of one block, put into it."""
    parts: list[Question | Branch] = []
    for block, together in groupby(questions, key=lambda question: question.path[depth] if len(question.path) > depth else None):
        inside = list(together)
        parts += [Branch(block, _nested(inside, depth + 1))] if block is not None else inside
    return tuple(parts)


def in_order(
    body: Sequence[Question | Branch], around: Block | None = None, depth: int = 0
) -> Iterator[tuple[Question | Block, Block | None, int]]:
    """Questions and the heads of blocks as they follow each other, each with the block around it and how deep it lies."""
    for part in body:
        if isinstance(part, Branch):
            yield part.block, around, depth
            yield from in_order(part.body, part.block, depth + 1)
        else:
            yield part, around, depth
