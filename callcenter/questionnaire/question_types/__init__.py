"""Question types. In: an answer as typed or sent. Out: the value to store, or a sentence that says what is wrong with it."""

from collections.abc import Callable
from typing import Any

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.question_types.choice import read_many, read_one, read_rank
from callcenter.questionnaire.question_types.number import read_decimal, read_integer, read_range
from callcenter.questionnaire.question_types.writing import read_acknowledge, read_date, read_note, read_text, read_time

READERS: dict[str, Callable[[Question, Any], Any]] = {
    "note": read_note,
    "acknowledge": read_acknowledge,
    "select_one": read_one,
    "select_multiple": read_many,
    "rank": read_rank,
    "integer": read_integer,
    "decimal": read_decimal,
    "range": read_range,
    "text": read_text,
    "date": read_date,
    "time": read_time,
}
KNOWN = (*READERS, "calculate", "hidden", "begin_group", "end_group")


def read_answer(question: Question, raw: Any) -> Any:
    """The value to store for what was typed or sent; None where left empty. ValueError says what is wrong, in Chinese."""
    if raw is None or raw in ("", []):
        return None
    return READERS[question.type](question, raw)


def as_text(value: Any) -> str:
    """A stored value as expressions see it: codes parted by blanks, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
