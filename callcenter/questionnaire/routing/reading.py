"""A single answer by itself: whether it can be read."""

from collections.abc import Iterable
from typing import Any

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.nonanswers import nonanswer_said
from callcenter.questionnaire.question_types import read_answer
from callcenter.questionnaire.said import Said, said_of

REQUIRED = Said("这道题需要回答", "this question has to be answered")
NOT_MET = Said("回答不符合要求，请核对", "the answer does not meet what is asked for: check it")


def as_read(question: Question, raw: Any) -> Any:
    """The value that would be stored; as it is where it cannot be read."""
    try:
        return read_answer(question, raw)
    except (ValueError, KeyError):
        return raw


def unreadable(question: Question, value: Any) -> Said | None:
    """Why the value cannot be read."""
    try:
        read_answer(question, value)
    except ValueError as bad:
        return said_of(bad)
    return None


def not_allowed(nonanswer: str) -> Said:
    """Why a non-answer cannot stand."""
    label = nonanswer_said(nonanswer)
    return Said(f"这道题不能选“{label}”", f'"{label.english}" cannot be chosen here')


def needed(nonanswers: Iterable[str]) -> Said:
    """Why nothing at all cannot stand."""
    labels = [nonanswer_said(code) for code in nonanswers]
    if not labels:
        return REQUIRED
    chinese, english = "或".join(f"“{label}”" for label in labels), " or ".join(f'"{label.english}"' for label in labels)
    return Said(f"{REQUIRED}，或选{chinese}", f"{REQUIRED.english}, or choose {english}")
