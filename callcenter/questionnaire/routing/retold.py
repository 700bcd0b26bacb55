"""Answers as texts repeat them: labels of the chosen, the name of a non-answer, figures as people write them."""

import re

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.languages import CHINESE, code_of, in_language
from callcenter.questionnaire.nonanswers import nonanswer_said
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.routing.route import Given, Place, Route, parted
from callcenter.questionnaire.said import in_spoken

_FIGURE = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?(?![\w.])", re.ASCII)


def in_words(question: Question, text: str, language: str) -> str:
    """A value as expressions see it, in words."""
    if not question.choices:
        return figures_shown(text) if question.type in {"calculate", "decimal"} else text
    labels = {choice.value: in_language(choice.label, language) for choice in question.choices}
    return ("、" if code_of(language) == CHINESE else ", ").join(labels.get(code, code) for code in text.split())


def answer_text(question: Question, given: Given, language: str = "zh") -> str:
    """An answer in words."""
    if given.nonanswer is not None:
        return in_spoken(nonanswer_said(given.nonanswer), language)
    return in_words(question, as_text(given.value), language)


def figures_shown(text: str) -> str:
    """Figures with 15 digits that count, as spreadsheets show them: 0.30000000000000004 is 0.3. What is stored keeps all of them."""
    return _FIGURE.sub(lambda found: _fifteen(found[0]), text)


def _fifteen(figure: str) -> str:
    """Only what a machine wrote out in full is cut; digits that somebody wrote stay."""
    short = format(float(figure), ".15g")
    return short if repr(float(figure)) == figure and len(short) < len(figure) else figure


def said_on(route: Route, place: Place, language: str) -> dict[str, str]:
    """Answers and calculations as texts may repeat them; inside a repeat those of its own instance."""
    said: dict[str, str] = {}
    for key, value in route.calculated.items():
        name, inside = parted(key)
        if inside == place[: len(inside)]:
            said[name] = figures_shown(value)
    for stop in route.answered:
        if stop.given and stop.place == place[: len(stop.place)]:
            said[stop.question.name] = answer_text(stop.question, stop.given, language)
    return said
