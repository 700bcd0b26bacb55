"""The engine, pure: a definition and the answers so far give the route, the next question, what is set aside and what is wrong."""

from collections.abc import Mapping

from callcenter.questionnaire.definition import Choice, Definition, Question
from callcenter.questionnaire.routing.course import Course
from callcenter.questionnaire.routing.order import in_seeded_order
from callcenter.questionnaire.routing.retold import answer_text, said_on
from callcenter.questionnaire.routing.route import Given, Moment, Route, Stop, key_of, parted
from callcenter.questionnaire.texts import Telling

__all__ = [
    "Course", "Given", "Moment", "Route", "Stop", "answer_text", "check_answer", "choices_in_order", "find_route", "key_of", "parted",
    "said_on",
]  # fmt: skip


def find_route(
    definition: Definition,
    answers: Mapping[str, Given],
    moment: Moment = Moment(),
    seed: str = "",
    *,
    asking: bool = False,
    telling: Telling = Telling(),
) -> Route:  # frozen
    """The route through `definition` that `answers` make, up to the first question without one that stands (`asking`: see `Course`)."""
    return Course(definition, answers, moment, seed, asking=asking, telling=telling).route()


def check_answer(
    definition: Definition, answers: Mapping[str, Given], key: str, moment: Moment = Moment(), telling: Telling = Telling()
) -> str | None:  # frozen
    """Why the answer to `key` among `answers` cannot stand; None where it can."""
    return Course(definition, answers, moment, telling=telling).problem_at(key)


def choices_in_order(question: Question, seed: str, choices: tuple[Choice, ...] | None = None) -> tuple[Choice, ...]:
    """The choices as read to one case: shuffled by the seed where that is asked for, fixed ones at the end.

    `choices` are those that its filter leaves; XLSForm's own `seed=42` takes the place of the case's seed.
    """
    left = question.choices if choices is None else choices
    if not question.random:
        return left
    return in_seeded_order(left, question.parameters.get("seed", seed), question.name)
