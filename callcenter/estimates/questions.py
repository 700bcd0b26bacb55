"""The questions of a questionnaire's document that have answers: what they are called and what their codes mean."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from callcenter.questionnaire.keeping import BREAKS, DECIDING, KEEPS, decided, named
from callcenter.questionnaire.reading.columns import canonical_row, cell, yes
from callcenter.questionnaire.reading.kinds import OTHER, kind_of
from callcenter.studies.promises import MEASURES

CHOOSING = ("select_one", "select_multiple", "rank")
NUMBERS = ("integer", "decimal", "range", "calculate")
_LIMIT = re.compile(r"\s*\.\s*>=?\s*\d(?!.*\bor\b)")
_START = re.compile(r"\bstart\s*=\s*\d")
WITHOUT_ANSWER = ("note", "begin", "end", "hidden", "calculate_only", "")
COUNTS = frozenset(MEASURES.values())
"""Measures that cannot be negative."""


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
    keeps: tuple[str, ...] = ()
    """The codes that keep this promise; none where the questionnaire does not say."""
    breaks: tuple[str, ...] = ()
    """The codes that break it. A code in neither decides nothing."""
    denies: str = ""
    """The code by which the matter is denied, where this is the screening question that asks so."""

    @property
    def never_negative(self) -> bool:
        """Whether it asks for a count or an amount: the interval of its mean is shown from zero on where it reaches below."""
        return self.measure in COUNTS or self.from_zero

    @property
    def keeping(self) -> str:
        """What the choices say that keep the promise."""
        labels = dict(self.choices)
        return "、".join(labels.get(code, code) for code in self.keeps)

    def with_older(self, older: "Question") -> "Question":
        """The same, with what an older version of the questionnaire says of choices that this one does not have."""
        known = {*(code for code, _label in self.choices), *self.keeps, *self.breaks}
        keeps, breaks = ([code for code in codes if code not in known] for codes in (older.keeps, older.breaks))
        return replace(self, keeps=(*self.keeps, *keeps), breaks=(*self.breaks, *breaks)) if self.keeps else self


def questions(definition: Mapping[str, Any]) -> list[Question]:
    """The questions of the document (`survey`, `choices`), in the order in which they are asked."""
    return list(_walk(definition.get("survey") or [], _choice_lists(definition.get("choices") or [])))


def _walk(rows: list[dict[str, Any]], lists: Mapping[str, tuple[tuple[str, str], ...]]) -> Iterator[Question]:
    depth = 0
    for row in map(canonical_row, rows):
        kind, listed, or_other = kind_of(cell(row, "type"))
        depth += (kind == "begin_repeat") - (kind == "end_repeat")
        if kind in WITHOUT_ANSWER or kind.startswith(("begin_", "end_")) or not cell(row, "name") or yes(row, "disabled"):
            continue
        choices = lists.get(listed, ()) if kind in CHOOSING else ()
        measure, unit, item, standard = (cell(row, column) for column in ("measure", "unit", "item", "standard"))
        asked = Question(cell(row, "name"), kind, label_of(row), choices, depth > 0, measure, unit, item, standard, _from_zero(row))
        yield _with_keeping(asked, row, or_other=or_other) if standard and kind in DECIDING else asked


def _with_keeping(asked: Question, row: Mapping[str, Any], *, or_other: bool) -> Question:
    codes = [*(code for code, _label in asked.choices), *([OTHER] if or_other else [])]
    keeps, breaks = decided(named(cell(row, KEEPS), codes), named(cell(row, BREAKS), codes), codes)
    return replace(asked, keeps=keeps, breaks=breaks)


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
    for row in map(canonical_row, rows):
        name, code = cell(row, "list_name"), cell(row, "name") or cell(row, "value")
        lists[name] = (*lists.get(name, ()), (code, label_of(row)))
    return lists
