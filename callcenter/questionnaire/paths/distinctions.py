"""What expressions can tell about an answer: where comparisons turn, the codes and patterns they look for, and what they see otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import Any

from callcenter.questionnaire.expressions import Value, constant
from callcenter.questionnaire.expressions.grammar import parse
from callcenter.questionnaire.expressions.meaning import number, string
from callcenter.questionnaire.routing.route import Moment

SAMPLE_DAY = Moment("2022-06-02", "2022-06-02T10:00:00+08:00")
OWN = "."
"""The name under which an expression speaks of the answer that it judges."""
COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">="})
JOINING = frozenset({"and", "or", "not", "boolean", "(", "if"})
THE_SAME = frozenset({"(", "number", "decimal-date-time", "date", "date-time", "once"})
"""What leaves an answer as it is, for comparisons."""
MEASURED = {"count-selected": "counts", "string-length": "lengths", "decimal-time": "clocks"}
Line = tuple[str, float, float]
"""A name, and by how much it is multiplied and what is added; the name is empty for a constant."""


@dataclass
class Distinctions:
    """What is told about one answer."""

    figures: set[float] = field(default_factory=set)
    """Where comparisons with the answer turn."""
    counts: set[float] = field(default_factory=set)
    """Where comparisons with the number of its choices turn."""
    lengths: set[float] = field(default_factory=set)
    clocks: set[float] = field(default_factory=set)
    """Where comparisons with its time of day turn, as shares of the day."""
    codes: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    whole: bool = False
    """Seen in another way too, so that no list of answers is sure to show everything."""

    def add(self, other: "Distinctions") -> None:
        """Both together."""
        for name in ("figures", "counts", "lengths", "clocks", "codes", "patterns"):
            getattr(self, name).update(getattr(other, name))
        self.whole = self.whole or other.whole


@lru_cache(maxsize=4096)
def distinctions_in(text: str) -> dict[str, Distinctions]:
    """Name to what the expression tells about it."""
    reader = _Reader()
    reader.condition(parse(text))
    return reader.found


class _Reader:
    """Walks a token tree, conditions apart from values."""

    def __init__(self) -> None:
        self.found: dict[str, Distinctions] = {}

    def of(self, name: str) -> Distinctions:
        return self.found.setdefault(name, Distinctions())

    def condition(self, token: Any) -> None:
        """A part of which only the truth counts."""
        symbol, parts = token.symbol, list(token)
        if symbol in JOINING:
            for part in parts:
                self.condition(part)
        elif symbol in COMPARING and len(parts) == 2:
            self._compared(*parts)
        elif _looks_for_one(token):
            told = self.of(_name_of(parts[0]))
            (told.codes if symbol == "selected" else told.patterns).add(string(_known(parts[1])))
        elif name := _name_of(token):
            self.of(name)  # whether there is an answer is always tried
        else:
            self.value(token)

    def value(self, token: Any) -> None:
        """A part of which the value counts."""
        symbol, parts = token.symbol, list(token)
        if name := _name_of(token):
            self.of(name).whole = True
        elif symbol in COMPARING or symbol in {"and", "or", "not", "boolean"} or _looks_for_one(token):
            self.condition(token)
        elif symbol == "if" and len(parts) == 3:
            self.condition(parts[0])
            self._values(parts[1:])
        else:
            self._values(parts)

    def _values(self, parts: Iterable[Any]) -> None:
        for part in parts:
            self.value(part)

    def _compared(self, left: Any, right: Any) -> None:
        one, other = _line(left), _line(right)
        if one is not None and other is not None and len({one[0], other[0]} - {""}) <= 1:
            self._turns(one, other, [string(_known(part)) for part in (left, right) if _names(part) == []])
            return
        for asked, against in ((left, right), (right, left)):
            name = _name_of(asked[0]) if asked.symbol in MEASURED and len(asked) == 1 else ""
            if name and _names(against) == []:
                getattr(self.of(name), MEASURED[asked.symbol]).add(number(_known(against)))
                return
        self._values([left, right])

    def _turns(self, one: Line, other: Line, texts: list[str]) -> None:
        name, slope = one[0] or other[0], one[1] - other[1]
        if name:
            told = self.of(name)
            told.codes.update(texts)
            turn = (other[2] - one[2]) / slope if slope else float("nan")
            told.figures |= {turn} if isfinite(turn) else set()


def _looks_for_one(token: Any) -> bool:
    """Whether it looks in one answer for a code or a pattern that is known."""
    return token.symbol in {"selected", "regex"} and len(token) == 2 and _name_of(token[0]) != "" and _names(token[1]) == []


def _name_of(token: Any) -> str:
    """The question that the token stands for; empty where it is something else."""
    while token.symbol in THE_SAME and len(token) == 1:
        token = token[0]
    if token.symbol == "$":
        return str(token[0].value)
    if token.symbol == "/" and len(token) == 2 and token[1].symbol == "(name)":
        return str(token[1].value)
    return OWN if token.symbol == "." else ""


def _names(token: Any) -> list[str]:
    """What the token's value hangs on."""
    if name := _name_of(token):
        return [name]
    own = [token.symbol] if token.symbol in {"(name)", "..", "position", "index", "indexed-repeat", "choice-name"} else []
    return [*own, *(name for part in token for name in _names(part))]


def _known(token: Any) -> Value:
    return constant(token, SAMPLE_DAY.today, SAMPLE_DAY.now)


def _line(token: Any) -> Line | None:
    """The token as a straight line over one answer; None where it is none."""
    if name := _name_of(token):
        return name, 1.0, 0.0
    if _names(token) == []:
        return "", 0.0, number(_known(token))
    parts = [_line(part) for part in token]
    if token.symbol == "(" and len(parts) == 1:
        return parts[0]
    lines = [part for part in parts if part is not None]
    return _joined(token.symbol, lines) if len(lines) == len(parts) else None


def _joined(symbol: str, parts: list[Line]) -> Line | None:
    if symbol in {"+", "-"}:
        first, second = parts if len(parts) == 2 else (("", 0.0, 0.0), parts[0])
        sign = 1 if symbol == "+" else -1
        if len({first[0], second[0]} - {""}) <= 1:
            return first[0] or second[0], first[1] + sign * second[1], first[2] + sign * second[2]
    if symbol in {"*", "div"} and len(parts) == 2:
        line, factor = parts if not parts[1][0] else parts[::-1]
        by = factor[2] if symbol == "*" else 1 / factor[2] if factor[2] and not parts[1][0] else float("nan")
        if not factor[0] and isfinite(by):
            return line[0], line[1] * by, line[2] * by
    return None
