"""Walk a questionnaire over a document of answers, as the command line prints it."""

from collections.abc import Mapping
from typing import Any

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.questionnaire.question_types import read_answer
from callcenter.questionnaire.routing import Course, Given, Moment, Route, Stop, key_of, parted
from callcenter.questionnaire.routing.route import Place
from callcenter.questionnaire.texts import Telling


def read_answers(definition: Definition, document: Mapping[str, Any]) -> dict[str, Given]:
    """Answers of a document `{"q": value, "multi": ["a"], "repeat": [{…}], "x": {"nonanswer": "refused"}}`; ValueError says why not."""
    given: dict[str, Given] = {}
    _read_into(given, definition, document, ())
    return given


def _read_into(given: dict[str, Given], definition: Definition, document: Mapping[str, Any], place: Place) -> None:
    for name, raw in document.items():
        block = definition.blocks.get(name)
        if block is not None and block.repeats:
            _read_instances(given, definition, name, raw, place)
        elif name not in definition.by_name:
            raise ValueError(f"问卷中没有题目“{name}”")
        else:
            depth = len(definition.by_name[name].repeats)
            if depth > len(place):
                raise ValueError(f"“{name}”在重复组里，请写成 {{{definition.by_name[name].repeats[len(place)].name}: [{{{name}: 回答}}]}}")
            given[key_of(name, "/".join(map(str, place[:depth])))] = _one(definition.by_name[name], name, raw)


def _read_instances(given: dict[str, Given], definition: Definition, name: str, raw: Any, place: Place) -> None:
    if not isinstance(raw, list) or not all(isinstance(each, Mapping) for each in raw):
        raise ValueError(f"重复组“{name}”的回答应是列表，每次一组：[{{题目: 回答}}]")
    for number, each in enumerate(raw, start=1):
        _read_into(given, definition, each, (*place, number))


def _one(question: Question, name: str, raw: Any) -> Given:
    if not isinstance(raw, Mapping):
        return Given(read_typed(question, raw))
    if raw.get("nonanswer") not in NONANSWERS:
        raise ValueError(f"“{name}”的回答应是值，或 nonanswer：{'、'.join(NONANSWERS)}")
    return Given(None, str(raw["nonanswer"]))


class _OverFile(Course):
    """A course over answers that are all there: nobody presses Enter behind a note."""

    def given(self, question: Question, place: Place = ()) -> Given | None:
        """What was said; a note was read aloud."""
        found = super().given(question, place)
        return Given() if found is None and question.type == "note" else found


def walk(definition: Definition, answers: Mapping[str, Given], moment: Moment, telling: Telling = Telling()) -> dict[str, Any]:
    """The route, whether it is complete, what comes next, what is set aside and what was calculated.

    Where the route ends before the answers do, `ahead` tells the others, each with what is wrong with it.
    """
    course = _OverFile(definition, answers, moment, telling=telling)
    route = course.route()
    ahead = _ahead(course, route)
    return {
        "route": [_stop(stop) for stop in route.stops if stop.given is not None],
        "complete": route.complete,
        "next": route.next_key,
        "set_aside": list(route.set_aside),
        "calculated": dict(route.calculated),
        **({"ahead": ahead} if ahead else {}),
    }


def _ahead(course: Course, route: Route) -> list[dict[str, Any]]:
    """Answers that the route has not come to: those that it would pass as it looks now, and of those set aside what cannot stand."""
    seen, by_name = {stop.key for stop in route.stops}, course.definition.by_name
    left = [(by_name[name], place, key) for key in course.answers if key not in seen for name, place in [parted(key)]]
    stops = [(course.stop(question, place), key) for question, place, key in left if question.asked and course.exists(question, place)]
    return [_stop(stop) for stop, key in stops if stop.problem or key not in route.set_aside]


def read_typed(question: Question, raw: Any) -> Any:
    """The value as it would be stored; one that cannot be read stays, and the route says what is wrong with it."""
    try:
        return read_answer(question, raw) if question.asked else raw
    except ValueError:
        return raw


def _stop(stop: Stop) -> dict[str, Any]:
    given = stop.given or Given()
    value = {"nonanswer": given.nonanswer} if given.nonanswer else given.value
    return {"name": stop.question.name, "index": stop.index, "value": value, "problem": stop.problem}
