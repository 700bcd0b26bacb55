"""Walks through a questionnaire that try every answer on which its routing depends."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Given, Moment, Route, check_answer, find_route

MOST_WALKS = 600
WRITTEN = {"acknowledge": ("OK",), "date": ("2022-05-10",), "time": ("09:30",), "text": ("文字",)}
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
        question = route.next
        standing = list(_standing(definition, answers, question)) if question else []
        if question is None or not standing:
            made += 1
            yield Walk(answers, route)
            continue
        kept = standing if question.name in gates else standing[:1]
        branches = [{**answers, question.name: given} for given in kept]
        # the first branch is finished before the others are widened, so that few walks reach far
        waiting.appendleft(branches[0])
        waiting.extend(branches[1:])


def reached(definition: Definition, most: int = MOST_WALKS) -> tuple[set[str], list[Walk], bool]:
    """Questions that some way passes, the ways that get stuck, and whether all ways were tried."""
    passed: set[str] = set()
    stuck, count = [], 0
    for walk in walks(definition, most):
        count += 1
        passed.update(stop.question.name for stop in walk.route.stops)
        if walk.stuck:
            stuck.append(walk)
    return passed, stuck, count < most


def _read_anywhere(question: Question) -> tuple[str, ...]:
    return (*question.reads, *(question.constraint.names if question.constraint else ()))


def _standing(definition: Definition, answers: dict[str, Given], question: Question) -> Iterator[Given]:
    for given in candidates(definition, question):
        if check_answer(definition, {**answers, question.name: given}, question.name, SAMPLE_DAY) is None:
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
