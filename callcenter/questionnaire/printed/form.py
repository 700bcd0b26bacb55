"""What stands on the paper: heads of blocks, and for every question its texts, answers with codes, routing in words, promise."""

from dataclasses import dataclass
from itertools import count

from callcenter.questionnaire.checks import minutes_read_aloud
from callcenter.questionnaire.definition import NONANSWERS, Block, Definition, Question, in_order
from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.question_types.number import scale
from callcenter.questionnaire.words import block_in_words, condition_in_words, in_words

TYPES = {
    "note": "只念，不答",
    "select_one": "单选",
    "select_multiple": "可多选",
    "rank": "全部排序",
    "integer": "填整数",
    "decimal": "填数",
    "range": "打分",
    "text": "记原话",
    "date": "填日期",
    "time": "填时间",
    "datetime": "填日期和时间",
    "acknowledge": "确认",
}
"""How each type is answered."""


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


@dataclass(frozen=True)
class PrintedForm:
    """The whole paper."""

    title: str
    minutes: float
    questions: tuple[PrintedQuestion, ...]


def printed(definition: Definition, language: str = "zh") -> PrintedForm:
    """The paper of a questionnaire; its own texts come in `language`, the rest in Chinese."""
    numbers = count(1)
    found = tuple(
        _head(definition, part, around, depth) if isinstance(part, Block) else _question(definition, part, next(numbers), (depth, language))
        for part, around, depth in in_order(definition.body)
        if isinstance(part, Block) or part.asked
    )
    return PrintedForm(definition.title, minutes_read_aloud(definition), found)


def _head(definition: Definition, block: Block, around: Block | None, depth: int) -> PrintedQuestion:
    asked_if = block_in_words(block, around, definition)
    kind = f"重复：{in_words(block.count, definition)} 次" if block.count is not None else ""
    return PrintedQuestion(None, block.name, depth, "次序随个案变化" if block.random else "", kind=kind, asked_if=asked_if)


def _question(definition: Definition, question: Question, number: int, where: tuple[int, str]) -> PrintedQuestion:
    depth, language = where
    return PrintedQuestion(
        number=number,
        name=question.name,
        depth=depth,
        say=question.text("say", language) or question.text("label", language),
        hint=question.text("hint", language),
        kind=_kind(question),
        answers=tuple((choice.value, in_language(choice.label, language)) for choice in question.choices),
        nonanswers=tuple(NONANSWERS[code][1] for code in question.nonanswers),
        asked_if=condition_in_words(question, definition),
        allowed=in_words(question.constraint, definition, about=question) if question.constraint else "",
        notes=tuple(_notes(definition, question)),
    )


def _kind(question: Question) -> str:
    parts = [TYPES.get(question.type, question.type)]
    if question.type == "range":
        try:
            start, end, _ = scale(question.parameters)
            parts.append(f"{start:g} 到 {end:g}")
        except ValueError:
            pass
    if question.unit:
        parts.append(question.unit)
    if question.random:
        parts.append("选项次序随机")
    if question.required is not None:
        parts.append("必答")
    return "，".join(parts)


def _notes(definition: Definition, question: Question) -> list[tuple[str, str]]:
    every = [
        ("任务", "、".join(map(str, question.items))),
        ("计量", question.measure),
        ("承诺", question.standard),
        ("选项筛选", in_words(question.choice_filter, definition) if question.choice_filter else ""),
        ("核心题", "是" if question.core else ""),
        ("复核时再问", "是" if question.recheck else ""),
    ]
    return [(name, text) for name, text in every if text]
