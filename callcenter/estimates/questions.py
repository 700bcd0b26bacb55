"""The questions of a questionnaire's document that have answers: what they are called and what their codes mean."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.studies.promises import MEASURES

CHOOSING = ("select_one", "select_multiple", "rank")
NUMBERS = ("integer", "decimal", "range", "calculate")
_LIMIT = re.compile(r"\s*\.\s*>=?\s*\d(?!.*\bor\b)")
_START = re.compile(r"\bstart\s*=\s*\d")
WITHOUT_ANSWER = ("note", "begin", "end", "hidden", "calculate_only", "")
COUNTS = frozenset(MEASURES.values())
"""Measures that cannot be negative."""
BEGINS, ENDS = ("begin_repeat", "begin repeat"), ("end_repeat", "end repeat")


@dataclass(frozen=True)
class Question:
    """A question; `choices` are its codes and labels in order, `repeated` that it may be answered more than once a case."""

    name: str
    kind: str
    """select_one, select_multiple, integer, text, …"""
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    repeated: bool = False
    measure: str = ""
    """steps, days, workdays, yuan, …; none where it measures nothing."""
    unit: str = ""
    item: str = ""
    """The checklist item that it tests."""
    standard: str = ""
    """The subject of the promise that it is held against."""
    from_zero: bool = False
    """Whether the questionnaire lets no answer be below zero."""
    denies: str = ""
    """The code by which the matter is denied, where this is the screening question that asks so."""

    @property
    def never_negative(self) -> bool:
        """Whether it asks for a count or an amount: the interval of its mean is shown from zero on where it reaches below."""
        return self.measure in COUNTS or self.from_zero


def questions(definition: Mapping[str, Any]) -> list[Question]:
    """The questions of the document (`survey`, `choices`), in the order in which they are asked."""
    return list(_walk(definition.get("survey") or [], _choice_lists(definition.get("choices") or [])))


def _walk(rows: list[dict[str, Any]], lists: Mapping[str, tuple[tuple[str, str], ...]]) -> Iterator[Question]:
    depth = 0
    for row in rows:
        written = " ".join(str(row.get("type") or "").split())
        depth += (written in BEGINS) - (written in ENDS)
        kind, _, listed = written.replace("begin_", "begin ").replace("end_", "end ").partition(" ")
        if kind in WITHOUT_ANSWER or not row.get("name"):
            continue
        choices = lists.get(listed.split(" ")[0], ()) if kind in CHOOSING else ()
        measure, unit, item, standard = (str(row.get(column) or "").strip() for column in ("measure", "unit", "item", "standard"))
        yield Question(str(row["name"]), kind, label_of(row), choices, depth > 0, measure, unit, item, standard, _from_zero(row))


def _from_zero(row: Mapping[str, Any]) -> bool:
    """Whether the constraint begins with a lower limit that is not negative, or the range does."""
    return bool(_LIMIT.match(str(row.get("constraint") or "")) or _START.search(str(row.get("parameters") or "")))


def label_of(row: Mapping[str, Any]) -> str:
    """The Chinese label of a row, else the first there is, else its name."""
    labels = {name: str(value) for name, value in row.items() if value and (name == "label" or name.startswith("label:"))}
    chinese = [value for name, value in labels.items() if name == "label" or "zh" in name.lower() or "chinese" in name.lower()]
    return next(iter(chinese or labels.values()), str(row.get("name", "")))


def _choice_lists(rows: list[dict[str, Any]]) -> dict[str, tuple[tuple[str, str], ...]]:
    lists: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        name = str(row.get("list_name") or row.get("list name") or "")
        lists[name] = (*lists.get(name, ()), (str(row.get("name", "")), label_of(row)))
    return lists
