"""Expressions compiled once, from elementpath's token tree into closures with our own meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, isnan, trunc
from typing import Any, Protocol

from callcenter.questionnaire.expressions import meaning as m
from callcenter.questionnaire.expressions.grammar import ExpressionProblem, parse
from callcenter.questionnaire.expressions.meaning import Value


class Scope(Protocol):
    """What an expression can see."""

    def value(self, name: str) -> Value:
        """The value of a question or calculation; empty text where it has none."""

    def this(self) -> Value:
        """The answer being checked (`.`)."""

    def today(self) -> str:
        """The day in field time, ISO 8601."""

    def now(self) -> str:
        """The moment in field time, ISO 8601."""


Run = Callable[[Scope], Value]
DEEPEST_TREE = 150
BINARY = frozenset({"and", "or", "=", "!=", "<", "<=", ">", ">=", "*", "div", "mod"})


@dataclass(frozen=True)
class Expression:
    """A compiled expression; `names` are the questions it refers to, `codes` the texts that each is compared with."""

    text: str
    names: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    run: Run

    def holds(self, scope: Scope) -> bool:
        """Whether it is true in `scope`."""
        return m.boolean(self.run(scope))

    def text_in(self, scope: Scope) -> str:
        """Its value in `scope`, as text."""
        return m.string(self.run(scope))


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """The expression, compiled; ExpressionProblem where it cannot be read."""
    builder = _Builder()
    run = builder.build(parse(text))
    return Expression(text, tuple(dict.fromkeys(builder.names)), tuple(dict.fromkeys(builder.codes)), run)


def _number_of(operation: Callable[..., float]) -> Callable[..., Run]:
    return lambda *runs: lambda scope: operation(*(m.number(run(scope)) for run in runs))


def _compare(operation: Callable[[float, float], bool]) -> Callable[..., Run]:
    return lambda left, right: lambda scope: operation(m.number(left(scope)), m.number(right(scope)))


def _numbers(values: list[Value]) -> list[float]:
    return [m.number(each) for value in values for each in (value if isinstance(value, list) else [value])]


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., Run]:
    def build(*runs: Run) -> Run:
        return lambda scope: choose([n for n in _numbers([run(scope) for run in runs]) if not isnan(n)] or [m.NAN])

    return build


def _coalesce(first: Run, second: Run) -> Run:
    return lambda scope: m.string(first(scope)) or second(scope)


def _selected_at(chosen: Run, place: Run) -> Run:
    def run(scope: Scope) -> Value:
        codes, index = m.string(chosen(scope)).split(), m.number(place(scope))
        return codes[int(index)] if 0 <= index < len(codes) else ""

    return run


def _regex(text: Run, pattern: Run) -> Run:
    return lambda scope: m.matches(m.string(text(scope)), m.string(pattern(scope)))


def _substr(text: Run, start: Run, end: Run | None = None) -> Run:
    return lambda scope: m.substring(m.string(text(scope)), m.number(start(scope)), m.number(end(scope)) if end else None)


def _normal(text: Run) -> Run:
    return lambda scope: " ".join(m.string(text(scope)).split())


def _texts(operation: Callable[..., Value]) -> Callable[..., Run]:
    return lambda *runs: lambda scope: operation(*(m.string(run(scope)) for run in runs))


def _if(condition: Run, then: Run, otherwise: Run) -> Run:
    return lambda scope: then(scope) if m.boolean(condition(scope)) else otherwise(scope)


OPERATIONS: dict[str, Callable[..., Run]] = {
    "and": lambda a, b: lambda scope: m.boolean(a(scope)) and m.boolean(b(scope)),
    "or": lambda a, b: lambda scope: m.boolean(a(scope)) or m.boolean(b(scope)),
    "=": lambda a, b: lambda scope: m.equal(a(scope), b(scope)),
    "!=": lambda a, b: lambda scope: m.unequal(a(scope), b(scope)),
    "<": _compare(lambda a, b: a < b),
    "<=": _compare(lambda a, b: a <= b),
    ">": _compare(lambda a, b: a > b),
    ">=": _compare(lambda a, b: a >= b),
    "+": _number_of(lambda a, b=None: a if b is None else a + b),
    "-": _number_of(lambda a, b=None: -a if b is None else a - b),
    "*": _number_of(lambda a, b: a * b),
    "div": _number_of(m.divide),
    "mod": _number_of(m.remainder),
    "not": lambda a: lambda scope: not m.boolean(a(scope)),
    "true": lambda: lambda _scope: True,
    "false": lambda: lambda _scope: False,
    "boolean": lambda a: lambda scope: m.boolean(a(scope)),
    "number": _number_of(lambda a: a),
    "string": _texts(lambda a: a),
    "if": _if,
    "selected": lambda a, b: lambda scope: m.selected(a(scope), b(scope)),
    "selected-at": _selected_at,
    "count-selected": lambda a: lambda scope: float(len(m.string(a(scope)).split())),
    "coalesce": _coalesce,
    "once": lambda a: a,
    "regex": _regex,
    "today": lambda: lambda scope: scope.today(),
    "now": lambda: lambda scope: scope.now(),
    "date": _texts(lambda a: a),
    "int": _number_of(m.whole(trunc)),
    "round": _number_of(m.rounded),
    "floor": _number_of(m.whole(floor)),
    "ceiling": _number_of(m.whole(ceil)),
    "abs": _number_of(abs),
    "pow": _number_of(m.power),
    "min": _extreme(min),
    "max": _extreme(max),
    "sum": lambda a: lambda scope: sum(_numbers([a(scope)])),
    "count": lambda a: lambda scope: float(len(value) if isinstance(value := a(scope), list) else value != ""),
    "substr": _substr,
    "concat": _texts(lambda *parts: "".join(parts)),
    "contains": _texts(lambda a, b: b in a),
    "starts-with": _texts(lambda a, b: a.startswith(b)),
    "string-length": _texts(lambda a: float(len(a))),
    "normalize-space": _normal,
    "translate": _texts(lambda a, b, c: a.translate({ord(old): c[i] if i < len(c) else None for i, old in enumerate(b)})),
}


class _Builder:
    """Walks a token tree; remembers the questions named and the codes they are compared with."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.codes: list[tuple[str, str]] = []

    def build(self, token: Any, depth: int = 0) -> Run:
        if depth > DEEPEST_TREE:
            raise ExpressionProblem("表达式太长或太深")
        symbol = token.symbol
        if symbol in {"(string)", "(integer)", "(decimal)", "(float)"}:
            constant: Value = str(token.value) if symbol == "(string)" else float(token.value)
            return lambda _scope: constant
        if symbol == "$":
            return self._reference(str(token[0].value))
        if symbol == ".":
            return lambda scope: scope.this()
        if symbol == "(":
            return self.build(token[0], depth + 1)
        if symbol == "/" and len(token) == 2 and token[0].symbol == ".." and token[1].symbol == "(name)":
            return self._reference(str(token[1].value))
        return self._operation(symbol, token, depth)

    def _operation(self, symbol: str, token: Any, depth: int) -> Run:
        operation = OPERATIONS.get(symbol)
        parts = list(token)
        if operation is None or (symbol in BINARY and len(parts) != 2):
            raise ExpressionProblem(f"不支持“{symbol}”")
        self._remember_codes(symbol, parts)
        self._look_at_pattern(symbol, parts)
        try:
            return operation(*(self.build(part, depth + 1) for part in parts))
        except TypeError as bad:
            raise ExpressionProblem(f"“{symbol}”的参数个数不对") from bad

    def _reference(self, name: str) -> Run:
        self.names.append(name)
        return lambda scope: scope.value(name)

    def _remember_codes(self, symbol: str, parts: list[Any]) -> None:
        if symbol in {"=", "!=", "selected"} and len(parts) == 2:
            for one, other in (parts, parts[::-1]):
                if one.symbol == "$" and other.symbol in {"(string)", "(integer)"}:
                    self.codes.append((str(one[0].value), str(other.value)))

    @staticmethod
    def _look_at_pattern(symbol: str, parts: list[Any]) -> None:
        if symbol == "regex" and len(parts) == 2 and parts[1].symbol == "(string)":
            try:
                m.checked_pattern(str(parts[1].value))
            except ValueError as bad:
                raise ExpressionProblem(str(bad)) from bad
