"""Where an interview stands, as the operator's page shows it: the question, what was given, how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from callcenter.questionnaire.definition import TEXT_REFERENCE, Definition, Question
from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.questionnaire.question_types.number import points, scale
from callcenter.questionnaire.routing import Given, Moment, Route, Stop, answer_text, choices_in_order, find_route, key_of, said_on
from callcenter.questionnaire.texts import Telling, render

MOST_POINTS = 11
DIGITS = "1234567890"


@dataclass(frozen=True)
class Step:
    """One screen of an interview; `as_json` is what the operator's page and simulated operators get."""

    complete: bool
    question: dict[str, Any] | None
    progress: list[int]
    """Questions answered, and how many there will be; 0 while screening cannot tell yet."""
    given: list[dict[str, Any]] = field(default_factory=list)
    problem: str | None = None
    completeness: float = 0.0
    values: Mapping[str, Any] = field(default_factory=dict)
    """Values on the route by question; None where empty or a non-answer was given. Not for the page."""
    saved_at: datetime | None = None
    """When the last answer was saved; known where answers came from the database."""

    def as_json(self) -> dict[str, Any]:
        """The step as plain JSON values."""
        shown = (each.name for each in fields(self) if each.name not in ("values", "saved_at"))
        return {name: getattr(self, name) for name in shown}


@dataclass(frozen=True)
class Reading:
    """What is fixed for one interview: the version, the case's fields, the seed of random orders, the language."""

    definition: Definition
    case: Mapping[str, Mapping[str, str]]
    seed: str
    moment: Moment = field(default_factory=Moment)
    language: str = "zh"

    @property
    def telling(self) -> Telling:
        """To whom its messages are told."""
        return Telling(self.language, self.case)


def find_step(reading: Reading, answers: Mapping[str, Given], position: str | None = None) -> Step:
    """The step after `answers`, or the answered question at `position` where the operator went back to one on the route."""
    return step_on(
        reading, find_route(reading.definition, answers, reading.moment, reading.seed, asking=True, telling=reading.telling), position
    )


def step_on(reading: Reading, route: Route, position: str | None = None) -> Step:
    """The same on a route that is worked out already."""
    stop = route.stop(position) if position else None
    if stop is None and route.next is not None:
        stop = route.stops[-1]
    said = said_on(route, stop.place if stop else (), reading.language)
    return Step(
        complete=route.complete,
        question=_question(reading, route, stop, said) if stop else None,
        progress=[len(route.answered), max(route.total, len(route.answered)) if route.total_known else 0],
        given=[_given(reading, each) for each in route.answered if each.question.type not in {"note", "acknowledge"}],
        problem=stop.problem if stop else None,
        completeness=route.completeness,
        values=values_on(route),
    )


def values_on(route: Route) -> dict[str, Any]:
    """Values by question of the stops that have been answered; None where left empty or a non-answer was given."""
    return {stop.key: stop.given.value for stop in route.stops if stop.given is not None and not stop.assumed}


def previous(route: Route, position: str | None) -> str | None:
    """The answered question before `position` (before the next one where that is None); None at the very first."""
    names = [stop.key for stop in route.stops]
    if position in names:
        names = names[: names.index(position)]
    elif route.next is not None:
        names = names[:-1]
    return names[-1] if names else None


def _given(reading: Reading, stop: Stop) -> dict[str, Any]:
    given = stop.given or Given()
    label = stop.question.text("label", reading.language) or stop.question.name
    return {
        "name": stop.key,
        "label": render(label, reading.case, {}),
        "value": given.value,
        "nonanswer": given.nonanswer,
        "text": answer_text(stop.question, given, reading.language),
    }


def spoken(question: Question, case: Mapping[str, Mapping[str, str]], language: str = "zh") -> tuple[str, list[tuple[str, str]]]:
    """A question as it is read aloud outside of an interview, and its choices (code, words): what was answered before is not told."""
    words = (render(question.text(column, language), case, {}) for column in ("say", "label"))
    choices = [(choice.value, render(in_language(choice.label, language), case, {})) for choice in question.choices]
    return next((text for text in words if text), question.name), choices


def _question(reading: Reading, route: Route, stop: Stop, said: Mapping[str, str]) -> dict[str, Any]:
    question, given = stop.question, stop.given
    words = {column: render(question.text(column, reading.language), reading.case, said) for column in ("label", "say", "hint")}
    minimum, maximum = _ends(question)
    return {
        "name": question.name,
        "instance": stop.index,
        "number": route.stops.index(stop) + 1,
        "type": question.type,
        "say": words["say"] or words["label"],
        "hint": words["hint"],
        "label": words["label"] or question.name,
        "choices": _choices(reading, stop, said),
        "nonanswers": [{"key": NONANSWERS[code][0], "value": code, "label": NONANSWERS[code][1]} for code in question.nonanswers],
        "required": question.required is not None,
        "minimum": minimum,
        "maximum": maximum,
        "unit": question.unit,
        "value": given.value if given else None,
        "nonanswer": given.nonanswer if given else None,
        "repeat": _repeat(reading, route, stop, said),
    }


def _repeat(reading: Reading, route: Route, stop: Stop, said: Mapping[str, str]) -> dict[str, Any] | None:
    """Which instance is asked, of how many, and the question that counts them; both only where a plain answer counts them."""
    if not stop.place:
        return None
    label = render(in_language(stop.question.repeats[-1].label, reading.language), reading.case, said)
    about: dict[str, Any] = {"label": label, "number": stop.place[-1], "of": None, "counted_by": None, "counted_in": ""}
    count = stop.question.repeats[-1].count
    named = TEXT_REFERENCE.fullmatch(count.text.strip()) if count is not None else None
    counter = reading.definition.by_name.get(named[1]) if named else None
    if counter is not None and counter.type == "integer":
        counted = route.stop(key_of(counter.name, "/".join(map(str, stop.place[: len(counter.repeats)]))))
        if counted is not None and counted.given is not None and isinstance(counted.given.value, int):
            about |= {"of": counted.given.value, "counted_by": counter.name, "counted_in": counted.index}
    return about


def _ends(question: Question) -> tuple[float | None, float | None]:
    if question.type != "range":
        return None, None
    start, end, _step = scale(question.parameters)
    return min(start, end), max(start, end)


def _choices(reading: Reading, stop: Stop, said: Mapping[str, str]) -> list[dict[str, Any]]:
    question = stop.question
    if question.type == "range":
        found = points(question.parameters)
        if len(found) > MOST_POINTS:
            return []
        return [{"key": _point_key(value, found), "value": _plain(value), "label": f"{value:g}"} for value in found]
    ordered = choices_in_order(question, reading.seed, stop.choices)
    return [
        {
            "key": DIGITS[place] if place < len(DIGITS) else "",
            "value": choice.value,
            "label": render(in_language(choice.label, reading.language), reading.case, said),
        }
        for place, choice in enumerate(ordered)
    ]


def _point_key(value: float, scale_points: list[float]) -> str:
    """The digit itself; 0 is 10 on a scale that has no 0."""
    if value == 10 and 0 not in scale_points:
        return "0"
    return f"{value:g}" if value in range(10) else ""


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value
