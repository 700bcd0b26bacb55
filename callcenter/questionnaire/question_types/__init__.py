"""Question types. In: an answer as typed or sent. Out: the value to store, or a sentence that says what is wrong with it."""

from collections.abc import Callable
from typing import Any

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.question_types.choice import read_many, read_one, read_rank
from callcenter.questionnaire.question_types.number import read_decimal, read_integer, read_range
from callcenter.questionnaire.question_types.writing import read_acknowledge, read_date, read_moment, read_note, read_text, read_time

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
    "datetime": read_moment,
}
KNOWN = (*READERS, "calculate", "hidden", "begin_group", "end_group", "begin_repeat", "end_repeat")
SELECTING = frozenset({"select_one", "select_multiple", "rank"})
SPELLINGS = {
    "select one": "select_one",
    "select one from": "select_one",
    "select1": "select_one",
    "select multiple": "select_multiple",
    "select multiple from": "select_multiple",
    "select_all_that_apply": "select_multiple",
    "select one from file": "select_one_from_file",
    "select multiple from file": "select_multiple_from_file",
    "select one external": "select_one_external",
    "begin loop over": "begin_loop",
    "begin loop": "begin_loop",
    "end loop": "end_loop",
    "begin group": "begin_group",
    "end group": "end_group",
    "begin repeat": "begin_repeat",
    "end repeat": "end_repeat",
    "int": "integer",
    "string": "text",
    "trigger": "acknowledge",
    "calculate_here": "calculate",
    "date_time": "datetime",
    "audio audit": "audio_audit",
    "text audit": "text_audit",
    "speed violations count": "speed_violations_count",
    "speed violations list": "speed_violations_list",
    "speed violations audit": "speed_violations_audit",
    "phone number": "phone_number",
    "sim serial": "simserial",
    "subscriber id": "subscriberid",
    "device id": "deviceid",
}
"""Types as other tools spell them."""


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
