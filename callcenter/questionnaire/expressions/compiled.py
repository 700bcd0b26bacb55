"""Expressions compiled once, from elementpath's token tree into closures with our own meaning."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, inf, isnan, trunc
from typing import Any, Protocol

from callcenter.questionnaire.expressions import meaning as m
from callcenter.questionnaire.expressions.grammar import ExpressionProblem, parse
from callcenter.questionnaire.expressions.meaning import Value
from callcenter.questionnaire.expressions.patterns import machine


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

    def column(self, name: str) -> str:
        """A column of the choice being filtered."""

    def position(self) -> int:
        """The number of the repeat's instance that is asked about, from 1; 0 outside."""

    def indexed(self, name: str, places: list[tuple[str, int]]) -> Value:
        """The value of a question in the named instances of its repeats."""

    def choice_name(self, name: str, code: str) -> str:
        """The label of a choice."""


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


def _joined(token: Any) -> list[tuple[str, Any]]:
    """What `and` and `or` join, brackets and not() taken off."""
    while token.symbol in {"(", "not"} and len(token) == 1:
        token = token[0]
    if token.symbol in {"and", "or"} and len(token) == 2:
        return [*_joined(token[0]), *_joined(token[1])]
    return [(re.sub(r"\$([^\W\d][\w.-]*)", r"${\1}", str(token.source)), token)]


def _number_of(operation: Callable[..., float]) -> Callable[..., Run]:
    return lambda *runs: lambda scope: operation(*(m.number(run(scope)) for run in runs))


def _compare(operation: Callable[[float, float], bool]) -> Callable[..., Run]:
    return lambda left, right: lambda scope: operation(m.number(left(scope)), m.number(right(scope)))


def _numbers(values: list[Value]) -> list[float]:
    return [m.number(each) for value in values for each in (value if isinstance(value, list) else [value])]


def _listed(value: Value) -> list[str]:
    return value if isinstance(value, list) else [m.string(value)]


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., Run]:
    def build(*runs: Run) -> Run:
        return lambda scope: choose([n for n in _numbers([run(scope) for run in runs]) if not isnan(n)] or [m.NAN])

    return build


def _coalesce(*runs: Run) -> Run:
    return lambda scope: next((found for run in runs if (found := m.string(run(scope)))), "")


def _join(glue: Run, *runs: Run) -> Run:
    def run(scope: Scope) -> Value:
        values = [each(scope) for each in runs]
        return m.string(glue(scope)).join(m.string(part) for value in values for part in (value if isinstance(value, list) else [value]))

    return run


def _substring(text: str, start: float, length: float = inf) -> str:
    """XPath's substring(): counts from 1."""
    if isnan(start) or isnan(length):
        return ""
    first, last = m.rounded(start), m.rounded(start) + m.rounded(length)
    return "".join(letter for place, letter in enumerate(text, start=1) if first <= place < last)


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
    "date": lambda a: lambda scope: m.as_date(a(scope)),
    "date-time": _texts(lambda a: a),
    "decimal-date-time": _number_of(lambda a: a),
    "format-date": _texts(m.formatted),
    "format-date-time": _texts(m.formatted),
    "boolean-from-string": _texts(lambda a: a.lower() in {"true", "1"}),
    "position": lambda _path=None: lambda scope: float(scope.position()),
    "index": lambda: lambda scope: float(scope.position()),
    "join": _join,
    "count-non-empty": lambda a: lambda scope: float(sum(part != "" for part in _listed(a(scope)))),
    "sqrt": _number_of(lambda a: m.power(a, 0.5) if a >= 0 else m.NAN),
    "ends-with": _texts(lambda a, b: a.endswith(b)),
    "substring": lambda text, *rest: lambda scope: _substring(m.string(text(scope)), *(m.number(each(scope)) for each in rest)),
    "substring-before": _texts(lambda a, b: a.partition(b)[0] if b in a else ""),
    "substring-after": _texts(lambda a, b: a.partition(b)[2]),
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
    "concat": lambda *runs: _join(lambda _scope: "", *runs),
    "contains": _texts(lambda a, b: b in a),
    "starts-with": _texts(lambda a, b: a.startswith(b)),
    "string-length": _texts(lambda a: float(len(a))),
    "normalize-space": _normal,
    "translate": _texts(lambda a, b, c: a.translate({ord(old): c[i] if i < len(c) else None for i, old in enumerate(b)})),
}


class _Builder:
    """Walks a token tree; remembers the questions named and the codes they are compared with."""

    def __init__(self, filters: bool = False) -> None:
        self.filters = filters
        self.names: list[str] = []
        self.codes: list[tuple[str, str]] = []
        self.patterns: list[str] = []

    def build(self, token: Any, depth: int = 0) -> Run:
        if depth > DEEPEST_TREE:
            raise ExpressionProblem("表达式太长或太深")
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
            raise ExpressionProblem(f"“{token.value}”要写成 ${{{token.value}}}，文字要加引号")
        if symbol == "(name)":
            column = str(token.value)
            return lambda scope: scope.column(column)
        constant: Value = "" if symbol == ".." else str(token.value) if symbol == "(string)" else float(token.value)
        return lambda _scope: constant

    def _operation(self, symbol: str, token: Any, depth: int) -> Run:
        operation = OPERATIONS.get(symbol)
        parts = list(token)
        if symbol in {"indexed-repeat", "choice-name"}:
            return self._indexed(parts, depth) if symbol == "indexed-repeat" else self._choice_name(parts, depth)
        if operation is None or (symbol in BINARY and len(parts) != 2):
            raise ExpressionProblem(f"不支持“{symbol}”")
        self._remember_codes(symbol, parts)
        self._look_at_pattern(symbol, parts)
        try:
            return operation(*(self.build(part, depth + 1) for part in parts))
        except TypeError as bad:
            raise ExpressionProblem(f"“{symbol}”的参数个数不对") from bad

    def _indexed(self, parts: list[Any], depth: int) -> Run:
        """indexed-repeat(${question}, ${repeat}, number, …)."""
        if len(parts) % 2 == 0 or any(part.symbol != "$" for part in [parts[0], *parts[1::2]]):
            raise ExpressionProblem("indexed-repeat 要写成 indexed-repeat(${题目}, ${重复组}, 序号)")
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
            raise ExpressionProblem("jr:choice-name 要写成 jr:choice-name(${题目}, '${题目}')")
        name, code = found[1], self.build(parts[0], depth + 1)
        self.names.append(name)
        return lambda scope: scope.choice_name(name, m.string(code(scope)))

    def _reference(self, name: str) -> Run:
        self.names.append(name)
        return lambda scope: scope.value(name)

    def _remember_codes(self, symbol: str, parts: list[Any]) -> None:
        if symbol in {"=", "!=", "selected"} and len(parts) == 2:
            for one, other in (parts, parts[::-1]):
                if one.symbol == "$" and other.symbol in {"(string)", "(integer)"}:
                    self.codes.append((str(one[0].value), str(other.value)))

    def _look_at_pattern(self, symbol: str, parts: list[Any]) -> None:
        if symbol == "regex" and len(parts) == 2 and parts[1].symbol == "(string)":
            try:
                machine(str(parts[1].value))
                self.patterns.append(str(parts[1].value))
            except ValueError as bad:
                raise ExpressionProblem(str(bad)) from bad
