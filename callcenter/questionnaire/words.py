"""Expressions in words, as somebody reads them who has never seen XLSForm: `${a} = 'yes'` becomes “办过没有”是“办过”."""

import re
from collections.abc import Callable
from typing import Any

from callcenter.questionnaire.definition import Block, Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.expressions.grammar import parse
from callcenter.questionnaire.expressions.slips import ExpressionProblem
from callcenter.questionnaire.languages import ENGLISH, code_of, in_language

WORDS: dict[str, tuple[str, str]] = {
    "and": ("{0}，并且{1}", "{0} and {1}"),
    "or": ("{0}，或者{1}", "{0} or {1}"),
    "=": ("{0}是{1}", "{0} is {1}"),
    "!=": ("{0}不是{1}", "{0} is not {1}"),
    "<": ("{0}小于{1}", "{0} is less than {1}"),
    "<=": ("{0}不超过{1}", "{0} is at most {1}"),
    ">": ("{0}大于{1}", "{0} is more than {1}"),
    ">=": ("{0}不少于{1}", "{0} is at least {1}"),
    "+": ("{0} + {1}", "{0} + {1}"),
    "-": ("{0} − {1}", "{0} − {1}"),
    "*": ("{0} × {1}", "{0} × {1}"),
    "div": ("{0} ÷ {1}", "{0} ÷ {1}"),
    "mod": ("{0} 除以 {1} 的余数", "the remainder of {0} by {1}"),
    "not": ("并非（{0}）", "not ({0})"),
    "true": ("总是", "always"),
    "false": ("从不", "never"),
    "selected": ("{0}选了{1}", "{0} includes {1}"),
    "count-selected": ("{0}所选的项数", "the number chosen in {0}"),
    "string-length": ("{0}的字数", "the length of {0}"),
    "regex": ("{0}合乎格式 {1}", "{0} matches {1}"),
    "if": ("如果{0}则为{1}，否则为{2}", "{1} if {0}, else {2}"),
    "today": ("今天", "today"),
    "now": ("现在", "now"),
    "sum": ("各次{0}之和", "the sum of {0}"),
    "count": ("{0}的个数", "the number of {0}"),
    "round": ("{0}四舍五入", "{0} rounded"),
    "int": ("{0}取整", "the whole part of {0}"),
    "number": ("{0}", "{0}"),
    "string": ("{0}", "{0}"),
    "once": ("{0}", "{0}"),
    "date": ("{0}", "{0}"),
    "decimal-time": ("{0}的钟点", "the time of day of {0}"),
    "position": ("第几次", "the number of the instance"),
    "index": ("第几次", "the number of the instance"),
    ".": ("回答", "the answer"),
    "unanswered": ("{0}没有回答", "{0} has no answer"),
    "answered": ("{0}有回答", "{0} has an answer"),
    "unselected": ("{0}没有选{1}", "{0} does not include {1}"),
}  # fmt: skip
"""Operator or function to its sentence in Chinese and English; what is not listed stays as it is written."""

LONGEST_TITLE = 40


def in_words(expression: Expression, definition: Definition, language: str = "zh", about: Question | None = None) -> str:
    """The expression in words; `about` is the question whose answer `.` means."""
    try:
        tree = parse(expression.text)
    except ExpressionProblem:
        return expression.text
    return _Speaker(definition, language, about).said(tree)


def condition_in_words(question: Question, definition: Definition, language: str = "zh") -> str:
    """When the question is asked, by its own condition alone; empty where it has none."""
    outer = question.path[-1].conditions if question.path else ()
    return _all(question.relevant[len(outer) :], definition, language)


def asked_if(question: Question, definition: Definition, language: str = "zh") -> str:
    """When the question is asked, by its own condition and those of the blocks around it; empty where everybody is."""
    return _all(question.relevant, definition, language)


def block_in_words(block: Block, around: Block | None, definition: Definition, language: str = "zh") -> str:
    """When a block is gone through, by its own condition alone; empty where it has none."""
    return _all(block.conditions[len(around.conditions if around else ()) :], definition, language)


def own_conditions(question: Question) -> tuple[Expression, ...]:
    """The conditions of the question itself, without those of its blocks."""
    return question.relevant[len(question.path[-1].conditions if question.path else ()) :]


def title(question: Question, language: str = "zh") -> str:
    """A question's short name."""
    text = " ".join((question.text("label", language) or question.text("say", language) or question.name).split())
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def _all(conditions: tuple[Expression, ...], definition: Definition, language: str) -> str:
    return ("; " if code_of(language) == ENGLISH else "；").join(in_words(each, definition, language) for each in conditions)


class _Speaker:
    def __init__(self, definition: Definition, language: str, about: Question | None) -> None:
        self.definition, self.language, self.about = definition, language, about
        self.english = code_of(language) == ENGLISH

    def said(self, token: Any) -> str:
        symbol, parts = token.symbol, list(token)
        leaf: dict[str, Callable[[], str]] = {
            "$": lambda: self._title(str(token[0].value)),
            "(string)": lambda: self._quoted(str(token.value)) if token.value else ("empty" if self.english else "空"),
            "(": lambda: self._inside(token[0]),
        }
        if symbol in leaf:
            return leaf[symbol]()
        if symbol in {"(integer)", "(decimal)", "(float)", "(name)"}:
            return str(token.value)
        if symbol in {"=", "!=", "selected"} and len(parts) == 2:
            return self._compared(symbol, parts)
        if symbol == "not" and len(parts) == 1:
            return self._denied(parts[0])
        return self._sentence(symbol, token, parts)

    def _sentence(self, symbol: str, token: Any, parts: list[Any]) -> str:
        sentence = WORDS.get(symbol)
        said = [self._inside(part) if symbol == "and" and part.symbol == "or" else self.said(part) for part in parts]
        template = sentence[self.english] if sentence else ""
        if not sentence or template.count("{") > len(said):
            return self._as_written(str(token.source))
        return template.format(*said)

    def _compared(self, symbol: str, parts: list[Any]) -> str:
        """A question and a code: the choice is told by its label; with the empty text: whether there is an answer."""
        asked, code = parts if parts[0].symbol in {"$", "."} else parts[::-1]
        if asked.symbol in {"$", "."} and code.symbol in {"(string)", "(integer)"}:
            if code.value == "":
                return self._told("unanswered" if symbol == "=" else "answered", self.said(asked))
            return self._told(symbol, self.said(asked), self._choice(self._asked(asked), str(code.value)))
        return self._told(symbol, *map(self.said, parts))

    def _denied(self, part: Any) -> str:
        while part.symbol == "(" and len(part) == 1:
            part = part[0]
        if part.symbol == "selected" and part[0].symbol in {"$", "."} and part[1].symbol == "(string)":
            return self._told("unselected", self.said(part[0]), self._choice(self._asked(part[0]), str(part[1].value)))
        return self._told("not", self.said(part))

    def _told(self, name: str, *parts: str) -> str:
        return WORDS[name][self.english].format(*parts)

    def _inside(self, token: Any) -> str:
        return f"（{self.said(token)}）" if not self.english else f"({self.said(token)})"

    def _title(self, name: str) -> str:
        question = self.definition.by_name.get(name)
        return self._quoted(title(question, self.language) if question else name)

    def _asked(self, token: Any) -> Question | None:
        return self.definition.by_name.get(str(token[0].value)) if token.symbol == "$" else self.about

    def _choice(self, question: Question | None, code: str) -> str:
        found = next((each for each in question.choices if each.value == code), None) if question else None
        return self._quoted(in_language(found.label, self.language) if found else code)

    def _quoted(self, text: str) -> str:
        return f"“{text}”"

    def _as_written(self, source: str) -> str:
        return re.sub(r"\$([^\W\d][\w.-]*)\s?", lambda found: self._title(found[1]), source)
