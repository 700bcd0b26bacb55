"""Which units of the merged lists belong into a frame: rules written down, numbered and hashed before anything is drawn.

A document holds a list of rules, in the order in which they are applied. A unit passes if any of its rows passes all of them; a rule
takes out the units that still had such a row before it and have none after it, so what the rules removed adds up. Rules on dates,
matters, reporting units and columns look at rows; rules on districts and codes at the unit, as its reports were settled.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from callcenter.errors import InvalidInput
from callcenter.frame.duplicates import ReportedRow, Unit
from callcenter.lists.asks import days_handled
from callcenter.lists.cells import clean, folded
from callcenter.lists.columns import header_name
from callcenter.lists.periods import covered_days

POLICY_MONTH = "policy-month"
MOST_RULES, MOST_WORDS = 20, 200
Words: TypeAlias = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=MOST_WORDS)]


class _Rule(BaseModel):
    """What every rule has."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Listed(_Rule):
    """A rule of values: at least one of `any` (where given), and none of `none`."""

    any_of: Words = Field(default=[], alias="any")
    none_of: Words = Field(default=[], alias="none")

    @field_validator("any_of", "none_of")
    @classmethod
    def _cleaned(cls, words: list[str]) -> list[str]:
        return list(dict.fromkeys(word for word in map(clean, words) if word))

    @model_validator(mode="after")
    def _says_something(self) -> "_Listed":
        if not self.any_of and not self.none_of:
            raise ValueError("empty")
        return self

    def _passes(self, fits: Callable[[str], bool]) -> bool:
        return (not self.any_of or any(map(fits, self.any_of))) and not any(map(fits, self.none_of))


class Period(_Rule):
    """Matters handled within these days, both included; a month or a year that reaches into them counts."""

    kind: Literal["period"]
    first: str = Field(default="", alias="from")
    """A day, a month, or `policy-month`: the month that each sender stated with its list (no bound where it stated none)."""
    last: str = Field(default="", alias="to")
    undated: Literal["pass", "drop"] = "pass"

    @model_validator(mode="after")
    def _is_a_period(self) -> "Period":
        for written in (self.first, self.last):
            if written and written != POLICY_MONTH and covered_days(written) is None:
                raise ValueError("not_a_day")
        first, last = covered_days(self.first), covered_days(self.last)
        if not (self.first or self.last) or self.last == POLICY_MONTH or (first and last and first[0] > last[1]):
            raise ValueError("not_a_period")
        return self

    def passes(self, unit: Unit, row: ReportedRow) -> bool:  # noqa: ARG002  # all rules are asked the same way
        """Whether one of the row's dates can lie in the period."""
        handled = _handled(row)
        if not handled:
            return self.undated == "pass"
        first = covered_days(row.policy_month if self.first == POLICY_MONTH else self.first)
        last = covered_days(self.last)
        return any((first is None or ends >= first[0]) and (last is None or begins <= last[1]) for begins, ends in handled)


def _handled(row: ReportedRow) -> list[tuple[date, date]]:
    return days_handled(row.happened_on, row.beside, row.matter)


class Matter(_Listed):
    """Matters whose text contains one of the words, white space and letter case aside."""

    kind: Literal["matter"]

    def passes(self, unit: Unit, row: ReportedRow) -> bool:  # noqa: ARG002  # as above
        """Whether the row's matter fits."""
        text = folded(row.matter).casefold()
        return self._passes(lambda word: folded(word).casefold() in text)


class Department(_Listed):
    """Rows of these reporting units."""

    kind: Literal["department"]

    def passes(self, unit: Unit, row: ReportedRow) -> bool:  # noqa: ARG002  # as above
        """Whether the row's reporter is meant."""
        return self._passes(row.department.__eq__)


class District(_Listed):
    """Units of these districts or sub-areas."""

    kind: Literal["district", "sub_area"]

    def passes(self, unit: Unit, row: ReportedRow) -> bool:  # noqa: ARG002  # as above
        """Whether the unit stands there."""
        return self._passes((unit.district if self.kind == "district" else unit.sub_area).__eq__)


class Code(_Rule):
    """Units with a valid credit code, told by a reporter or known from another list of the study."""

    kind: Literal["code"]

    def passes(self, unit: Unit, row: ReportedRow) -> bool:  # noqa: ARG002  # as above
        """Whether the unit has one."""
        return bool(unit.uscc)


class Column(_Listed):
    """Rows where a further column of the list equals one of the values (网办或线下, a role, an activity)."""

    kind: Literal["column"]
    column: str = Field(min_length=1, max_length=200)

    @field_validator("column")
    @classmethod
    def _named(cls, name: str) -> str:
        if not header_name(clean(name)):
            raise ValueError("no_column")
        return clean(name)

    def passes(self, unit: Unit, row: ReportedRow) -> bool:  # noqa: ARG002  # as above
        """Whether the row's cell equals one of them; a missing column is an empty cell."""
        wanted = header_name(self.column)
        cell = next((clean(text) for name, text in (row.columns or {}).items() if header_name(clean(name)) == wanted), "")
        return self._passes(lambda word: folded(word).casefold() == folded(cell).casefold())


Rule = Annotated[Period | Matter | Department | District | Code | Column, Field(discriminator="kind")]
KINDS = ("period", "matter", "department", "district", "sub_area", "code", "column")


class Rules(_Rule):
    """The document: rules in the order in which they are applied."""

    rules: list[Rule] = Field(default=[], max_length=MOST_RULES)

    @property
    def document(self) -> dict[str, Any]:
        """As it is kept and hashed: only what was said."""
        return self.model_dump(by_alias=True, exclude_defaults=True)

    @property
    def columns(self) -> bool:
        """Whether a rule asks for a further column of the lists."""
        return any(isinstance(rule, Column) for rule in self.rules)


WRONG = {
    "empty": "“{rule}”没有写任何条件：请至少填写一项“包含”或“不包含”。",
    "not_a_day": "“{rule}”里的日期看不懂：请写成 2022-05、2022-05-31，起始也可以写 policy-month。",
    "not_a_period": "“{rule}”的起止不成一段时间：请至少填写一头，起始不晚于截止，政策落地月份只能作起始。",
    "no_column": "“{rule}”没有写列名：请写名单里的列名，如“网办或线下”。",
    "kind": "“{rule}”不是已有的规则种类：请用 period、matter、department、district、sub_area、code 或 column。",
}


def read_rules(document: Mapping[str, Any]) -> Rules:
    """The rules as typed or sent; the first that cannot be is named by its place."""
    try:
        return Rules.model_validate(document)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = next((part + 1 for part in first["loc"] if isinstance(part, int)), 0)
        rule = f"{place}" if place else "rules"
        reason = str(first.get("ctx", {}).get("error", ""))
        if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
            reason = "kind"
        if reason in WRONG:
            raise InvalidInput(f"screening_{reason}", WRONG[reason], rule=f"第 {rule} 条") from wrong
        text = "筛选规则第 {rule} 条的“{field}”不能这样写：请改正。"
        raise InvalidInput("bad_screening", text, rule=rule, field=str(first["loc"][-1] if first["loc"] else "rules")) from wrong


def sha256_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document in its one written form."""
    written = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


@dataclass
class Effect:
    """What one rule took out."""

    rule: dict[str, Any]
    units: int = 0
    rows: int = 0
    """Rows that had passed the rules before it and do not pass it."""
    undated: int = 0
    """Rows without a date that it was asked about (a period)."""
    by_district: Counter[str] = field(default_factory=Counter)

    @property
    def document(self) -> dict[str, Any]:
        """As the frame's counts keep it."""
        counted = {"rule": self.rule, "units": self.units, "rows": self.rows, "by_district": dict(self.by_district)}
        return counted | ({"undated": self.undated} if self.rule["kind"] == "period" else {})


@dataclass
class Screened:
    """Who passed, who did not and by which rule (counted from 1), and what each rule did."""

    kept: list[Unit]
    removed: list[tuple[int, Unit]]
    effects: list[Effect]


def screen(units: Iterable[Unit], rules: Rules) -> Screened:
    """Apply the rules in their order."""
    effects = [Effect(rule) for rule in rules.document.get("rules", [])]
    result = Screened([], [], effects)
    for unit in units:
        number = _stopped(unit, rules.rules, effects)
        if number:
            result.removed.append((number, unit))
        else:
            result.kept.append(unit)
    return result


def _stopped(unit: Unit, rules: Sequence[Rule], effects: Sequence[Effect]) -> int:
    """The number of the rule after which no row of the unit is left; 0 where one passes all."""
    rows = list(unit.reports)
    for number, (rule, effect) in enumerate(zip(rules, effects, strict=True), 1):
        if isinstance(rule, Period):
            effect.undated += sum(not _handled(row) for row in rows)
        left = [row for row in rows if rule.passes(unit, row)]
        effect.rows += len(rows) - len(left)
        if not left:
            effect.units += 1
            effect.by_district[unit.district] += 1
            return number
        rows = left
    return 0
