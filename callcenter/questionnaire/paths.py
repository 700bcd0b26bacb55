"""Walks through a questionnaire that try every answer on which its routing depends."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations, islice, product

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression, boolean
from callcenter.questionnaire.expressions.compiled import Run
from callcenter.questionnaire.expressions.patterns import sample
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Course, Given, Moment, Route, Stop, find_route, seen_by

MOST_WALKS = 600
MOST_STANDS, MOST_STANDS_REPEATING = 5_000, 400
MOST_STEPS = 1_000_000
"""Questions looked at in all: a very long questionnaire is tried at fewer stands, so that the proof ends within seconds."""
MOST_SCANNED, LONGEST_TRIED = 1_000, 200
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


@dataclass
class Proof:
    """What the ways through a questionnaire were seen to do."""

    passed: set[str] = field(default_factory=set)
    """Questions that some way asks."""
    stuck: list[Walk] = field(default_factory=list)
    all_tried: bool = False
    stands: int = 0
    outcomes: dict[str, set[tuple[bool, ...]]] = field(default_factory=lambda: defaultdict(set))
    """Question to how its conditions came out, one by one; the last says whether it is asked."""
    chosen: set[tuple[str, str]] = field(default_factory=set)
    valued: set[str] = field(default_factory=set)
    """Questions to which some value could stand."""
    tried: set[str] = field(default_factory=set)
    """Questions to which an answer was tried."""


def reached(definition: Definition, most: int = MOST_STANDS) -> tuple[set[str], list[Walk], bool]:
    """Questions that some way passes, the ways that get stuck, and whether all ways were tried."""
    proof = prove(definition, most)
    return proof.passed, proof.stuck, proof.all_tried


def prove(definition: Definition, most: int = MOST_STANDS) -> Proof:
    """Try every answer on which the routing depends.

    Two ways that stand at one question and differ in nothing that anything still to come depends on go on alike:
    only the first of them is followed, so that everything is tried in far fewer steps than there are ways.
    """
    gates = {name for question in definition.questions for name in _read_anywhere(question)}
    outlook, proof = _Outlook(definition), Proof()
    met: set[tuple[object, ...]] = set()
    waiting: deque[dict[str, Given]] = deque([{}])
    most = min(most, MOST_STANDS_REPEATING if definition.repeating else MOST_STEPS // max(1, len(definition.questions)))
    while waiting and len(met) < most:
        answers = waiting.popleft()
        course = Course(definition, answers, SAMPLE_DAY)
        route = course.route()
        _note_conditions(proof, course, route, outlook.place)
        question = route.next
        stand = (route.next_key, *outlook.seen(question, answers)) if question else ("",)
        if stand in met:
            continue
        met.add(stand)
        proof.passed.update(stop.question.name for stop in route.stops)
        branches = _branches(definition, answers, route.stops[-1], gates) if question else []
        _note_answers(proof, route, branches)
        if branches:
            waiting.appendleft(branches[0])
            waiting.extend(branches[1:])
        elif question is not None:
            proof.stuck.append(Walk(answers, route))
    proof.all_tried, proof.stands = not waiting, len(met)
    return proof


def _note_conditions(proof: Proof, course: Course, route: Route, place: Mapping[str, int]) -> None:
    """How the conditions came out of the questions between the last answer and the next: those that it settled."""
    stops = route.stops if route.complete else route.stops[:-1]
    first = place[stops[-1].question.name] + 1 if stops else 0
    last = len(place) if route.next is None else place[route.next.name] + 1
    scope = course.scope()
    for question in course.definition.questions[first:last]:
        if question.relevant and not question.repeats:
            parts = tuple(boolean(run(scope)) for _, run in conditions_of(question))
            proof.outcomes[question.name].add((*parts, course.relevant(question)))


def _note_answers(proof: Proof, route: Route, branches: list[dict[str, Given]]) -> None:
    for answers in branches:
        stop = route.stops[-1]
        given = answers[stop.key]
        proof.tried.add(stop.question.name)
        if given.value is not None:
            proof.valued.add(stop.question.name)
            for code in given.value if isinstance(given.value, list) else [given.value]:
                proof.chosen.add((stop.question.name, str(code)))


def conditions_of(question: Question) -> list[tuple[str, Run]]:
    """The single conditions that decide whether a question is asked, its blocks' included, each once."""
    return list({text: run for expression in question.relevant for text, run in expression.conditions}.items())


def named_choices(definition: Definition) -> list[tuple[str, str]]:
    """Question and code wherever a condition names a choice."""
    expressions = [each for question in definition.questions for each in (*question.relevant, *_beside(question))]
    named = {pair for expression in expressions for pair in expression.codes}
    return sorted((name, code) for name, code in named if code and name in definition.by_name and definition.by_name[name].choices)


def not_reached(definition: Definition, proof: Proof) -> list[dict[str, str | int]]:
    """What no way did: questions never asked, conditions never true or never false, pairs of them, choices never chosen."""
    found: list[tuple[Question, str]] = []
    for question in definition.questions:
        if question.asked and question.name not in proof.passed:
            found.append((question, "从未问到"))
        found += [(question, what) for what in _outcomes_missing(question, proof.outcomes.get(question.name, set()))]
    chosen = [(name, code) for name, code in named_choices(definition) if (name, code) not in proof.chosen]
    found += [(definition.by_name[name], f"从未选到“{code}”") for name, code in chosen]
    return [{"question": question.name, "row": question.row, "what": what} for question, what in found]


def _outcomes_missing(question: Question, outcomes: set[tuple[bool, ...]]) -> Iterator[str]:
    texts = [text for text, _ in conditions_of(question)]
    said = {True: "成立", False: "不成立"}
    if not texts or not outcomes:
        return
    for wanted in (True, False):
        if all(outcome[-1] != wanted for outcome in outcomes):
            yield f"relevant 从未{said[wanted]}"
    for (one, first), (other, second) in combinations(enumerate(texts), 2):
        for pair in product((True, False), repeat=2):
            if all((outcome[one], outcome[other]) != pair for outcome in outcomes):
                yield f"从未同时：{first} {said[pair[0]]}，{second} {said[pair[1]]}"


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
    question, course = replace(stop.question, choices=stop.choices), Course(definition, answers, SAMPLE_DAY)
    likely = candidates(definition, question)
    found = [given for given in likely if _stands(course, stop.key, given)]
    if question.type in {"integer", "decimal"} and all(given.value is None for given in found):
        scanned = (Given(value) for value in range(2, MOST_SCANNED))
        found = [*islice((given for given in scanned if _stands(course, stop.key, given)), 1), *found]
    yield from found


def _stands(course: Course, key: str, given: Given) -> bool:
    course.give(key, given)
    return course.problem_at(key) is None


def candidates(definition: Definition, question: Question) -> list[Given]:
    """Answers worth trying: every choice, the ends of scales, figures that conditions name, non-answers, and nothing."""
    values: Sequence[object]
    if question.type == "select_multiple":
        codes = [choice.value for choice in question.choices]
        values = [*([code] for code in codes), codes]
        if question.constraint is not None:
            values = [*values, *(codes[at : at + 2] for at in range(len(codes) - 1))]
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
    elif question.type in {"date", "datetime"}:
        values = _days(definition, question)
    elif question.type == "text":
        values = [*WRITTEN["text"], *_written(definition, question)]
    else:
        values = WRITTEN.get(question.type, ())
    return [*map(Given, values), *(Given(None, code) for code in question.nonanswers), Given()]


def _days(definition: Definition, question: Question) -> list[str]:
    """Days around every day that an expression names, and around today."""
    named = {found for expression in _about(definition, question.name) for found in re.findall(r"\d{4}-\d{2}-\d{2}", expression.text)}
    found = ["2022-05-10"]
    for text in sorted({SAMPLE_DAY.today, *named}):
        try:
            found += [(date.fromisoformat(text) + timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
        except (ValueError, OverflowError):
            continue
    clock = "T09:30" if question.type == "datetime" else ""
    return [day + clock for day in [*dict.fromkeys(found), "1990-01-01", "2035-12-31"]]


def _written(definition: Definition, question: Question) -> list[str]:
    """Texts that patterns find, texts of the lengths that expressions name, texts that it is compared with."""
    expressions = _about(definition, question.name)
    found = [sample(pattern) for expression in expressions for pattern in expression.patterns]
    found += [code for expression in expressions for name, code in expression.codes if name == question.name]
    if any("string-length" in expression.text for expression in expressions):
        found += ["文" * length for length in _figures(definition, question.name) if 0 < length <= LONGEST_TRIED]
    return [text for text in dict.fromkeys(found) if text.strip()]


def _about(definition: Definition, name: str) -> list[Expression]:
    found = [each for question in definition.questions for each in (*question.relevant, *_beside(question)) if name in each.names]
    own = definition.by_name[name].constraint if name in definition.by_name else None
    return [*found, *([own] if own else [])]


def _figures(definition: Definition, name: str) -> list[int]:
    found: list[int] = []
    for question in definition.questions:
        for expression in (*question.relevant, *([question.constraint] if question.constraint else [])):
            if name in expression.names or question.name == name:
                digits = "".join(letter if letter.isdigit() else " " for letter in expression.text).split()
                found += [near for each in digits[:20] for near in (int(each) - 1, int(each), int(each) + 1)]
    return list(dict.fromkeys(each for each in found if 0 <= each < 10**9))
