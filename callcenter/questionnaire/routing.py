"""The engine, pure: a definition and the answers so far give the route, the next question, what is set aside and what is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from callcenter.questionnaire.definition import NONANSWERS, Choice, Definition, Question, in_language
from callcenter.questionnaire.expressions import Expression, Value
from callcenter.questionnaire.question_types import as_text, read_answer

REQUIRED = "这道题需要回答，或选择“不知道”“拒答”等"


@dataclass(frozen=True)
class Given:
    """What was said to a question: a value, or a non-answer, or neither where it was left empty."""

    value: Any = None
    nonanswer: str | None = None


@dataclass(frozen=True)
class Moment:
    """Field time as expressions see it, ISO 8601."""

    today: str = ""
    now: str = ""


@dataclass(frozen=True)
class Stop:
    """A question on the route and what was said there; `problem` is why that cannot stand."""

    question: Question
    given: Given | None
    problem: str | None = None


@dataclass(frozen=True)
class Route:
    """Where an interview stands."""

    stops: tuple[Stop, ...]
    """From the first question to the next one, which is last unless the interview is complete."""
    next: Question | None
    set_aside: tuple[str, ...]
    """Questions with an answer that the present route does not pass; the answer is kept."""
    calculated: Mapping[str, str]
    total: int
    """Questions on the route as it looks now."""
    total_known: bool
    """Whether `total` says something: not while screening has still to tell whether the main part is asked at all."""
    completeness: float
    """p: share of the core questions on the route that are answered; a refusal is none."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left to ask."""
        return self.next is None

    @property
    def answered(self) -> tuple[Stop, ...]:
        """The stops that have an answer which stands."""
        return tuple(stop for stop in self.stops if stop.given is not None and stop.problem is None)

    def stop(self, name: str) -> Stop | None:
        """The stop at that question, where the route passes it."""
        return next((stop for stop in self.stops if stop.question.name == name), None)


def find_route(definition: Definition, answers: Mapping[str, Given], moment: Moment = Moment()) -> Route:  # frozen
    """The route through `definition` that `answers` make, up to the first question without one that stands."""
    return _Walk(definition, answers, moment).route()


def check_answer(definition: Definition, answers: Mapping[str, Given], name: str, moment: Moment = Moment()) -> str | None:  # frozen
    """Why the answer to `name` among `answers` cannot stand, in Chinese; None where it can."""
    return _Walk(definition, answers, moment).problem(definition.by_name[name])


def seen_by(
    definition: Definition, answers: Mapping[str, Given], conditions: Iterable[Expression], names: Iterable[str], moment: Moment
) -> tuple[tuple[bool, ...], tuple[Value, ...]]:
    """Whether each condition holds under the answers so far, and what expressions see of the questions named."""
    walk = _Walk(definition, answers, moment)
    return tuple(condition.holds(walk) for condition in conditions), tuple(walk.value(name) for name in names)


def choices_in_order(question: Question, seed: str) -> tuple[Choice, ...]:
    """The choices as read to one case: shuffled by the seed where that is asked for, fixed ones at the end."""
    if not question.random:
        return question.choices
    loose = [choice for choice in question.choices if not choice.fixed]
    loose.sort(key=lambda choice: sha256(f"{seed}|{question.name}|{choice.value}".encode()).digest())
    return (*loose, *(choice for choice in question.choices if choice.fixed))


@dataclass
class _Walk:
    """One evaluation; everything that depends on answers is worked out once, when first needed."""

    definition: Definition
    answers: Mapping[str, Given]
    moment: Moment
    values: dict[str, str] = field(default_factory=dict)
    relevance: dict[str, bool] = field(default_factory=dict)
    dotted: str = ""

    # what expressions see
    def value(self, name: str) -> Value:
        if name not in self.values:
            self.values[name] = ""  # a cycle sees nothing; checks refuse it before release
            self.values[name] = self._worked_out(name)
        return self.values[name]

    def this(self) -> Value:
        return self.dotted

    def today(self) -> str:
        return self.moment.today

    def now(self) -> str:
        return self.moment.now

    def column(self, _name: str) -> str:
        return ""

    def position(self) -> int:
        return 0

    def indexed(self, name: str, _places: list[tuple[str, int]]) -> Value:
        return self.value(name)

    def choice_name(self, name: str, code: str) -> str:
        choices = self.definition.by_name[name].choices if name in self.definition.by_name else ()
        return next((in_language(choice.label, "zh") for choice in choices if choice.value == code), "")

    def relevant(self, question: Question) -> bool:
        if question.name not in self.relevance:
            self.relevance[question.name] = False
            self.relevance[question.name] = all(condition.holds(self) for condition in question.relevant)
        return self.relevance[question.name]

    def given(self, question: Question) -> Given | None:
        found = self.answers.get(question.name)
        if found is None and question.default:
            found = Given(question.default)
        if found is not None and question.type == "range" and _unreadable(question, found.value):
            return Given(None, found.nonanswer)  # a value off the scale is dropped
        return found

    def problem(self, question: Question) -> str | None:
        given = self.given(question)
        if given is None:
            return None
        if given.nonanswer is not None:
            return None if given.nonanswer in question.nonanswers else _not_allowed(given.nonanswer)
        wrong = _unreadable(question, given.value)
        text = as_text(given.value)
        if wrong or text == "":
            needed = not wrong and question.required is not None and question.type != "note" and question.required.holds(self)
            return wrong or (question.text("required_message") or REQUIRED if needed else None)
        self.dotted = text
        if question.constraint is not None and not question.constraint.holds(self):
            return question.text("constraint_message") or "回答不符合要求，请核对"
        return None

    def route(self) -> Route:
        passed = [question for question in self.definition.questions if question.asked and self.relevant(question)]
        stops = []
        for question in passed:
            stop = Stop(question, self.given(question), self.problem(question))
            stops.append(stop)
            if stop.given is None or stop.problem:
                break
        last = stops[-1] if stops else None
        return Route(
            stops=tuple(stops),
            next=last.question if last and (last.given is None or last.problem) else None,
            set_aside=tuple(name for name in self.answers if (known := self.definition.by_name.get(name)) and not self.relevant(known)),
            calculated={
                question.name: as_text(self.value(question.name)) for question in self.definition.questions if question.type == "calculate"
            },
            total=len(passed),
            total_known=last is None or not (last.given is None or last.problem) or self._in_main_part(),
            completeness=self.completeness(),
        )

    def _in_main_part(self) -> bool:
        """Whether a core question is on the route; a questionnaire without any is all main part."""
        core = [question for question in self.definition.questions if question.core]
        return not core or any(self.relevant(question) for question in core)

    def completeness(self) -> float:
        core = [
            question for question in self.definition.questions if question.core and (self.relevant(question) or self._may_come(question))
        ]
        answered = [question for question in core if self._counts_as_answered(question)]
        return len(answered) / len(core) if core else 0.0

    def _worked_out(self, name: str) -> str:
        question = self.definition.by_name.get(name)
        if question is None or not self.relevant(question):
            return ""
        if question.calculation is not None and question.type == "calculate":
            return question.calculation.text_in(self)
        given = self.given(question)
        return as_text(given.value) if given and given.nonanswer is None else ""

    def _counts_as_answered(self, question: Question) -> bool:
        given = self.given(question)
        if given is None or not self.relevant(question) or self.problem(question):
            return False
        return given.nonanswer != "refused" and (given.nonanswer is not None or as_text(given.value) != "")

    @cached_property
    def _open(self) -> set[str]:
        """Questions whose answer is still to come, or may be once another one is given."""
        waiting: set[str] = set()
        for question in self.definition.questions:
            unasked = question.asked and self.relevant(question) and self.given(question) is None
            hidden = not self.relevant(question) or question.type == "calculate"
            if unasked or (hidden and not waiting.isdisjoint(question.reads)):
                waiting.add(question.name)
        return waiting

    def _may_come(self, question: Question) -> bool:
        return question.name in self._open


def _unreadable(question: Question, value: Any) -> str | None:
    try:
        read_answer(question, value)
    except ValueError as bad:
        return str(bad)
    return None


def _not_allowed(nonanswer: str) -> str:
    label = NONANSWERS.get(nonanswer, ("", nonanswer))[1]
    return f"这道题不能选“{label}”"
