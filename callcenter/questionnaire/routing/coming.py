"""What may still be asked: questions off the route that wait for an answer to come."""

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
        reads = course.definition.reads_of(stack[-1]) or ()
        looked_at = stack[-1] in known
        known.setdefault(stack[-1], False)
        waits = [each for each in reads if _waits(course, each)]
        left = [] if looked_at or any(_awaited(course, each) for each in reads) else [each for each in waits if each not in known]
        if left:
            stack += left
        else:
            known[stack.pop()] = any(_awaited(course, each) for each in reads) or any(known.get(each, False) for each in waits)
    return known[name]


def _awaited(course: Answers, name: str) -> bool:
    """Whether a question on the route has no answer yet."""
    question = course.definition.by_name.get(name)
    return question is not None and question.asked and any(course.stop(question, place).given is None for place in _here(course, question))


def _waits(course: Answers, name: str) -> bool:
    """Whether the value of a question changes once another one is answered: it is not asked now, or calculated."""
    question = course.definition.by_name.get(name)
    return question is None or question.type == "calculate" or not _here(course, question)


def _here(course: Answers, question: Question) -> list[Place]:
    return [place for place in course.instances(question.repeats, ()) if course.relevant(question, place)]
