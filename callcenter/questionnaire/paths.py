"""Walks through a questionnaire that try every answer on which its routing depends."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Given, Moment, Route, Stop, check_answer, find_route, seen_by

MOST_WALKS = 600
MOST_STANDS, MOST_STANDS_REPEATING = 5_000, 400
MOST_REPEATED = 3
"""Instances that are tried; more of them bring nothing new."""
WRITTEN = {"acknowledge": ("OK",), "date": ("2022-05-10",), "time": ("09:30",), "datetime": ("2022-05-10T09:30",), "text": ("文字",)}
SAMPLE_DAY = Moment("2022-06-02", "2022-06-02T10:00:00+08:00")


@dataclass(frozen=True)
class Walk:
    """One way through: the answers given and the route they made; stuck where no answer to its next question could stand."""

    answers: dict[str, Given]
    route: Route

    @property
    def stuck(self) -> bool:
        """Whether the way ends before the questionnaire does."""
        return not self.route.complete


def walks(definition: Definition, most: int = MOST_WALKS) -> Iterator[Walk]:
    """Every way that differs at a question which decides something, at most `most` of them, breadth first."""
    gates = {name for question in definition.questions for name in _read_anywhere(question)}
    waiting: deque[dict[str, Given]] = deque([{}])
    made = 0
    while waiting and made < most:
        answers = waiting.popleft()
        route = find_route(definition, answers, SAMPLE_DAY)
        branches = _branches(definition, answers, route.stops[-1], gates) if route.next else []
        if not branches:
            made += 1
            yield Walk(answers, route)
            continue
        # the first branch is finished before the others are widened, so that few walks reach far
        waiting.appendleft(branches[0])
        waiting.extend(branches[1:])


def reached(definition: Definition, most: int = MOST_STANDS) -> tuple[set[str], list[Walk], bool]:
    """Questions that some way passes, the ways that get stuck, and whether all ways were tried.

    Two ways that stand at one question and differ in nothing that anything still to come depends on go on alike:
    only the first of them is followed, so that everything is tried in far fewer steps than there are ways.
    """
    gates = {name for question in definition.questions for name in _read_anywhere(question)}
    outlook = _Outlook(definition)
    passed: set[str] = set()
    stuck: list[Walk] = []
    met: set[tuple[object, ...]] = set()
    waiting: deque[dict[str, Given]] = deque([{}])
    most = min(most, MOST_STANDS_REPEATING) if definition.repeating else most
    while waiting and len(met) < most:
        answers = waiting.popleft()
        route = find_route(definition, answers, SAMPLE_DAY)
        question = route.next
        stand = (route.next_key, *outlook.seen(question, answers)) if question else ("",)
        if stand in met:
            continue
        met.add(stand)
        passed.update(stop.question.name for stop in route.stops)
        branches = _branches(definition, answers, route.stops[-1], gates) if question else []
        if branches:
            waiting.appendleft(branches[0])
            waiting.extend(branches[1:])
        elif question is not None:
            stuck.append(Walk(answers, route))
    return passed, stuck, not waiting


def _branches(definition: Definition, answers: dict[str, Given], stop: Stop, gates: set[str]) -> list[dict[str, Given]]:
    """The answers with each that can stand added; one is enough where nothing depends on it."""
    standing = _standing(definition, answers, stop)
    # later instances of a repeat go as the first did: what decides something was tried there
    tried = stop.question.name in gates and all(number == 1 for number in stop.place)
    return [{**answers, stop.key: given} for given in (standing if tried else islice(standing, 1))]


class _Outlook:
    """What the rest of a questionnaire can tell apart: how settled conditions came out, and the values that others still read."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.place = {question.name: at for at, question in enumerate(definition.questions)}
        self.last = {question.name: self._last(question.reads) for question in definition.questions}
        self.parted: dict[str, tuple[list[Expression], list[str], list[str]]] = {}

    def seen(self, question: Question, answers: Mapping[str, Given]) -> tuple[object, ...]:
        """Two sets of answers for which this is the same lead to the same questions from here on."""
        if question.repeats or self.definition.repeating:
            return (repr(sorted((key, repr(given)) for key, given in answers.items())),)  # instances are told apart by all that was said
        settled, names, waiting = self._parts(question)
        return *seen_by(self.definition, answers, settled, names, SAMPLE_DAY), *(repr(answers.get(name)) for name in waiting)

    def _parts(self, question: Question) -> tuple[list[Expression], list[str], list[str]]:
        """Conditions that no later answer changes; names that everything else reads; earlier questions that wait for a later answer."""
        if question.name not in self.parted:
            at = self.place[question.name]
            still_open = [one for one in self.definition.questions if self.place[one.name] >= at or self.last[one.name] >= at]
            conditions = {each.text: each for one in still_open for each in one.relevant}
            settled = {text: each for text, each in conditions.items() if self._last(each.names) < at}
            rest = [each for text, each in conditions.items() if text not in settled]
            rest += [each for one in still_open for each in _beside(one)]
            names = sorted({name for each in rest for name in each.names if self.place.get(name, at) < at})
            waiting = [one.name for one in still_open if self.place[one.name] < at]
            self.parted[question.name] = list(settled.values()), names, waiting
        return self.parted[question.name]

    def _last(self, names: Iterable[str]) -> int:
        """The furthest place of these, and of what decides whether they are asked and what they calculate."""
        found: set[str] = set()
        left = [name for name in names if name in self.place]
        while left:
            if (name := left.pop()) not in found:
                found.add(name)
                left += [each for each in self.definition.by_name[name].reads if each in self.place]
        return max((self.place[name] for name in found), default=-1)


def _beside(question: Question) -> list[Expression]:
    return [each for each in (question.constraint, question.required, question.calculation) if each is not None]


def _read_anywhere(question: Question) -> tuple[str, ...]:
    blocks = [name for block in question.path for name in block.reads]
    return (*question.reads, *blocks, *(question.constraint.names if question.constraint else ()))


def _standing(definition: Definition, answers: dict[str, Given], stop: Stop) -> Iterator[Given]:
    question = replace(stop.question, choices=stop.choices)
    for given in candidates(definition, question):
        if check_answer(definition, {**answers, stop.key: given}, stop.key, SAMPLE_DAY) is None:
            yield given


def candidates(definition: Definition, question: Question) -> list[Given]:
    """Answers worth trying: every choice, the ends of scales, figures that conditions name, non-answers, and nothing."""
    values: Sequence[object]
    if question.type == "select_multiple":
        values = [[choice.value] for choice in question.choices] + [[choice.value for choice in question.choices]]
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
    else:
        values = WRITTEN.get(question.type, ())
    return [*map(Given, values), *(Given(None, code) for code in question.nonanswers), Given()]


def _figures(definition: Definition, name: str) -> list[int]:
    found: list[int] = []
    for question in definition.questions:
        for expression in (*question.relevant, *([question.constraint] if question.constraint else [])):
            if name in expression.names or question.name == name:
                digits = "".join(letter if letter.isdigit() else " " for letter in expression.text).split()
                found += [near for each in digits[:20] for near in (int(each) - 1, int(each), int(each) + 1)]
    return list(dict.fromkeys(each for each in found if 0 <= each < 10**9))
