"""Times of day under `<` and `>`: as texts they are no numbers, so that such a comparison never holds. What to write instead."""

import re
from collections.abc import Iterator
from typing import Any

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.expressions.grammar import parse
from callcenter.questionnaire.problems import Problem, problem
from callcenter.questionnaire.words import own_conditions

ORDERING = frozenset({"<", "<=", ">", ">="})
_CLOCK = re.compile(r"\s*\d{1,2}:\d{2}(:\d{2})?\s*")


def problems_of(definition: Definition) -> Iterator[Problem]:
    """Every comparison that puts times of day in order as they are written; one of a block is told at its row."""
    for question in definition.questions:
        beside = (question.constraint, question.required, question.calculation, question.choice_filter, question.prefill)
        for expression in (*own_conditions(question), *(each for each in beside if each is not None)):
            yield from _told(definition, expression, question.row, question)
    for block in definition.blocks.values():
        outer = max((len(each.conditions) for each in _around(definition, block.name)), default=0)
        for expression in block.conditions[outer:]:
            yield from _told(definition, expression, block.row)


def _around(definition: Definition, name: str) -> list[Any]:
    path = next(question.path for question in definition.questions if any(block.name == name for block in question.path))
    return list(path[: [block.name for block in path].index(name)])


def _told(definition: Definition, expression: Expression, row: int, about: Question | None = None) -> Iterator[Problem]:
    for token in _ordered(parse(expression.text)):
        sides = list(token)
        if any(_is_time(side, definition, about) for side in sides):
            left, right = map(_written, sides)
            instead = f"decimal-time({left}) {token.symbol} decimal-time({right})"
            yield problem("Q044", "survey", row, what=f"{left} {token.symbol} {right}", instead=instead)


def _ordered(token: Any) -> Iterator[Any]:
    if token.symbol in ORDERING and len(token) == 2:
        yield token
    for part in token:
        yield from _ordered(part)


def _is_time(token: Any, definition: Definition, about: Question | None) -> bool:
    while token.symbol in {"(", "string", "number"} and len(token) == 1:
        token = token[0]
    if token.symbol == "(string)":
        return _CLOCK.fullmatch(str(token.value)) is not None
    asked = definition.by_name.get(str(token[0].value)) if token.symbol == "$" else about if token.symbol == "." else None
    return asked is not None and asked.type == "time"


def _written(token: Any) -> str:
    return re.sub(r"\$([^\W\d][\w.-]*)\s?", r"${\1}", str(token.source)).strip()
