"""Which ways go on alike: what the rest of a questionnaire can still tell apart."""

from collections.abc import Iterable
from dataclasses import dataclass

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression, Run, Value, boolean
from callcenter.questionnaire.paths.candidates import beside
from callcenter.questionnaire.paths.ways import COUNTS_INSTANCES, abroad_of, read_by
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.routing import Course, Given, Stop, parted
from callcenter.questionnaire.routing.order import body_in_order, laid_out
from callcenter.questionnaire.routing.route import Place
from callcenter.questionnaire.routing.scope import Scope


@dataclass(frozen=True)
class _Open:
    """What is still open at one question."""

    settled: list[Expression]
    """Conditions that no later answer changes."""
    flat: list[str]
    """Earlier questions that something else reads."""
    here: frozenset[str]
    """Questions of the repeat that are read in their own instance."""
    everywhere: frozenset[str]
    """Questions in repeats that are read from other instances, or from outside."""
    waiting: list[str]
    """Earlier questions that wait for a later answer."""


class _Said(Scope):
    """What expressions see once a question outside repeats, which is asked, has this answer."""

    def __init__(self, course: Course, name: str, text: str) -> None:
        super().__init__(course, (), ())
        self.name, self.text = name, text

    def value(self, name: str) -> Value:
        return self.text if name == self.name else super().value(name)


class Outlook:
    """What the rest of a questionnaire can tell apart: how settled conditions came out, and the values that others still read."""

    def __init__(self, definition: Definition, abroad: frozenset[str]) -> None:
        self.definition, self.abroad = definition, abroad
        in_order = laid_out(body_in_order(definition, ""), lambda _block, _place: 1)
        self.place = {question.name: at for at, (question, _) in enumerate(in_order)}
        self.furthest: dict[str, int] = {}
        self.last = {question.name: self._last(question.reads) for question in definition.questions}
        self.first_of = {
            block.name: min(self.place[one.name] for one in definition.questions if block in one.path)
            for block in definition.blocks.values()
        }
        self.read_by = {question.name: read_by(question) for question in definition.questions}
        self.seen_otherwise = {name for question in definition.questions for each in _otherwise(question) for name in each.names}
        self.conditions_on: dict[str, dict[str, Expression]] = {}
        for each in (condition for question in definition.questions for condition in question.relevant):
            for name in each.names:
                self.conditions_on.setdefault(name, {})[each.text] = each
        self.settled_from: dict[str, int | None] = {}
        self.parted: dict[str, _Open] = {}
        self.told: dict[str, list[Run] | None] = {}

    def seen(self, question: Question, place: Place, course: Course) -> tuple[object, ...]:
        """Two sets of answers for which this is the same lead to the same questions from here on."""
        still, answers = self._still_open(question), course.answers
        told = [repr(answers.get(name)) for name in still.waiting]
        if self.definition.repeating:
            told += sorted(f"{key}{given!r}" for key, given in answers.items() if _counts(*parted(key), still, place))
        scope = course.scope()
        return tuple(condition.holds(scope) for condition in still.settled), tuple(map(scope.value, still.flat)), *told

    def differing(self, stop: Stop, course: Course, branches: list[Given]) -> list[Given]:
        """The branches without those that no condition tells from an earlier one."""
        telling = self._telling(stop.question) if len(branches) > 2 else None
        if telling is None:
            return branches
        kept: dict[tuple[bool, ...], Given] = {}
        for given in branches:
            scope = _Said(course, stop.question.name, as_text(given.value) if given.nonanswer is None else "")
            kept.setdefault(tuple(boolean(run(scope)) for run in telling), given)
        return list(kept.values())

    def settled_at(self, question: Question) -> int:
        """The place from which on it is known whether the question is asked, its own place at the latest."""
        firsts, own = [self._settled_from(condition) for condition in question.relevant], self.place[question.name]
        found = min(own, max((own if each is None else each for each in firsts), default=own))
        # a place inside a repeat is passed again and again
        return (
            own
            if self.definition.repeating and any(one.repeats and self.place[one.name] == found for one in self.definition.questions)
            else found
        )

    def _telling(self, question: Question) -> list[Run] | None:
        """The conditions through which alone an answer is seen, where they are settled with it; None where more sees it."""
        if question.name not in self.told:
            self.told[question.name] = self._alone(question)
        return self.told[question.name]

    def _alone(self, question: Question) -> list[Run] | None:
        name, at = question.name, self.place[question.name]
        if self.definition.repeating or name in self.seen_otherwise:
            return None
        conditions = self.conditions_on.get(name, {})
        if not all(self._is_settled(each, at + 1) for each in conditions.values()):
            return None
        return [run for each in conditions.values() for run in (each.run, *(part for _, part in each.conditions))]

    def _still_open(self, question: Question) -> _Open:
        if question.name not in self.parted:
            self.parted[question.name] = self._worked_out(question)
        return self.parted[question.name]

    def _worked_out(self, question: Question) -> _Open:
        at = self.place[question.name]
        start = self.first_of[question.repeats[0].name] if question.repeats else at
        # in a repeat its earlier questions come again
        still = self._with_calculations(
            [one for one in self.definition.questions if self.place[one.name] >= start or self.last[one.name] >= at]
        )
        conditions = {each.text: each for one in still for each in one.relevant}
        settled = {text: each for text, each in conditions.items() if self._is_settled(each, start)}
        rest = [(one, each) for one in still for each in self.read_by[one.name] if each.text not in settled]
        names = {name for _, each in rest for name in each.names if name in self.place}
        waiting = [one.name for one in still if self.place[one.name] < at]
        repeated = {name for name in {*names, *waiting} if self.definition.by_name[name].repeats}
        everywhere = {name for one, each in rest for name in abroad_of(self.definition, one, each)} if self.definition.repeating else set()
        return _Open(
            settled=list(settled.values()),
            flat=sorted(name for name in names - repeated if self.place[name] < at),
            here=frozenset(repeated),
            everywhere=frozenset(everywhere | (repeated & self.abroad) | (repeated & set(waiting) if not question.repeats else set())),
            waiting=[name for name in waiting if name not in repeated],
        )

    def _with_calculations(self, still: list[Question]) -> list[Question]:
        """What is calculated in repeats has no answer to look at, so what it reads counts as open too."""
        found = {one.name: one for one in still}
        left = list(still)
        while left:
            for name in left.pop().reads:
                read = self.definition.by_name.get(name)
                if read is not None and read.repeats and (read.calculation or read.prefill) and name not in found:
                    found[name] = read
                    left.append(read)
        return list(found.values())

    def _is_settled(self, condition: Expression, start: int) -> bool:
        """Whether no later answer changes it, and it means the same wherever it is looked at."""
        first = self._settled_from(condition)
        return first is not None and first <= start

    def _settled_from(self, condition: Expression) -> int | None:
        if condition.text not in self.settled_from:
            self.settled_from[condition.text] = self._last(condition.names) + 1 if self._means_the_same(condition) else None
        return self.settled_from[condition.text]

    def _means_the_same(self, condition: Expression) -> bool:
        named = [self.definition.by_name[name] for name in condition.names if name in self.place]
        return (
            not any(one.repeats for one in named)
            and not any(name in self.definition.blocks for name in condition.names)
            and not COUNTS_INSTANCES.search(condition.text)
        )

    def _last(self, names: Iterable[str]) -> int:
        """The furthest place of these, and of what decides whether they are asked and what they calculate."""
        return max((self._furthest(name) for name in names if name in self.place), default=-1)

    def _furthest(self, name: str) -> int:
        if name not in self.furthest:
            found, places, left = {name}, [-1], [name]
            while left:
                each = left.pop()
                if each in self.furthest:
                    places.append(self.furthest[each])
                    continue
                places.append(self.place[each])
                behind = {read for read in self.definition.by_name[each].reads if read in self.place} - found
                found |= behind
                left += behind
            self.furthest[name] = max(places)
        return self.furthest[name]


def _otherwise(question: Question) -> list[Expression]:
    """What a question reads beside the conditions under which it is asked."""
    return [*beside(question), *([question.seed] if question.seed else [])]


def _counts(name: str, place: tuple[int, ...], still: _Open, here: tuple[int, ...]) -> bool:
    """Whether what was said there can still matter."""
    return name in still.everywhere or (name in still.here and place == here[: len(place)] and len(place) > 0)
