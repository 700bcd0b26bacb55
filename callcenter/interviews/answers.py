"""What to do with an answer that was sent: whether it can stand, and what it changes. Pure."""

from typing import Any

from callcenter.errors import InvalidInput, Phrase, Refused
from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.questionnaire.question_types import read_answer
from callcenter.questionnaire.routing import Course, Given, parted
from callcenter.questionnaire.said import in_spoken, said_of


def judge(course: Course, key: str, value: Any, nonanswer: str | None) -> Given:
    """The answer to store, given to the course; InvalidInput says what is wrong with it, Refused that its question is not on the route."""
    question = _on_route(course, key)
    given = _read(course, key, question, value, nonanswer)
    course.give(key, given)
    wrong = course.problem_at(key)
    if wrong:
        raise InvalidInput("answer_not_accepted", "{why}", why=wrong, question=key)
    return given


def _on_route(course: Course, key: str) -> Question:
    stop = course.route().stop(key)
    if stop is None:
        raise Refused("not_on_route", "现在不该问“{question}”这道题，请按页面上的题目继续。", question=key[:60])
    return stop.question


def _read(course: Course, key: str, question: Question, value: Any, nonanswer: str | None) -> Given:
    if nonanswer:
        if value not in (None, "", []):
            raise InvalidInput("answer_twice", "不能同时填写回答和“{label}”，请只留一个。", label=_label(nonanswer))
        if nonanswer not in question.nonanswers:
            raise InvalidInput("nonanswer_not_allowed", "这道题不能选“{label}”。", label=_label(nonanswer))
        return Given(None, nonanswer)
    try:
        return Given(read_answer(question, value))
    except ValueError as bad:
        why = question.text("constraint_message", course.telling.language) if question.type in {"integer", "decimal"} else ""
        told = course.scope(question, parted(key)[1]).told(why)
        raise InvalidInput(
            "answer_not_accepted", "{why}", why=told or in_spoken(said_of(bad), course.telling.language), question=question.name
        ) from bad


def _label(nonanswer: str) -> str:
    return Phrase(NONANSWERS[nonanswer][1]) if nonanswer in NONANSWERS else nonanswer[:30]
