"""Which ways go on alike: what the rest of a questionnaire can still tell apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.paths.candidates import SAMPLE_DAY
from callcenter.questionnaire.paths.ways import COUNTS_INSTANCES, abroad_of, read_by
from callcenter.questionnaire.routing import Given, Stop, parted, seen_by


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


class Outlook:
    """What the rest of a questionnaire can tell apart: how settled conditions came out, and the values that others still read."""

    def __init__(self, definition: Definition, abroad: frozenset[str]) -> None:
        self.definition, self.abroad = definition, abroad
        self.place = {question.name: at for at, question in enumerate(definition.questions)}
        self.last = {question.name: self._last(question.reads) for question in definition.questions}
        self.first_of = {
            block.name: min(self.place[one.name] for one in definition.questions if block in one.path)
            for block in definition.blocks.values()
        }
        self.parted: dict[str, _Open] = {}

    def seen(self, stop: Stop, answers: Mapping[str, Given]) -> tuple[object, ...]:
        """Two sets of answers for which this is the same lead to the same questions from here on."""
        still = self._still_open(stop.question)
        told = [repr(answers.get(name)) for name in still.waiting]
        if self.definition.repeating:
            told += sorted(f"{key}{given!r}" for key, given in answers.items() if _counts(*parted(key), still, stop.place))
        return *seen_by(self.definition, answers, still.settled, still.flat, SAMPLE_DAY), *told

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
        rest = [(one, each) for one in still for each in read_by(one) if each.text not in settled]
        names = {name for _, each in rest for name in each.names if name in self.place}
        waiting = [one.name for one in still if self.place[one.name] < at]
        repeated = {name for name in {*names, *waiting} if self.definition.by_name[name].repeats}
        everywhere = {name for one, each in rest for name in abroad_of(self.definition, one, each)}
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
        named = [self.definition.by_name[name] for name in condition.names if name in self.place]
        return (
            self._last(condition.names) < start
            and not any(one.repeats for one in named)
            and not any(name in self.definition.blocks for name in condition.names)
            and not COUNTS_INSTANCES.search(condition.text)
        )

    def _last(self, names: Iterable[str]) -> int:
        """The furthest place of these, and of what decides whether they are asked and what they calculate."""
        found: set[str] = set()
        left = [name for name in names if name in self.place]
        while left:
            if (name := left.pop()) not in found:
                found.add(name)
                left += [each for each in self.definition.by_name[name].reads if each in self.place]
        return max((self.place[name] for name in found), default=-1)


def _counts(name: str, place: tuple[int, ...], still: _Open, here: tuple[int, ...]) -> bool:
    """Whether what was said there can still matter."""
    return name in still.everywhere or (name in still.here and place == here[: len(place)] and len(place) > 0)
