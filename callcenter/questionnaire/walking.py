"""Walk a questionnaire over a document of answers, as the command line prints it."""

from collections.abc import Mapping
from typing import Any

from callcenter.questionnaire.definition import NONANSWERS, Definition, Question
from callcenter.questionnaire.question_types import read_answer
from callcenter.questionnaire.routing import Given, Moment, Stop, find_route


def read_answers(definition: Definition, document: Mapping[str, Any]) -> dict[str, Given]:
    """Answers of a document `{"q": value, "multi": ["a"], "x": {"nonanswer": "refused"}}`; ValueError names what is none."""
    given: dict[str, Given] = {}
    for name, raw in document.items():
        if name not in definition.by_name:
            raise ValueError(f"问卷中没有题目“{name}”")
        if isinstance(raw, Mapping):
            if raw.get("nonanswer") not in NONANSWERS:
                raise ValueError(f"“{name}”的回答应是值，或 nonanswer：{'、'.join(NONANSWERS)}")
            given[name] = Given(None, str(raw["nonanswer"]))
        else:
            given[name] = Given(_read(definition.by_name[name], raw))
    return given


def walk(definition: Definition, answers: Mapping[str, Given], moment: Moment) -> dict[str, Any]:
    """The route, whether it is complete, what comes next, what is set aside and what was calculated."""
    route = find_route(definition, answers, moment)
    return {
        "route": [_stop(stop) for stop in route.stops if stop.given is not None],
        "complete": route.complete,
        "next": route.next.name if route.next else None,
        "set_aside": list(route.set_aside),
        "calculated": dict(route.calculated),
    }


def _read(question: Question, raw: Any) -> Any:
    """The value as it would be stored; one that cannot be read stays, and the route says what is wrong with it."""
    try:
        return read_answer(question, raw) if question.asked else raw
    except ValueError:
        return raw


def _stop(stop: Stop) -> dict[str, Any]:
    given = stop.given or Given()
    value = {"nonanswer": given.nonanswer} if given.nonanswer else given.value
    return {"name": stop.question.name, "index": "", "value": value, "problem": stop.problem}
