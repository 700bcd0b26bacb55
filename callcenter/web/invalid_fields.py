"""What is wrong with a form that was refused before its page saw it: each field by its name in words, with its limit."""

from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.web.labels.fields import FIELDS
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

NO_NUMBER = noted("“{field}”应是数字：请改正后再提交。")
NO_CHOICE = noted("“{field}”不是可以选的内容：请重新选择后再提交。")
SAID = {
    "string_too_long": noted("“{field}”最多 {max_length:,} 个字，现在有 {given:,} 个：请删减后再提交。"),
    "missing": noted("没有填写“{field}”：请填写后再提交。"),
    "greater_than_equal": noted("“{field}”不能小于 {ge}：请改正后再提交。"),
    "less_than_equal": noted("“{field}”不能大于 {le}：请改正后再提交。"),
    **dict.fromkeys(("int_parsing", "int_from_float", "int_type", "float_parsing", "float_type", "finite_number"), NO_NUMBER),
    **dict.fromkeys(("literal_error", "enum", "bool_parsing"), NO_CHOICE),
}
"""By the kind of problem and the limits that pydantic tells of it."""
SECRET = {"password", "old", "new", "again"}


def sentences(problems: Sequence[Any]) -> list[str]:
    """One sentence a field, in the order of the form; fields that no person fills in are passed over."""
    said = (_sentence(problem) for problem in problems)
    return list(dict.fromkeys(each for each in said if each))


def too_long(problems: Sequence[Any]) -> list[tuple[str, str]]:
    """Label and text of what was typed and is too long, so that nobody has to write it again; a password is never shown."""
    told = [problem for problem in problems if problem["type"] == "string_too_long" and problem["loc"][-1] not in SECRET]
    found = [(_label(problem), problem.get("input")) for problem in told]
    return [(label, text) for label, text in found if label and isinstance(text, str)]


def _sentence(problem: Mapping[str, Any]) -> str:
    label, given = _label(problem), problem.get("input")
    if not label or problem["type"] not in SAID:
        return ""
    limits = problem.get("ctx", {})
    return _(SAID[problem["type"]], **limits, field=label, given=len(given) if isinstance(given, str) else 0)


def _label(problem: Mapping[str, Any]) -> str:
    """The name in words of a field of the form or of the JSON that was sent."""
    where = problem["loc"]
    return _(FIELDS[where[1]]) if len(where) > 1 and where[0] == "body" and where[1] in FIELDS else ""
