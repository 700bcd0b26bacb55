"""Operators and functions: each takes the runs of its arguments and gives a run."""

import math
from collections.abc import Callable
from math import ceil, floor, inf, isnan, trunc

from callcenter.questionnaire.expressions import meaning as m
from callcenter.questionnaire.expressions.meaning import Value
from callcenter.questionnaire.expressions.scope import Run, Scope


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


def _real(operation: Callable[..., float]) -> Callable[..., Run]:
    """A function of figures that is NaN where it has no real result."""

    def worked_out(*figures: float) -> float:
        try:
            return operation(*figures)
        except (ValueError, OverflowError):
            return m.NAN

    return _number_of(worked_out)


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
    "decimal-time": lambda a: lambda scope: m.share_of_day(m.string(a(scope))),
    "format-date": _texts(m.formatted),
    "format-date-time": _texts(m.formatted),
    "boolean-from-string": _texts(lambda a: a.lower() in {"true", "1"}),
    "index": lambda: lambda scope: float(scope.position(1)),
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
    **{name: _real(getattr(math, name)) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "log", "log10")},
    "exp10": _real(lambda a: math.pow(10, a)),
    "pi": lambda: lambda _scope: math.pi,
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
