"""What stands on the paper: heads of blocks, and for every question its texts, answers with codes, routing in words, promise."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from callcenter.questionnaire.checks import minutes_read_aloud
from callcenter.questionnaire.definition import Block, Branch, Choice, Definition, Question
from callcenter.questionnaire.languages import CHINESE, in_language
from callcenter.questionnaire.printed.wording import Wording
from callcenter.questionnaire.question_types.number import scale
from callcenter.questionnaire.words import block_in_words, condition_in_words, in_words

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\$\{[^}]*\}")
"""Texts and questions in a filter; what remains names columns."""


@dataclass(frozen=True)
class PrintedQuestion:
    """A question on paper, or the head of a block where it has no number."""

    number: int | None
    name: str
    depth: int
    say: str
    hint: str = ""
    kind: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    """Code and label."""
    nonanswers: tuple[str, ...] = ()
    asked_if: str = ""
    allowed: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    """What it is asked for: item, measure, promise and the like, each with its name."""
    takes_answer: bool = False
    """Whether a line is left for the answer."""
    ends: bool = False
    """The end of a repeat."""


@dataclass(frozen=True)
class PrintedForm:
    """The whole paper."""

    title: str
    minutes: float
    questions: tuple[PrintedQuestion, ...]
    words: Wording


def printed(definition: Definition, language: str = CHINESE) -> PrintedForm:
    """The paper of a questionnaire in one of its languages."""
    found = tuple(_Paper(definition, language).parts(definition.body, None, 0))
    return PrintedForm(definition.title, minutes_read_aloud(definition), found, Wording(language))


class _Paper:
    def __init__(self, definition: Definition, language: str) -> None:
        self.definition, self.language, self.words, self.numbers = definition, language, Wording(language), count(1)

    def parts(self, body: Sequence[Question | Branch], around: Block | None, depth: int) -> Iterator[PrintedQuestion]:
        """Heads, questions and the ends of repeats, in order."""
        for part in body:
            if isinstance(part, Branch):
                yield self._head(part.block, around, depth)
                yield from self.parts(part.body, part.block, depth + 1)
                if part.block.repeats:
                    yield PrintedQuestion(None, part.block.name, depth, self.words("end"), ends=True)
            elif part.asked:
                yield self._question(part, depth)

    def _head(self, block: Block, around: Block | None, depth: int) -> PrintedQuestion:
        repeat = self.words("repeat", in_words(block.count, self.definition, self.language)) if block.count is not None else ""
        said = [in_language(block.label, self.language), self.words("shuffled") if block.random else ""]
        asked_if = block_in_words(block, around, self.definition, self.language)
        return PrintedQuestion(None, block.name, depth, self.words.comma.join(filter(None, said)), kind=repeat, asked_if=asked_if)

    def _question(self, question: Question, depth: int) -> PrintedQuestion:
        definition, language = self.definition, self.language
        return PrintedQuestion(
            number=next(self.numbers),
            name=question.name,
            depth=depth,
            say=question.text("say", language) or question.text("label", language),
            hint=question.text("hint", language),
            kind=self._kind(question),
            answers=tuple((choice.value, self._label(question, choice)) for choice in question.choices),
            nonanswers=tuple(self.words(code) for code in question.nonanswers),
            asked_if=condition_in_words(question, definition, language),
            allowed=in_words(question.constraint, definition, language, about=question) if question.constraint else "",
            notes=tuple(self._notes(question)),
            takes_answer=question.type not in {"note", "acknowledge"} and not question.choices,
        )

    def _label(self, question: Question, choice: Choice) -> str:
        """The label, with what the filter looks at."""
        label = in_language(choice.label, self.language)
        seen = columns_filtered(question, choice)
        return label + self.words.bracketed(self.words.columns(seen)) if seen else label

    def _kind(self, question: Question) -> str:
        parts = [self.words.type(question.type)]
        if question.type == "range":
            try:
                start, end, _ = scale(question.parameters)
                parts.append(self.words("from_to", start, end))
            except ValueError:
                pass
        parts += [question.unit] if question.unit else []
        parts += [self.words("random")] if question.random else []
        parts += [self.words("required")] if question.required is not None else []
        return self.words.comma.join(parts)

    def _notes(self, question: Question) -> list[tuple[str, str]]:
        chosen = question.choice_filter
        every = [
            ("item", ("、" if not self.words.at else ", ").join(map(str, question.items))),
            ("measure", question.measure),
            ("standard", question.standard),
            ("keeps", ", ".join(question.keeps)),
            ("breaks", ", ".join(question.breaks)),
            ("filter", in_words(chosen, self.definition, self.language) if chosen else ""),
            ("core", self.words("yes") if question.core else ""),
            ("recheck", self.words("yes") if question.recheck else ""),
        ]
        return [(self.words(name), text) for name, text in every if text]


def columns_filtered(question: Question, choice: Choice) -> dict[str, str]:
    """The columns of a choice that the filter of its question looks at, with their values."""
    if question.choice_filter is None:
        return {}
    named = set(re.findall(r"[^\W\d][\w.-]*", _QUOTED.sub(" ", question.choice_filter.text)))
    return {name: value for name, value in choice.columns.items() if name in named and name != "name" and value}
