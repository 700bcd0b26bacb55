"""Proof by trying: every answer on which the routing depends, at every stand that differs in what is still to come."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Run, boolean
from callcenter.questionnaire.paths.candidates import SAMPLE_DAY
from callcenter.questionnaire.paths.outlook import Outlook
from callcenter.questionnaire.paths.ways import Walk, branches_at, gates_of, seen_abroad
from callcenter.questionnaire.routing import Course, Given, Route

MOST_STANDS = 5_000
MOST_STEPS = 1_000_000
"""Questions looked at in all: a very long questionnaire is tried at fewer stands, so that the proof ends within seconds."""
MOST_TRIES = 2_500_000
"""Questions looked at in all, also on ways that turn out to go on as others did."""
REPEATING = 8
"""So many times the work is a stand with repeats."""


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
    emptied: set[str] = field(default_factory=set)
    """Questions whose filter left no choice on some way."""


def reached(definition: Definition, most: int = MOST_STANDS) -> tuple[set[str], list[Walk], bool]:
    """Questions that some way passes, the ways that get stuck, and whether all ways were tried."""
    proof = prove(definition, most)
    return proof.passed, proof.stuck, proof.all_tried


def prove(definition: Definition, most: int = MOST_STANDS) -> Proof:
    """Try every answer on which the routing depends.

    Two ways that stand at one question and differ in nothing that anything still to come depends on go on alike:
    only the first of them is followed, so that everything is tried in far fewer steps than there are ways.
    """
    gates, abroad = gates_of(definition), seen_abroad(definition)
    outlook, proof = Outlook(definition, abroad), Proof()
    met: set[tuple[object, ...]] = set()
    waiting: deque[dict[str, Given]] = deque([{}])
    most = min(most, MOST_STEPS // max(1, len(definition.questions) * (REPEATING if definition.repeating else 1)))
    tries = MOST_TRIES // max(1, len(definition.questions))
    while waiting and len(met) < most and tries > 0:
        answers, tries = waiting.popleft(), tries - 1
        course = Course(definition, answers, SAMPLE_DAY)
        route = course.route()
        _note_conditions(proof, course, route, outlook.place)
        question = route.next
        stand = (route.next_key, *outlook.seen(route.stops[-1], course)) if question else ("",)
        if stand in met:
            continue
        met.add(stand)
        proof.passed.update(stop.question.name for stop in route.stops)
        if question is not None and question.choice_filter is not None and question.choices and not route.stops[-1].choices:
            proof.emptied.add(question.name)
        branches = branches_at(course, answers, route.stops[-1], gates, abroad) if question else []
        _note_answers(proof, route, branches)
        if branches:
            differing = outlook.differing(route.stops[-1], course, branches)
            waiting.appendleft(differing[0])
            waiting.extend(differing[1:])
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
