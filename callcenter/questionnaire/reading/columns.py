"""Rows and columns: headers in their several spellings, cells as text."""

import re
from collections.abc import Mapping
from typing import Any

TEXT_COLUMNS = ("label", "say", "hint", "constraint_message", "required_message")
COLUMNS = frozenset(
    {
        "type", "name", "required", "relevant", "constraint", "calculation", "appearance", "parameters", "default",
        "choice_filter", "repeat_count", "read_only", "item", "measure", "unit", "core", "recheck", "random", "standard", "nonanswers",
        "note", "fixed", "disabled", "once", "keeps", "breaks",
    }
)  # fmt: skip
MEASURES = ("steps", "days", "workdays", "hours", "yuan", "visits", "papers", "satisfaction", "awareness", "yes_no")
YES = frozenset({"yes", "true", "true()", "1", "是"})
ALIASES = {
    "caption": "label",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "constraint_msg": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "required_msg": "required_message",
    "jr:requiredmsg": "required_message",
    "jr:count": "repeat_count",
    "list_name": "list_name",
}
"""Other spellings of headers that forms from elsewhere use."""
_WRAPPED = re.compile(r"(bind|control)::?(?=[a-z])", re.IGNORECASE)
_LANGUAGES_APART = re.compile(r"\s*::?\s*")


def canonical(header: Any) -> str:
    """The header as this program spells it: `Label : English (en)` becomes `label::English (en)`."""
    text = _WRAPPED.sub("", str(header).strip())
    base, *rest = [text] if text.lower() in ALIASES else _LANGUAGES_APART.split(text, maxsplit=1)
    plain = re.sub(r"\s+", "_", base.strip().lower())
    return "::".join([ALIASES.get(plain, plain), *rest])


def canonical_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row under canonical headers; of two that mean the same the first filled one counts."""
    found: dict[str, Any] = {}
    for header, value in row.items():
        name = canonical(header)
        if found.get(name) in (None, ""):
            found[name] = value
    return found


def cell(row: Mapping[str, Any], column: str) -> str:
    """A cell as text; booleans as XLSForm writes them."""
    value = row.get(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def texts(row: Mapping[str, Any], column: str) -> dict[str, str]:
    """A column's text in each language; the key is empty where no language is named."""
    prefix = f"{column}::"
    found = {name.removeprefix(prefix).strip(): cell(row, name) for name in row if str(name).startswith(prefix)}
    plain = cell(row, column)
    return {language: text for language, text in ({"": plain} | found).items() if text}


def yes(row: Mapping[str, Any], column: str) -> bool:
    """Whether the cell says yes."""
    return cell(row, column).lower() in YES
