"""Expressions compiled once, from elementpath's token tree into closures with our own meaning."""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from typing import Any

from callcenter.questionnaire.expressions import meaning as m
from callcenter.questionnaire.expressions.grammar import parse
from callcenter.questionnaire.expressions.meaning import Value
from callcenter.questionnaire.expressions.operations import OPERATIONS
from callcenter.questionnaire.expressions.patterns import machine
from callcenter.questionnaire.expressions.scope import Run, Scope
from callcenter.questionnaire.expressions.slips import ExpressionProblem

DEEPEST_TREE = 150
BINARY = frozenset({"and", "or", "=", "!=", "<", "<=", ">", ">=", "*", "div", "mod"})


@dataclass(frozen=True)
class Expression:
    """A compiled expression; `names` are the questions it refers to, `codes` the texts that each is compared with."""

    text: str
    names: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    run: Run
    conditions: tuple[tuple[str, Run], ...] = ()
    """The parts that `and` and `or` join, each with its text."""
    patterns: tuple[str, ...] = ()
    """Patterns that it looks for with regex()."""

    def holds(self, scope: Scope) -> bool:
        """Whether it is true in `scope`."""
        return m.boolean(self.run(scope))

    def whole_in(self, scope: Scope) -> int:
        """Its value in `scope`, as a whole number, cut; 0 where it is none."""
        value = m.number(self.run(scope))
        return 0 if isnan(value) else int(max(-1e9, min(1e9, value)))

    def text_in(self, scope: Scope) -> str:
        """Its value in `scope`, as text."""
        return m.string(self.run(scope))


@lru_cache(maxsize=4096)
def compile_expression(text: str, *, filters: bool = False) -> Expression:
    """The expression, compiled; ExpressionProblem where it cannot be read. One that `filters` may name columns of the choices."""
    builder = _Builder(filters)
    tree = parse(text)
    run = builder.build(tree)
    conditions = tuple({part: builder.build(token) for part, token in _joined(tree)}.items())
    return Expression(
        text,
        tuple(dict.fromkeys(builder.names)),
        tuple(dict.fromkeys(builder.codes)),
        run,
        conditions,
        tuple(dict.fromkeys(builder.patterns)),
    )


def constant(token: Any, today: str, now: str) -> Value:
    """The value of a part that hangs on no answer; empty where it cannot be told."""
    try:
        return _Builder().build(token)(_Nowhere(today, now))
    except (ArithmeticError, AttributeError, ExpressionProblem, ValueError):
        return ""


@dataclass(frozen=True)
class _Nowhere:
    """What a constant sees: the day, and nothing else."""

    day: str
    moment: str

    def value(self, _name: str) -> Value:
        return ""

    def this(self) -> Value:
        return ""

    def today(self) -> str:
        return self.day

    def now(self) -> str:
        return self.moment

    def column(self, _name: str) -> str:
        return ""

    def position(self, _levels: int) -> int:
        return 0

    def indexed(self, _name: str, _places: list[tuple[str, int]]) -> Value:
        return ""

    def choice_name(self, _name: str, _code: str) -> str:
        return ""


def _joined(token: Any) -> list[tuple[str, Any]]:
    """What `and` and `or` join, brackets and not() taken off."""
    while token.symbol in {"(", "not"} and len(token) == 1:
        token = token[0]
    if token.symbol in {"and", "or"} and len(token) == 2:
        return [*_joined(token[0]), *_joined(token[1])]
    return [(re.sub(r"\$([^\W\d][\w.-]*)", r"${\1}", str(token.source)), token)]


class _Builder:
    """Walks a token tree; remembers the questions named and the codes they are compared with."""

    def __init__(self, filters: bool = False) -> None:
        self.filters = filters
        self.names: list[str] = []
        self.codes: list[tuple[str, str]] = []
        self.patterns: list[str] = []

    def build(self, token: Any, depth: int = 0) -> Run:
        if depth > DEEPEST_TREE:
            raise ExpressionProblem("表达式太长或太深", "it is too long or too deep")
        symbol = token.symbol
        if symbol in {"(string)", "(integer)", "(decimal)", "(float)", ".", "..", "(name)"}:
            return self._leaf(symbol, token)
        if symbol == "$":
            return self._reference(str(token[0].value))
        if symbol == "(":
            return self.build(token[0], depth + 1)
        if symbol == "/" and len(token) == 2 and token[0].symbol == ".." and token[1].symbol == "(name)":
            return self._reference(str(token[1].value))
        return self._operation(symbol, token, depth)

    def _leaf(self, symbol: str, token: Any) -> Run:
        if symbol == ".":
            return lambda scope: scope.this()
        if symbol == "(name)" and not self.filters:
            raise ExpressionProblem(
                f"“{token.value}”要写成 ${{{token.value}}}，文字要加引号", f"write ${{{token.value}}} for {token.value}, or quote it"
            )
        if symbol == "(name)":
            column = str(token.value)
            return lambda scope: scope.column(column)
        constant: Value = "" if symbol == ".." else str(token.value) if symbol == "(string)" else float(token.value)
        return lambda _scope: constant

    def _operation(self, symbol: str, token: Any, depth: int) -> Run:
        operation = OPERATIONS.get(symbol)
        parts = list(token)
        own = {"indexed-repeat": self._indexed, "choice-name": self._choice_name, "position": self._position}
        if symbol in own:
            return own[symbol](parts, depth)
        if operation is None or (symbol in BINARY and len(parts) != 2):
            raise ExpressionProblem(f"不支持“{symbol}”", f"{symbol} is not supported")
        self._remember_codes(symbol, parts)
        self._look_at_pattern(symbol, parts)
        try:
            return operation(*(self.build(part, depth + 1) for part in parts))
        except TypeError as bad:
            raise ExpressionProblem(f"“{symbol}”的参数个数不对", f"{symbol} takes another number of arguments") from bad

    def _indexed(self, parts: list[Any], depth: int) -> Run:
        """indexed-repeat(${question}, ${repeat}, number, …)."""
        if len(parts) % 2 == 0 or any(part.symbol != "$" for part in [parts[0], *parts[1::2]]):
            raise ExpressionProblem(
                "indexed-repeat 要写成 indexed-repeat(${题目}, ${重复组}, 序号)", "write indexed-repeat(${question}, ${repeat}, number)"
            )
        name, repeats = str(parts[0][0].value), [str(part[0].value) for part in parts[1::2]]
        self.names += [name, *repeats]
        numbers = [self.build(part, depth + 1) for part in parts[2::2]]

        def run(scope: Scope) -> Value:
            places = [m.number(number(scope)) for number in numbers]
            whole = [int(place) if 0 < place < 1e6 else 0 for place in places]
            return scope.indexed(name, list(zip(repeats, whole, strict=True)))

        return run

    def _choice_name(self, parts: list[Any], depth: int) -> Run:
        """jr:choice-name(code, '${question}')."""
        found = (
            re.fullmatch(r"\s*\$\{\s*([^{}\s]+)\s*\}\s*", str(parts[1].value))
            if len(parts) == 2 and parts[1].symbol == "(string)"
            else None
        )
        if found is None:
            raise ExpressionProblem(
                "jr:choice-name 要写成 jr:choice-name(${题目}, '${题目}')", "write jr:choice-name(${question}, '${question}')"
            )
        name, code = found[1], self.build(parts[0], depth + 1)
        self.names.append(name)
        return lambda scope: scope.choice_name(name, m.string(code(scope)))

    def _position(self, parts: list[Any], _depth: int) -> Run:
        """position(..); position(../..) of a repeat further out."""
        levels, token = 1, parts[0] if parts else None
        while token is not None and token.symbol == "/" and len(token) == 2 and token[1].symbol == "..":
            levels, token = levels + 1, token[0]
        if token is not None and token.symbol not in {"..", "$"}:
            raise ExpressionProblem("position 要写成 position(..)", "write position(..)")
        return lambda scope: float(scope.position(levels))

    def _reference(self, name: str) -> Run:
        self.names.append(name)
        return lambda scope: scope.value(name)

    def _remember_codes(self, symbol: str, parts: list[Any]) -> None:
        if symbol == "selected" and len(parts) == 2 and parts[0].symbol == "(string)":  # `selected('up down', ${q})`: one of these
            self.codes += [(str(parts[1][0].value), code) for code in str(parts[0].value).split() if parts[1].symbol == "$"]
        elif symbol in {"=", "!=", "selected"} and len(parts) == 2:
            for one, other in (parts, parts[::-1]):
                if one.symbol == "$" and other.symbol in {"(string)", "(integer)"}:
                    self.codes.append((str(one[0].value), str(other.value)))

    def _look_at_pattern(self, symbol: str, parts: list[Any]) -> None:
        if symbol == "regex" and len(parts) == 2 and parts[1].symbol == "(string)":
            try:
                machine(str(parts[1].value))
                self.patterns.append(str(parts[1].value))
            except ValueError as bad:
                raise ExpressionProblem(str(bad), "the pattern of regex() is wrong, too long, or looks ahead or back") from bad
