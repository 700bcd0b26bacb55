"""Answers worth trying, so that every condition comes out both ways."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.expressions.patterns import sample
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Given, Moment

LONGEST_TRIED = 200
MOST_REPEATED = 3
"""Instances that are tried; more of them bring nothing new."""
WRITTEN = {"acknowledge": ("OK",), "date": ("2022-05-10",), "time": ("09:30",), "datetime": ("2022-05-10T09:30",), "text": ("文字",)}
SAMPLE_DAY = Moment("2022-06-02", "2022-06-02T10:00:00+08:00")


def candidates(definition: Definition, question: Question) -> list[Given]:
    """Answers worth trying: every choice, the ends of scales, figures that conditions name, non-answers, and nothing."""
    values: Sequence[object]
    if question.type == "select_multiple":
        codes = [choice.value for choice in question.choices]
        values = [*([code] for code in codes), codes]
        if question.constraint is not None:
            values = [*values, *(codes[at : at + 2] for at in range(len(codes) - 1))]
    elif question.type == "select_one":
        values = [choice.value for choice in question.choices]
    elif question.type == "rank":
        values = [[choice.value for choice in question.choices]]
    elif question.type == "range":
        scale = points(question.parameters)
        values = [scale[0], scale[-1], *scale[1:-1]]
    elif question.type in {"integer", "decimal"}:
        values = [1, 0, *_figures(definition, question.name), 10, 100]
        if any(question.name in block.reads for block in definition.blocks.values() if block.repeats):
            values = [value for value in [2, *values] if isinstance(value, int) and value <= MOST_REPEATED]
    elif question.type in {"date", "datetime"}:
        values = _days(definition, question)
    elif question.type == "text":
        values = [*WRITTEN["text"], *_written(definition, question)]
    else:
        values = WRITTEN.get(question.type, ())
    return [*map(Given, values), *(Given(None, code) for code in question.nonanswers), Given()]


def _days(definition: Definition, question: Question) -> list[str]:
    """Days around every day that an expression names, and around today."""
    named = {found for expression in _about(definition, question.name) for found in re.findall(r"\d{4}-\d{2}-\d{2}", expression.text)}
    found = ["2022-05-10"]
    for text in sorted({SAMPLE_DAY.today, *named}):
        try:
            found += [(date.fromisoformat(text) + timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
        except (ValueError, OverflowError):
            continue
    clock = "T09:30" if question.type == "datetime" else ""
    return [day + clock for day in [*dict.fromkeys(found), "1990-01-01", "2035-12-31"]]


def _written(definition: Definition, question: Question) -> list[str]:
    """Texts that patterns find, texts of the lengths that expressions name, texts that it is compared with."""
    expressions = _about(definition, question.name)
    found = [sample(pattern) for expression in expressions for pattern in expression.patterns]
    found += [code for expression in expressions for name, code in expression.codes if name == question.name]
    if any("string-length" in expression.text for expression in expressions):
        found += ["文" * length for length in _figures(definition, question.name) if 0 < length <= LONGEST_TRIED]
    return [text for text in dict.fromkeys(found) if text.strip()]


def _about(definition: Definition, name: str) -> list[Expression]:
    found = [each for question in definition.questions for each in (*question.relevant, *beside(question)) if name in each.names]
    own = definition.by_name[name].constraint if name in definition.by_name else None
    return [*found, *([own] if own else [])]


def _figures(definition: Definition, name: str) -> list[int]:
    found: list[int] = []
    for question in definition.questions:
        for expression in (*question.relevant, *([question.constraint] if question.constraint else [])):
            if name in expression.names or question.name == name:
                digits = "".join(letter if letter.isdigit() else " " for letter in expression.text).split()
                found += [near for each in digits[:20] for near in (int(each) - 1, int(each), int(each) + 1)]
    return list(dict.fromkeys(each for each in found if 0 <= each < 10**9))


def beside(question: Question) -> list[Expression]:
    """What else is worked out when a question is asked: everything but whether it is."""
    every = (question.constraint, question.required, question.calculation, question.choice_filter, question.prefill)
    return [each for each in every if each is not None]
