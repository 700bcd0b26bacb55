"""What the expressions of a questionnaire see from where they stand."""

from collections.abc import Iterator
from typing import Protocol

from callcenter.questionnaire.definition import Block, Choice, Definition, Question
from callcenter.questionnaire.expressions import Value, string
from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.routing.retold import in_words
from callcenter.questionnaire.routing.route import Moment, Place
from callcenter.questionnaire.texts import Telling, TextProblem, references, render


class Answers(Protocol):
    """What a course knows of its answers."""

    definition: Definition
    moment: Moment
    telling: Telling

    def value(self, question: Question, place: Place = ()) -> str:
        """What expressions see of a question."""

    def relevant(self, question: Question, place: Place = ()) -> bool:
        """Whether it is asked."""

    def instances(self, repeats: tuple[Block, ...], place: Place) -> Iterator[Place]:
        """Every instance of the innermost of `repeats` inside `place`."""

    def exists(self, question: Question, place: Place) -> bool:
        """Whether there is such an instance."""


class Scope:
    """What an expression sees from one place; questions of a repeat around it are those of its own instance."""

    def __init__(self, course: Answers, repeats: tuple[Block, ...], place: Place, path: tuple[Block, ...] = ()) -> None:
        self.course, self.repeats, self.here, self.path = course, repeats, place, path or repeats
        self.dotted: str = ""
        self.choice: Choice | None = None

    def value(self, name: str) -> Value:
        """The value of a question, or of all its instances where it lies deeper; of a repeat its instances."""
        question = self.course.definition.by_name.get(name)
        if question is None:
            return self._of_block(name)
        if not question.repeats:
            return self.course.value(question)
        shared = self._shared(question.repeats)
        if shared == len(question.repeats):
            return self.course.value(question, self.here[:shared])
        places = self.course.instances(question.repeats, self.here[:shared])
        return [self.course.value(question, place) for place in places if self.course.relevant(question, place)]

    def this(self) -> Value:
        """The answer being checked."""
        return self.dotted

    def today(self) -> str:
        """The day in field time."""
        return self.course.moment.today

    def now(self) -> str:
        """The moment in field time."""
        return self.course.moment.now

    def column(self, name: str) -> str:
        """A column of the choice being filtered."""
        return self.choice.columns.get(name, "") if self.choice else ""

    def position(self, levels: int) -> int:
        """The number of the instance so many levels around; a group counts as a level, and has the number of the repeat around it."""
        within = sum(block.repeats for block in self.path[: max(0, len(self.path) - levels + 1)])
        return self.here[within - 1] if 0 < within <= len(self.here) else 0

    def indexed(self, name: str, places: list[tuple[str, int]]) -> Value:
        """The value in the named instances; empty where there is no such instance."""
        question = self.course.definition.by_name.get(name)
        if question is None:
            return ""
        stated, shared = dict(places), self._shared(question.repeats)
        place = tuple(stated.get(repeat.name, self.here[depth] if depth < shared else 0) for depth, repeat in enumerate(question.repeats))
        return self.course.value(question, place) if self.course.exists(question, place) else ""

    def choice_name(self, name: str, code: str) -> str:
        """The label of a choice."""
        question = self.course.definition.by_name.get(name)
        labels = {choice.value: in_language(choice.label, self.course.telling.language) for choice in question.choices} if question else {}
        return labels.get(code, "")

    def told(self, text: str) -> str:
        """A text with the case's fields and the answers that it repeats, choices by their labels."""
        try:
            return render(text, self.course.telling.case, {name: self._in_words(name) for name in references(text)})
        except TextProblem:  # checks refuse it before release
            return text

    def _in_words(self, name: str) -> str:
        question, value = self.course.definition.by_name.get(name), string(self.value(name))
        return in_words(question, value, self.course.telling.language) if question else value

    def _of_block(self, name: str) -> Value:
        """A repeat counts as many as it has instances; a group is nothing."""
        block = self.course.definition.blocks.get(name)
        if block is None or not block.repeats:
            return ""
        repeats = (*block.around, block)
        return [str(place[-1]) for place in self.course.instances(repeats, self.here[: self._shared(block.around)])]

    def _shared(self, repeats: tuple[Block, ...]) -> int:
        shared = 0
        while shared < min(len(repeats), len(self.repeats)) and repeats[shared] is self.repeats[shared]:
            shared += 1
        return shared
