"""What may still be asked: questions off the route that wait for an answer to come."""

from collections.abc import Iterable
from typing import Protocol

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.routing import scope
from callcenter.questionnaire.routing.route import Place, Stop


class Answers(scope.Answers, Protocol):
    """What a course knows of its answers, and of what was said."""

    def stop(self, question: Question, place: Place = ()) -> Stop:
        """The question with what was said to it."""


def may_come(course: Answers, name: str, known: dict[str, bool]) -> bool:
    """Whether a question that is not asked now may be asked once another one is answered."""
    stack = [] if name in known else [name]
    while stack:
        looked_at = stack[-1] in known
        known.setdefault(stack[-1], False)
        awaited, waits = _outlook(course, course.definition.reads_of(stack[-1]) or ())
        left = [] if awaited or looked_at else [each for each in waits if each not in known]
        if left:
            stack += left
        else:
            known[stack.pop()] = awaited or any(known.get(each, False) for each in waits)
    return known[name]


def _outlook(course: Answers, reads: Iterable[str]) -> tuple[bool, list[str]]:
    """Whether one of them is on the route without an answer; if none is, those whose value changes once another one is answered:
    they are not asked now, or calculated."""
    waits = []
    for name in reads:
        question = course.definition.by_name.get(name)
        if question is None:
            waits.append(name)
            continue
        here = [place for place in course.instances(question.repeats, ()) if course.relevant(question, place)]
        if question.asked and any(course.stop(question, place).given is None for place in here):
            return True, []
        if not here or question.type == "calculate":
            waits.append(name)
    return False, waits
