"""Long chains of conditions, settled from the furthest back, so that they nest no calls."""

from collections.abc import Iterator
from typing import Protocol

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.routing import scope
from callcenter.questionnaire.routing.route import Place


class Answers(scope.Answers, Protocol):
    """What a course knows of its answers, and of what it has worked out."""

    def known(self, name: str, place: Place) -> bool:
        """Whether the value is worked out already."""


def settle_behind(course: Answers, question: Question, place: Place) -> None:
    """Work out what a question that hangs on others through many links needs, the furthest back first."""
    if next(_behind(course, question, place), None) is None:
        return
    met: set[tuple[str, Place]] = {(question.name, place)}
    stack = [(question, place, _behind(course, question, place))]
    while stack:
        one, where, left = stack[-1]
        following = next((each for each in left if (each[0].name, each[1]) not in met), None)
        if following is None:
            stack.pop()
            if stack:  # all behind it is known by now
                course.value(one, where)
        else:
            met.add((following[0].name, following[1]))
            stack.append((*following, _behind(course, *following)))


def _behind(course: Answers, question: Question, place: Place) -> Iterator[tuple[Question, Place]]:
    """What a question reads and is not known yet; what lies in other repeats is left to be found where it is needed."""
    for name in question.reads:
        read = course.definition.by_name.get(name)
        if read is not None and read.repeats == question.repeats[: len(read.repeats)]:
            where = place[: len(read.repeats)]
            if not course.known(name, where):
                yield read, where
