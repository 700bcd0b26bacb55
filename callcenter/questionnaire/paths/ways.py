"""Ways through a questionnaire, each with the answers that make it."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from math import floor, isfinite

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.expressions.meaning import number
from callcenter.questionnaire.paths.candidates import SAMPLE_DAY, beside, candidates, few_instances
from callcenter.questionnaire.routing import Course, Given, Route, Stop

MOST_WALKS = 600
MOST_SCANNED = 1_000
COUNTS_INSTANCES = re.compile(r"\b(position|index|indexed-repeat)\s*\(")


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
    gates, abroad = gates_of(definition), seen_abroad(definition)
    waiting: deque[dict[str, Given]] = deque([{}])
    made = 0
    while waiting and made < most:
        answers = waiting.popleft()
        course = Course(definition, answers, SAMPLE_DAY)
        route = course.route()
        stop = route.stops[-1] if route.next else None
        branches = [{**answers, stop.key: given} for given in branches_at(course, stop, gates, abroad)] if stop else []
        if not branches:
            made += 1
            yield Walk(answers, route)
            continue
        # the first branch is finished before the others are widened, so that few walks reach far
        waiting.appendleft(branches[0])
        waiting.extend(branches[1:])


def branches_at(course: Course, stop: Stop, gates: frozenset[str], abroad: frozenset[str]) -> list[Given]:
    """Each answer that can stand; one is enough where nothing depends on it. They are tried on the course."""
    standing, name = _standing(course, stop), stop.question.name
    # what is seen only from inside its instance makes later instances go as the first did
    tried = name in gates and (name in abroad or all(number == 1 for number in stop.place))
    return list(standing if tried else islice(standing, 1))


def gates_of(definition: Definition) -> frozenset[str]:
    """Questions whose answers decide something."""
    return frozenset(name for question in definition.questions for name in _read_anywhere(question))


def _read_anywhere(question: Question) -> tuple[str, ...]:
    blocks = [name for block in question.path for name in block.reads]
    return (*question.reads, *blocks, *(question.constraint.names if question.constraint else ()))


def seen_abroad(definition: Definition) -> frozenset[str]:
    """Questions in repeats whose answers are seen from outside their instance, and all that decides about those."""
    left = [name for question in definition.questions for each in read_by(question) for name in abroad_of(definition, question, each)]
    left += _hanging_on_the_number(definition)
    found: set[str] = set()
    while left:
        if (name := left.pop()) not in found:
            found.add(name)
            question = definition.by_name[name]
            left += [each for each in question.reads if each in definition.by_name and definition.by_name[each].repeats]
    return frozenset(found)


def _hanging_on_the_number(definition: Definition) -> list[str]:
    """Questions in repeats that the number of their instance decides about, themselves or through others: the first shows too little."""
    inside = [question for question in definition.questions if question.repeats]
    found = {each.name for each in inside if any(COUNTS_INSTANCES.search(one.text) for one in (*each.relevant, *beside(each)))}
    before = -1
    while len(found) > before:
        before = len(found)
        found |= {question.name for question in inside if not found.isdisjoint(question.reads)}
    return sorted(found)


def abroad_of(definition: Definition, reader: Question, expression: Expression) -> list[str]:
    """Names that the expression sees in other instances than the reader's own, or that count together with the instance's number."""
    named = [definition.by_name[name] for name in expression.names if name in definition.by_name]
    every = COUNTS_INSTANCES.search(expression.text) is not None
    return [each.name for each in named if each.repeats and (every or each.repeats != reader.repeats[: len(each.repeats)])]


def read_by(question: Question) -> list[Expression]:
    """Every expression that has to do with the question."""
    counts = [block.count for block in question.repeats if block.count is not None]
    return [*question.relevant, *beside(question), *counts]


def _standing(course: Course, stop: Stop) -> Iterator[Given]:
    likely = _likely(course.definition, stop)
    question = stop.question
    found = few_instances(course.definition, question, [given for given in likely if _stands(course, stop, given)])
    if question.type in {"integer", "decimal"} and all(given.value is None for given in found):
        found = [*islice((given for given in _scanned(course, question) if _stands(course, stop, given)), 1), *found]
    yield from found


def _scanned(course: Course, question: Question) -> Iterator[Given]:
    """Figures beside those that the constraint compares with on this way, then one after the other."""
    scope = course.scope()
    named = [name for name in (question.constraint.names if question.constraint else ()) if name in course.definition.by_name]
    for value in (number(scope.value(name)) for name in named):
        if isfinite(value):
            yield from (Given(near) for near in (floor(value), floor(value) - 1, floor(value) + 1))
    yield from (Given(sign * value) for value in range(2, MOST_SCANNED) for sign in (1, -1))


def _likely(definition: Definition, stop: Stop) -> list[Given]:
    """The candidates; a default is the first of them."""
    question, default = stop.question, [stop.given] if stop.given is not None and not stop.open else []
    if question.choice_filter is not None:
        return [*default, *candidates(definition, replace(question, choices=stop.choices))]
    kept: dict[str, list[Given]] = definition.worked_out.setdefault("candidates", {})
    if question.name not in kept:
        kept[question.name] = candidates(definition, definition.by_name[question.name])
    return [*default, *(given for given in kept[question.name] if given not in default)]


def _stands(course: Course, stop: Stop, given: Given) -> bool:
    return course.problem_with(stop, given) is None
