"""One interview's course through a questionnaire: everything that depends on answers is worked out once, when first needed,
and again only where an answer changed that it depends on."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from callcenter.questionnaire.definition import Block, Choice, Definition, Question
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.routing.chains import settle_behind
from callcenter.questionnaire.routing.coming import may_come
from callcenter.questionnaire.routing.order import Body, body_in_order, laid_out
from callcenter.questionnaire.routing.reading import NOT_MET, as_read, needed, not_allowed, unreadable
from callcenter.questionnaire.routing.route import Given, Moment, Place, Route, Stop, key_of, parted
from callcenter.questionnaire.routing.scope import Scope
from callcenter.questionnaire.said import Said, in_spoken
from callcenter.questionnaire.texts import Telling

MOST_INSTANCES = 100
"""Instances of one repeat; a count beyond is cut, so that a slip of the keyboard asks no thousand questions."""


class Course:
    """Answers and what follows from them; `give` changes one answer.

    A default counts as answered; where somebody is `asking` its question is shown with it filled in, and is open until it is passed.
    """

    def __init__(
        self,
        definition: Definition,
        answers: Mapping[str, Given] | None = None,
        moment: Moment = Moment(),
        seed: str = "",
        asking: bool = False,
        *,
        telling: Telling = Telling(),
    ) -> None:  # frozen
        self.definition, self.moment, self.asking, self.telling = definition, moment, asking, telling
        self.answers: dict[str, Given] = dict(answers or {})
        self._keys = {key: parted(key) for key in self.answers}
        self._body: Body = body_in_order(definition, seed)
        self._flat_scope = Scope(self, (), ())
        self._far_reaching = definition.far_reaching
        self._values: dict[str, dict[Place, str]] = {}
        self._relevance: dict[str, dict[Place, bool]] = {}
        self._stops: dict[str, dict[Place, Stop]] = {}
        self._counts: dict[str, dict[Place, int]] = {}
        self._all_places: list[tuple[Question, Place]] | None = None
        self._all_core: list[tuple[Question, Place]] | None = None
        self._passed: list[tuple[Question, Place]] | None = None
        self._is_aside: dict[str, dict[Place, bool]] = {}

    def give(self, key: str, given: Given | None) -> None:
        """Another answer to one question (None takes it back); what depends on it will be worked out anew."""
        name, place = parted(key)
        self._keys[key] = name, place
        if given is None:
            self.answers.pop(key, None)
        else:
            self.answers[key] = given
        self._forget(name)

    def _forget(self, name: str) -> None:
        seen, judged = self.definition.dependents(name)
        for each in seen:
            self._values.pop(each, None)
            if each != name:  # whether a question is asked does not hang on its own answer
                self._forget_relevance(each)
        for each in judged:
            self._stops.pop(each, None)
        self._is_aside.pop(name, None)

    def _forget_relevance(self, name: str) -> None:
        self._relevance.pop(name, None)
        self._is_aside.pop(name, None)
        question = self.definition.by_name.get(name)
        if question is None or question.asked:
            self._passed = None
        if self._counts.pop(name, None) is not None:
            self._all_places = self._all_core = None
            self._is_aside.clear()

    # what follows from the answers
    def route(self) -> Route:
        """The route up to the first question without an answer that stands."""
        if self._passed is None:
            self._passed = [(question, place) for question, place in self._places() if self.relevant(question, place)]
        passed, stops = self._passed, []
        for question, place in passed:
            stop = self.stop(question, place)
            stops.append(stop)
            if stop.open:
                break
        ahead = bool(stops) and stops[-1].open
        return Route(
            stops=tuple(stops),
            next=stops[-1].question if ahead else None,
            set_aside=self._aside(),
            calculated=dict(self._calculated()),
            total=len(passed),
            total_known=not ahead or self._in_main_part(),
            completeness=self._completeness(),
        )

    def problem_at(self, key: str) -> str | None:
        """Why the answer kept under `key` cannot stand."""
        name, place = parted(key)
        return self.stop(self.definition.by_name[name], place).problem

    def problem_with(self, stop: Stop, given: Given) -> str | None:
        """Why an answer could not stand there; where its own constraint looks it up by name, it is given first."""
        question = stop.question
        if question.name not in question.judged_by and question.type != "range":
            return self._problem(question, stop.place, given, stop.choices)
        self.give(stop.key, given)
        return self.problem_at(stop.key)

    def stop(self, question: Question, place: Place = ()) -> Stop:
        """The question with what was said to it and what is wrong with that."""
        kept = self._stops.setdefault(question.name, {})
        if place not in kept:
            given = self.given(question, place)
            choices = self.choices(question, place)
            shown = question
            if question.seed is not None:  # an answer orders the choices
                shown = replace(question, parameters={**question.parameters, "seed": question.seed.text_in(self.scope(question, place))})
            problem = self._problem(question, place, given, choices)
            assumed = self.asking and given is not None and self._said(question, place) is None
            kept[place] = Stop(shown, given, problem, place, choices, assumed)
        return kept[place]

    def relevant(self, question: Question, place: Place = ()) -> bool:
        """Whether its conditions hold; in a cycle, which checks refuse before release, they do not."""
        kept = self._relevance.setdefault(question.name, {})
        if place not in kept and question.name in self._far_reaching:
            settle_behind(self, question, place)
        if place not in kept:
            kept[place] = False
            scope = self.scope(question, place)
            kept[place] = all(condition.holds(scope) for condition in question.relevant)
        return kept[place]

    def value(self, question: Question, place: Place = ()) -> str:
        """What expressions see of it."""
        kept = self._values.setdefault(question.name, {})
        if place not in kept and question.name in self._far_reaching:
            settle_behind(self, question, place)
        if place not in kept:
            kept[place] = ""  # a cycle sees nothing
            kept[place] = self._worked_out(question, place)
        return kept[place]

    def known(self, name: str, place: Place) -> bool:
        """Whether the value is worked out already, or can be without looking at anything else."""
        if place in self._values.get(name, ()):
            return True
        return place in self._relevance.get(name, ()) and self.definition.by_name[name].said_only

    def given(self, question: Question, place: Place = ()) -> Given | None:
        """What was said, else the default, which counts as answered."""
        found = self._said(question, place)
        if found is None:
            found = self._prefilled(question, place)
        if found is not None and question.type == "range" and unreadable(question, found.value):
            return Given(None, found.nonanswer)  # a value off the scale is dropped
        return found

    def choices(self, question: Question, place: Place = ()) -> tuple[Choice, ...]:
        """The choices that its filter leaves."""
        if question.choice_filter is None:
            return question.choices
        scope = Scope(self, question.repeats, place, question.path)
        left = []
        for choice in question.choices:
            scope.choice = choice
            if choice.always or question.choice_filter.holds(scope):
                left.append(choice)
        return tuple(left)

    def count(self, repeat: Block, place: Place = ()) -> int:
        """Instances of a repeat inside the given instance of those around it."""
        kept = self._counts.setdefault(repeat.name, {})
        if place not in kept:
            kept[place] = 0
            scope = Scope(self, repeat.around, place)
            if repeat.count is not None and all(condition.holds(scope) for condition in repeat.conditions):
                kept[place] = min(MOST_INSTANCES, max(0, repeat.count.whole_in(scope)))
        return kept[place]

    def scope(self, question: Question | None = None, place: Place = ()) -> Scope:
        """What the expressions of a question see."""
        return self._flat_scope if question is None or not place else Scope(self, question.repeats, place, question.path)

    def instances(self, repeats: tuple[Block, ...], place: Place) -> Iterator[Place]:
        """Every instance of the innermost of `repeats` inside `place`."""
        if len(place) == len(repeats):
            yield place
            return
        for number in range(1, self.count(repeats[len(place)], place) + 1):
            yield from self.instances(repeats, (*place, number))

    def exists(self, question: Question, place: Place) -> bool:
        """Whether there is such an instance."""
        return len(place) == len(question.repeats) and all(
            1 <= number <= self.count(question.repeats[depth], place[:depth]) for depth, number in enumerate(place)
        )

    # parts of the route
    def _places(self) -> list[tuple[Question, Place]]:
        if self._all_places is None:
            self._all_places = [each for each in laid_out(self._body, self.count) if each[0].asked]
        return self._all_places

    def _aside(self) -> tuple[str, ...]:
        return tuple(key for key in self.answers if self._aside_at(*self._keys[key]))

    def _aside_at(self, name: str, place: Place) -> bool:
        kept = self._is_aside.setdefault(name, {})
        if place not in kept:
            question = self.definition.by_name.get(name)
            kept[place] = question is not None and not (self.exists(question, place) and self.relevant(question, place))
        return kept[place]

    def _calculated(self) -> Iterator[tuple[str, str]]:
        for question in self.definition.calculations:
            for place in self.instances(question.repeats, ()):
                yield (key_of(question.name, "/".join(map(str, place))) if place else question.name), self.value(question, place)

    def _core(self) -> list[tuple[Question, Place]]:
        if self._all_core is None:
            self._all_core = [(question, place) for question in self.definition.core for place in self.instances(question.repeats, ())]
        return self._all_core

    def _in_main_part(self) -> bool:
        """Whether a core question is on the route; a questionnaire without any is all main part."""
        return not self.definition.core or any(self.relevant(question, place) for question, place in self._core())

    def _completeness(self) -> float:
        core = self._core()
        on_route = [(question, place) for question, place in core if self.relevant(question, place)]
        passed = {question.name for question, _ in on_route}
        known: dict[str, bool] = {}
        coming = sum(1 for question in self.definition.core if question.name not in passed and may_come(self, question.name, known))
        answered = sum(1 for question, place in on_route if self._counts_as_answered(question, place))
        return answered / (len(on_route) + coming) if on_route or coming else 0.0

    def _counts_as_answered(self, question: Question, place: Place) -> bool:
        stop = self.stop(question, place)
        if stop.given is None or stop.open:
            return False
        return stop.given.nonanswer != "refused" and (stop.given.nonanswer is not None or as_text(stop.given.value) != "")

    # parts of one question
    def _said(self, question: Question, place: Place) -> Given | None:
        return self.answers.get(key_of(question.name, "/".join(map(str, place))) if place else question.name)

    def _prefilled(self, question: Question, place: Place) -> Given | None:
        if question.prefill is not None:
            text = question.prefill.text_in(self.scope(question, place))
            return Given(as_read(question, text)) if text else None
        return Given(as_read(question, question.default)) if question.default else None

    def _problem(self, question: Question, place: Place, given: Given | None, choices: tuple[Choice, ...]) -> str | None:
        if given is None:
            return None
        if given.nonanswer is not None:
            return None if given.nonanswer in question.nonanswers else self._spoken(not_allowed(given.nonanswer))
        wrong = unreadable(question if question.choice_filter is None else replace(question, choices=choices), given.value)
        text = as_text(given.value)
        if wrong or text == "":
            return self._spoken(wrong) if wrong else self._missing(question, place)
        if question.constraint is None:
            return None
        scope = Scope(self, question.repeats, place, question.path)
        scope.dotted = text
        if question.constraint.holds(scope):
            return None
        return scope.told(question.text("constraint_message", self.telling.language)) or self._spoken(NOT_MET)

    def _missing(self, question: Question, place: Place) -> str | None:
        scope = self.scope(question, place)
        if question.required is None or question.type == "note" or not question.required.holds(scope):
            return None
        return scope.told(question.text("required_message", self.telling.language)) or self._spoken(needed(question.nonanswers))

    def _spoken(self, said: Said) -> str:
        return in_spoken(said, self.telling.language)

    def _worked_out(self, question: Question, place: Place) -> str:
        if not self.relevant(question, place):
            return ""
        if question.calculation is not None and question.type == "calculate":
            return question.calculation.text_in(self.scope(question, place))
        given = self.given(question, place)
        return as_text(given.value) if given and given.nonanswer is None else ""
