"""regex() that cannot run away: the pattern becomes a machine that reads every character once, whatever it is given.

Python's own matcher tries again and again where repeats can share the text (`(a+)+$`), so it is used for nothing but reading the pattern.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any

LONGEST_PATTERN, MOST_STEPS = 500, 2_000
CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda letter: letter.isalnum() or letter == "_",
}
Test = Callable[[str], bool]


@dataclass
class Machine:
    """Steps: ("letter", test), ("split", a, b), ("jump", a), ("at", where), ("match",)."""

    steps: list[tuple[Any, ...]] = field(default_factory=list)

    def found_in(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in the text."""
        waiting: set[int] = set()
        for place in range(len(text) + 1):
            present = self._closed({0, *waiting}, text, place)
            if present is None:
                return True
            letter = text[place : place + 1]
            waiting = {step + 1 for step in present if letter and self.steps[step][1](letter)}
        return False

    def _closed(self, starts: set[int], text: str, place: int) -> set[int] | None:
        """The letter steps that can be reached without reading; None where the match is."""
        seen: set[int] = set()
        stack, letters = list(starts), set()
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            step = self.steps[number]
            if step[0] == "match":
                return None
            if step[0] == "letter":
                letters.add(number)
            else:
                stack += self._after(step, number, text, place)
        return letters

    @staticmethod
    def _after(step: tuple[Any, ...], number: int, text: str, place: int) -> list[int]:
        if step[0] == "at":
            return [number + 1] if _stands(step[1], text, place) else []
        return list(step[1:])


def _stands(where: str, text: str, place: int) -> bool:
    if where.startswith("AT_BEGINNING"):
        return place == 0
    if where.startswith("AT_END"):
        return place == len(text)
    word = CATEGORIES["CATEGORY_WORD"]
    border = (place > 0 and word(text[place - 1])) != (place < len(text) and word(text[place]))
    return border if where == "AT_BOUNDARY" else not border


@lru_cache(maxsize=512)
def machine(pattern: str) -> Machine:
    """The machine of a pattern; ValueError says why there is none."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"正则表达式超过 {LONGEST_PATTERN} 个字符")
    try:
        tree = import_module("re._parser").parse(pattern)  # the standard library's reader of patterns has no public name
    except (ValueError, OverflowError, RecursionError) as bad:
        raise ValueError(f"正则表达式不对：{bad}") from bad
    except Exception as bad:
        if type(bad).__name__ in {"error", "PatternError"}:
            raise ValueError(f"正则表达式不对：{bad}") from bad
        raise
    built = Machine()
    _Maker(built.steps).sequence(tree)
    built.steps.append(("match",))
    return built


class _Maker:
    def __init__(self, steps: list[tuple[Any, ...]]) -> None:
        self.steps = steps

    def sequence(self, nodes: Any) -> None:
        for kind, about in nodes:
            if len(self.steps) > MOST_STEPS:
                raise ValueError("正则表达式的重复次数太多")
            self._node(str(kind), about)

    def _node(self, kind: str, about: Any) -> None:
        if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            self._repeat(*about)
        elif kind == "SUBPATTERN":
            self.sequence(about[3])
        elif kind == "ATOMIC_GROUP":
            self.sequence(about)
        elif kind == "BRANCH":
            self._branch(about[1])
        elif kind == "AT":
            self.steps.append(("at", str(about)))
        else:
            self.steps.append(("letter", _letter(kind, about)))

    def _repeat(self, least: int, most: int, body: Any) -> None:
        for _ in range(least):
            self.sequence(body)
        if most >= 65_535:
            start = len(self.steps)
            self.steps.append(())
            self.sequence(body)
            self.steps.append(("jump", start))
            self.steps[start] = ("split", start + 1, len(self.steps))
            return
        splits = []
        for _ in range(most - least):
            splits.append(len(self.steps))
            self.steps.append(())
            self.sequence(body)
        for split in splits:
            self.steps[split] = ("split", split + 1, len(self.steps))

    def _branch(self, branches: Any) -> None:
        jumps = []
        for body in branches[:-1]:
            split = len(self.steps)
            self.steps.append(())
            self.sequence(body)
            jumps.append(len(self.steps))
            self.steps.append(())
            self.steps[split] = ("split", split + 1, len(self.steps))
        self.sequence(branches[-1])
        for jump in jumps:
            self.steps[jump] = ("jump", len(self.steps))


def sample(pattern: str) -> str:
    """A text that the pattern finds, as far as a plain reading of it goes: the least of every repeat, the first of every choice."""
    machine(pattern)
    return _sampled(import_module("re._parser").parse(pattern))


SAMPLE_LETTERS = "1a文A0-_ .@年"


def _sampled(nodes: Any) -> str:
    return "".join(_sampled_node(str(kind), about) for kind, about in nodes)


def _sampled_node(kind: str, about: Any) -> str:
    if kind.endswith("_REPEAT"):
        return _sampled(about[2]) * int(about[0])
    if kind in {"SUBPATTERN", "BRANCH"}:
        return _sampled(about[3] if kind == "SUBPATTERN" else about[1][0])
    if kind in {"ATOMIC_GROUP", "AT"}:
        return _sampled(about) if kind == "ATOMIC_GROUP" else ""
    if kind == "LITERAL":
        return chr(about)
    first = next((chr(each[1][0]) for each in about if str(each[0]) == "RANGE"), "1") if kind == "IN" else "1"
    return next((letter for letter in SAMPLE_LETTERS if _letter(kind, about)(letter)), first)


def _letter(kind: str, about: Any) -> Test:
    if kind == "LITERAL":
        return chr(about).__eq__
    if kind == "NOT_LITERAL":
        return chr(about).__ne__
    if kind == "ANY":
        return lambda letter: letter != "\n"
    if kind == "IN":
        negated, tests = str(about[0][0]) == "NEGATE", list(_tests(about))
        return lambda letter: any(test(letter) for test in tests) != negated
    raise ValueError("正则表达式用了前后断言或反向引用，请改写")


def _tests(parts: Any) -> Iterator[Test]:
    for kind, about in parts:
        if str(kind) == "RANGE":
            yield lambda letter, low=about[0], high=about[1]: low <= ord(letter) <= high  # type: ignore[misc]  # bound now, called later
        elif str(kind) == "CATEGORY":
            yield _category(str(about))
        elif str(kind) == "LITERAL":
            yield chr(about).__eq__


def _category(name: str) -> Test:
    if name in CATEGORIES:
        return CATEGORIES[name]
    test = CATEGORIES[name.replace("_NOT_", "_")]
    return lambda letter: not test(letter)
