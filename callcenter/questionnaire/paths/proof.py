"""Proof by trying: every answer on which the routing depends, at every stand that differs in what is still to come."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Run, boolean
from callcenter.questionnaire.paths.candidates import SAMPLE_DAY
from callcenter.questionnaire.paths.outlook import Outlook
from callcenter.questionnaire.paths.sampled import only_sampled
from callcenter.questionnaire.paths.ways import Walk, branches_at, gates_of, seen_abroad
from callcenter.questionnaire.routing import Course, Given, Stop
from callcenter.questionnaire.routing.order import body_in_order, laid_out
from callcenter.questionnaire.routing.route import Place

MOST_STANDS = 5_000
MOST_STEPS = 2_000_000
"""Questions looked at in all: a very long questionnaire is tried at fewer stands, so that the proof ends within seconds."""

PRICE_OF_A_LOOK = 10
"""So many questions looked at take as long as finding out whether a way is a new one."""
LONG_WAY = 16
"""After so many questions left out, a way is looked at anew: it may go on as another one did."""


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
    emptied: dict[str, dict[str, Given]] = field(default_factory=dict)
    """Questions whose filter left no choice on some way, each with the answers of the first such way."""
    sampled: frozenset[str] = frozenset()
    """Questions that hang on answers of which only some could be tried: what was not seen of them may still be."""

    def sure_of(self, name: str) -> bool:
        """Whether what was not seen of that question cannot be."""
        return self.all_tried and name not in self.sampled


@dataclass(frozen=True)
class _Step:
    """An answer, and those before it."""

    before: "_Step | None"
    key: str
    given: Given
    at: int
    """Where the way goes on."""

    def answers(self) -> dict[str, Given]:
        """All answers up to this one."""
        found, step = [], self if self.key else None
        while step is not None and step.key:
            found.append((step.key, step.given))
            step = step.before
        return dict(reversed(found))


def reached(definition: Definition, most: int = MOST_STANDS) -> tuple[set[str], list[Walk], bool]:
    """Questions that some way passes, the ways that get stuck, and whether all ways were tried."""
    proof = prove(definition, most)
    return proof.passed, proof.stuck, proof.all_tried


def prove(definition: Definition, most: int = MOST_STANDS) -> Proof:
    """Try every answer on which the routing depends.

    Two ways that stand at one question and differ in nothing that anything still to come depends on go on alike:
    only the first of them is followed, so that everything is tried in far fewer steps than there are ways.
    """
    return _Search(definition, most).done()


class _Search:
    """Follows ways, one answer after the other, and notes what they do."""

    def __init__(self, definition: Definition, most: int) -> None:
        self.definition, self.most, self.followed, self.left = definition, most, 0, MOST_STEPS
        self.gates, self.abroad = gates_of(definition), seen_abroad(definition)
        self.outlook, self.proof = Outlook(definition, self.abroad), Proof()
        self.conditions = {question.name: conditions_of(question) for question in definition.questions}
        self.settling: dict[int, list[Question]] = defaultdict(list)
        for question in definition.questions:
            if question.relevant:
                self.settling[self.outlook.settled_at(question)].append(question)
        self.passing: set[tuple[object, ...]] = set()
        self.met: set[tuple[object, ...]] = set()
        self.waiting: deque[_Step] = deque()
        self.body = body_in_order(definition, "")
        self.flat = None if definition.repeating else list(laid_out(self.body, lambda _block, _place: 0))
        self.forward = all(self.outlook.last[name] < at for name, at in self.outlook.place.items()) and not definition.repeating

    def done(self) -> Proof:
        """The proof, once nothing is left to try or the bounds are reached."""
        start = _Step(None, "", Given(), 0)
        if self._is_new(Course(self.definition, {}, SAMPLE_DAY), 0)[0]:
            self.waiting.append(start)
        while self.waiting and self._may_go_on():
            self._follow(self.waiting.popleft())
        self.proof.all_tried, self.proof.stands = not self.waiting, len(self.met)
        self.proof.sampled = only_sampled(self.definition, self.proof.stuck)
        return self.proof

    def _may_go_on(self) -> bool:
        return self.followed < self.most and self.left > 0

    def _follow(self, step: _Step) -> None:
        """One way to its end, or to where another one stood already; what branches off it waits."""
        course = Course(self.definition, step.answers(), SAMPLE_DAY)
        self.left -= len(course.answers)
        at, stop = self._next(course, step.at)
        while stop is not None:
            self.followed += 1
            branches = branches_at(course, stop, self.gates, self.abroad)
            self._note_answers(stop, branches)
            if not branches:
                course.give(stop.key, None)
                self.proof.stuck.append(Walk(dict(course.answers), course.route()))
                return
            first, *others = self.outlook.differing(stop, course, branches)
            onwards = at + 1 if self.forward else 0
            if not self._may_go_on():
                self.waiting.append(_Step(step, stop.key, first, onwards))
                return
            fresh = []
            for given in (*others, first):
                course.give(stop.key, given)
                new, at, onwards_stop = self._is_new(course, onwards)
                fresh += [_Step(step, stop.key, given, onwards)] if new else []
            if not fresh:
                return
            step = fresh.pop()  # the first branch, where it is new; else another one, as the course is still warm
            self.waiting.extend(fresh)
            if step.given is not first:
                course.give(step.key, step.given)
                at, onwards_stop = self._next(course, onwards)
            stop = onwards_stop

    def _is_new(self, course: Course, start: int) -> tuple[bool, int, Stop | None]:
        """Whether no way has stood like this; and where it stands."""
        self.left -= PRICE_OF_A_LOOK
        at, stop, known = self._arrive(course, start)
        stand = (stop.key, *self.outlook.seen(stop.question, stop.place, course)) if stop else ("",)
        if known or stand in self.met:
            return False, at, stop
        self.met.add(stand)
        if stop is not None and stop.question.choice_filter is not None and stop.question.choices and not stop.choices:
            self.proof.emptied.setdefault(stop.question.name, dict(course.answers))
        return True, at, stop

    def _arrive(self, course: Course, start: int) -> tuple[int, Stop | None, bool]:
        """The next question at which answers are tried, what is met on the way there noted; or that it goes as it went before."""
        unasked = 0
        told: dict[str, bool] = {}
        for at, question, place in self._places(course, start):
            for settled in self.settling.get(self.outlook.place[question.name], ()):
                self._note(course, settled, [place] if settled is question else course.instances(settled.repeats, ()), told)
            if (stop := self._stop(course, question, place)) is not None:
                return at, stop, False
            unasked = 0 if course.relevant(question, place) else unasked + 1
            if self.forward and unasked and unasked % LONG_WAY == 0:
                passing = ("", question.name, *self.outlook.seen(question, place, course))
                if passing in self.passing:
                    return at, None, True
                self.passing.add(passing)
        return start, None, False

    def _next(self, course: Course, start: int) -> tuple[int, Stop | None]:
        """The same for a way that was noted already."""
        found = ((at, self._stop(course, question, place)) for at, question, place in self._places(course, start))
        return next(((at, stop) for at, stop in found if stop is not None), (start, None))

    def _places(self, course: Course, start: int) -> Iterator[tuple[int, Question, Place]]:
        places = self.flat if self.flat is not None else list(laid_out(self.body, course.count))
        for at in range(start, len(places)):
            self.left -= 1
            yield at, *places[at]

    def _stop(self, course: Course, question: Question, place: Place) -> Stop | None:
        """The question, where answers to it are to be tried: it is open, or a default stands that may be changed."""
        if not question.asked or not course.relevant(question, place):
            return None
        self.proof.passed.add(question.name)
        stop = course.stop(question, place)
        return stop if stop.open or (question.name in self.gates and stop.key not in course.answers) else None

    def _note(self, course: Course, question: Question, places: Iterable[Place], told: dict[str, bool]) -> None:
        """How its conditions came out, once that is settled; `told` keeps of this look what everybody outside repeats sees alike."""
        conditions, outcomes = self.conditions[question.name], self.proof.outcomes[question.name]
        if len(outcomes) < 2 ** len(conditions):
            for place in places:
                scope, kept = course.scope(question, place), {} if place else told
                for text, run in conditions:
                    if text not in kept:
                        kept[text] = boolean(run(scope))
                outcomes.add((*(kept[text] for text, _ in conditions), course.relevant(question, place)))

    def _note_answers(self, stop: Stop, branches: list[Given]) -> None:
        for given in branches:
            self.proof.tried.add(stop.question.name)
            if given.value is not None:
                self.proof.valued.add(stop.question.name)
                for code in given.value if isinstance(given.value, list) else [given.value]:
                    self.proof.chosen.add((stop.question.name, str(code)))


def conditions_of(question: Question) -> list[tuple[str, Run]]:
    """The single conditions that decide whether a question is asked, its blocks' included, each once."""
    return list({text: run for expression in question.relevant for text, run in expression.conditions}.items())
