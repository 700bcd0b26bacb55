"""A single answer by itself: whether it can be read."""

from typing import Any

from callcenter.questionnaire.definition import NONANSWERS, Question
from callcenter.questionnaire.question_types import read_answer


def as_read(question: Question, raw: Any) -> Any:
    """The value that would be stored; as it is where it cannot be read."""
    try:
        return read_answer(question, raw)
    except (ValueError, KeyError):
        return raw


def unreadable(question: Question, value: Any) -> str | None:
    """Why the value cannot be read."""
    try:
        read_answer(question, value)
    except ValueError as bad:
        return str(bad)
    return None


def not_allowed(nonanswer: str) -> str:
    """Why a non-answer cannot stand."""
    label = NONANSWERS.get(nonanswer, ("", nonanswer))[1]
    return f"这道题不能选“{label}”"
