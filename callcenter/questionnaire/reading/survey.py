"""The reader: rows become questions in their blocks, choices and settings; every problem of form is noted on the way."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.questionnaire.definition import Block, Choice, Definition, Question
from callcenter.questionnaire.expressions import Expression, ExpressionProblem, UnsupportedFeature, compile_expression
from callcenter.questionnaire.keeping import BREAKS, KEEPS, named
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.questionnaire.problems import Problem, problem
from callcenter.questionnaire.question_types import KNOWN, SELECTING
from callcenter.questionnaire.reading.columns import TEXT_COLUMNS, YES, canonical_row, cell, texts, yes
from callcenter.questionnaire.reading.features import (
    COLLECTED_ELSEWHERE,
    FROM_REPEAT,
    INTO_CHOICES,
    SHEETS_OF_CHOICES,
    SHEETS_WITHOUT_EFFECT,
    TYPES,
    appearance_problem,
    column_problem,
    other_functions,
)
from callcenter.questionnaire.reading.kinds import BEGINS, ENDS, OTHER, OtherTexts, kind_of, nearest_first, only_heads
from callcenter.questionnaire.said import Said, english_of, listed

DEFAULT_NONANSWERS = ("dont_know", "refused")
SAYS_NOTHING = frozenset({"note", "acknowledge", "calculate", "hidden"})
_NAME = re.compile(r"[^\W\d][\w.-]*")
_RANDOMIZED = re.compile(r"\brandomize\s*=\s*true\b", re.IGNORECASE)
_WORKED_OUT = re.compile(r"\$\{|^\s*[a-z-]+\(.*\)\s*$", re.DOTALL)
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
CALCULATED = {"today": "today()", "start": "now()"}


@dataclass
class Reading:
    """A definition as far as it could be read, and what was wrong on the way."""

    definition: Definition
    problems: list[Problem] = field(default_factory=list)


class Reader:
    """Reads one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.columns_told: set[str] = set()
        self.lists = self._lists()
        rows = [row for sheet in ("survey", "choices") for _, row in self._rows(sheet)]
        self.other = OtherTexts(each for row in rows for column in TEXT_COLUMNS for each in texts(row, column).items())
        self.blocks: list[Block] = []
        self.questions: list[Question] = []
        self.names: set[str] = set()

    def read(self) -> Reading:
        """The definition and the problems."""
        rows = [row for _, row in self._rows("survey")]
        if rows and not any("type" in row for row in rows):
            what = Said("survey 表的第 1 行没有列名 type", "row 1 of survey does not name the column type")
            return Reading(Definition("", {}, ()), [problem("Q026", "survey", 1, what=what)])
        for number, row in self._rows("survey"):
            if not yes(row, "disabled"):
                self._row(number, row)
        for block in self.blocks:
            what = Said(f"“{block.name}”没有结束", f'"{block.name}" does not end')
            self._say("Q011", len(self.document["survey"]) + 1, what=what)
        if not self.questions:
            self._say("Q027", 1)
        self._other_sheets()
        settings = self._settings()
        return Reading(Definition(settings.get("form_title", ""), settings, tuple(self.questions)), self.problems)

    def _other_sheets(self) -> None:
        for sheet in (str(name) for name, rows in self.document.items() if rows):
            if sheet.strip().lower() in SHEETS_OF_CHOICES:
                self._say("Q020", 1, sheet, what=Said(f"{sheet} 表", f"the sheet {sheet}"), todo=INTO_CHOICES)
            elif sheet.strip().lower() in SHEETS_WITHOUT_EFFECT:
                self._say("Q031", 1, sheet, what=Said(f"{sheet} 表", f"the sheet {sheet}"))

    def _rows(self, sheet: str) -> Iterator[tuple[int, dict[str, Any]]]:
        given = self.document.get(sheet)
        for number, row in enumerate(given if isinstance(given, list) else [], start=2):
            if isinstance(row, Mapping) and any(cell(row, column) for column in row):
                yield number, canonical_row(row)

    def _say(self, number: str, row: int, sheet: str = "survey", **about: object) -> None:
        self.problems.append(problem(number, sheet, row, **about))

    def _settings(self) -> dict[str, str]:
        given = self.document.get("settings") or {}
        rows = given if isinstance(given, list) else [given]
        return {str(name): cell(row, name) for row in rows[:1] if isinstance(row, Mapping) for name in row}

    def _lists(self) -> dict[str, list[Choice]]:
        lists: dict[str, list[Choice]] = {}
        repeated_allowed = any(value.lower() in YES for name, value in self._settings().items() if name == "allow_choice_duplicates")
        for number, row in self._rows("choices"):
            name, value, label = cell(row, "list_name"), cell(row, "name") or cell(row, "value"), texts(row, "label")
            if not (name or value or label):
                continue  # a remark beside the lists
            if not name or not value or not label or re.search(r"\s", value):
                self._say("Q007", number, "choices")
            if not name:
                continue
            if any(choice.value == value for choice in lists.get(name, [])) and not repeated_allowed:
                self._say("Q006", number, "choices", what=name, code=value)
                continue
            columns = {"name": value, **{column: cell(row, column) for column in row if column != "name"}}
            lists.setdefault(name, []).append(Choice(value, label, yes(row, "fixed"), columns, number))
        return lists

    def _row(self, number: int, row: Mapping[str, Any]) -> None:
        kind, list_name, or_other = kind_of(cell(row, "type"))
        self._look_at_columns(number, row)
        if kind in BEGINS:
            self._begin(number, row, BEGINS[kind])
        elif kind in ENDS:
            self._end(number, ENDS[kind], kind)
        elif kind in TYPES or (kind in SELECTING and list_name.startswith("${")):
            what, todo = TYPES.get(kind, FROM_REPEAT)
            written = cell(row, "type")
            self._say("Q020", number, what=Said(f"{what}（{written}）", f"{what.english} ({written})"), todo=todo)
        elif kind in CALCULATED:
            self._question(number, row, "hidden", "", False)
        elif kind in COLLECTED_ELSEWHERE:
            self._say("Q031", number, what=f"type {kind}")
            self._question(number, row, "hidden", "", False)
        elif kind not in KNOWN:
            self._say("Q001", number, what=cell(row, "type") or Said("（空）", "(empty)"), known=listed(nearest_first(kind)))
        elif only_heads(kind, cell(row, "appearance")):
            self._question(number, row, "note", "", False)
        else:
            self._question(number, row, kind, list_name, or_other)

    def _begin(self, number: int, row: Mapping[str, Any], repeats: bool) -> None:
        own, around = self._expression(number, row, "relevant"), self.blocks[-1:]
        count = self._expression(number, row, "repeat_count") if repeats else None
        block = Block(
            name=cell(row, "name") or f"({number})",
            row=number,
            repeats=repeats,
            conditions=(*(condition for each in around for condition in each.conditions), *([own] if own else [])),
            count=count,
            random=yes(row, "random"),
            fixed=yes(row, "fixed"),
            label=texts(row, "label"),
            around=tuple(each for each in self.blocks if each.repeats),
        )
        if repeats and not cell(row, "repeat_count"):
            self._say("Q030", number, what=block.name)
        if cell(row, KEEPS) or cell(row, BREAKS):
            self._say("Q041", number, column=KEEPS if cell(row, KEEPS) else BREAKS, what=Said("这是分组", "this is a block"))
        if block.name in self.names:
            self._say("Q003", number, what=block.name)
        self.names.add(block.name)
        self.blocks.append(block)

    def _end(self, number: int, repeats: bool, kind: str) -> None:
        if not self.blocks:
            self._say("Q011", number, what=Said(f"多了一个 {kind}", f"there is one {kind} too many"))
        elif self.blocks.pop().repeats != repeats:
            self._say("Q011", number, what=Said(f"{kind} 与它的开头不是一种", f"{kind} ends something of the other kind"))

    def _look_at_columns(self, number: int, row: Mapping[str, Any]) -> None:
        for column in row:
            found = column_problem(column) if cell(row, column) else None
            if found and (found[0] == "Q020" or column not in self.columns_told):
                self.columns_told.add(column)  # once a column is enough for what is only left out
                self._say(found[0], number, **found[1])
        searched = appearance_problem(cell(row, "appearance"))
        if searched:
            self._say(searched[0], number, **searched[1])
        if yes(row, "read_only") and kind_of(cell(row, "type"))[0] not in SAYS_NOTHING:
            self._say("Q031", number, what="read_only")

    def _question(self, number: int, row: Mapping[str, Any], kind: str, list_name: str, or_other: bool) -> None:
        name = cell(row, "name") or (kind_of(cell(row, "type"))[0] if kind == "hidden" else "")
        if not _NAME.fullmatch(name):
            self._say("Q002", number, what=name)
            return
        if name in self.names:
            self._say("Q003", number, what=name)
            return
        self.names.add(name)
        choices = self._choices(number, kind, list_name)
        if or_other:
            choices = [*choices, *([] if any(choice.value == OTHER for choice in choices) else [self.other.choice()])]
        question = self._built(number, row, name, kind, tuple(choices))
        self.questions.append(question)
        if or_other:
            self.names.add(f"{name}_other")
            self.questions.append(self.other.question(question))

    def _built(self, number: int, row: Mapping[str, Any], name: str, kind: str, choices: tuple[Choice, ...]) -> Question:
        own = self._expression(number, row, "relevant")
        outer = self.blocks[-1].conditions if self.blocks else ()
        given_type = kind_of(cell(row, "type"))[0]
        calculation = (
            compile_expression(CALCULATED[given_type]) if given_type in CALCULATED else self._expression(number, row, "calculation")
        )
        silent = kind in {"calculate", "hidden"}
        return Question(
            name=name,
            type="calculate" if given_type in CALCULATED or (kind == "hidden" and calculation) else kind,
            row=number,
            texts={column: found for column in TEXT_COLUMNS if (found := texts(row, column))},
            choices=choices,
            relevant=(*outer, *([own] if own else [])),
            constraint=self._expression(number, row, "constraint"),
            calculation=calculation if silent or given_type in CALCULATED else None,
            required=self._required(number, row),
            parameters=_parameters(cell(row, "parameters")),
            default="" if _WORKED_OUT.search(cell(row, "default")) else cell(row, "default"),
            nonanswers=self._nonanswers(number, row, kind),
            items=tuple(int(each) for each in re.findall(r"\d+", cell(row, "item"))),
            measure=cell(row, "measure"),
            unit=cell(row, "unit"),
            standard=cell(row, "standard"),
            keeps=named(cell(row, KEEPS), (choice.value for choice in choices)),
            breaks=named(cell(row, BREAKS), (choice.value for choice in choices)),
            core=yes(row, "core"),
            recheck=yes(row, "recheck"),
            random=yes(row, "random") or _RANDOMIZED.search(cell(row, "parameters")) is not None,
            fixed=yes(row, "fixed"),
            once=_once(row),
            path=tuple(self.blocks),
            choice_filter=self._expression(number, row, "choice_filter"),
            seed=self._seed(number, row),
            prefill=None if silent or kind == "note" else calculation or self._worked_out_default(number, row),
        )

    def _seed(self, number: int, row: Mapping[str, Any]) -> Expression | None:
        seed = _parameters(cell(row, "parameters")).get("seed", "")
        return self._expression(number, {"parameters": seed}, "parameters") if "${" in seed else None

    def _worked_out_default(self, number: int, row: Mapping[str, Any]) -> Expression | None:
        return self._expression(number, row, "default") if _WORKED_OUT.search(cell(row, "default")) else None

    def _choices(self, number: int, kind: str, list_name: str) -> list[Choice]:
        if kind not in SELECTING:
            return []
        if list_name not in self.lists:
            self._say("Q005", number, what=list_name)
        return self.lists.get(list_name, [])

    def _expression(self, number: int, row: Mapping[str, Any], column: str) -> Expression | None:
        text = cell(row, column)
        if not text:
            return None
        try:
            return _compiled({"yes": "true()", "no": "false()"}.get(text.lower(), text), filters=column == "choice_filter")
        except UnsupportedFeature as bad:
            self._say("Q020", number, what=Said(f"{column} 中的{bad}", f"{english_of(bad)} in {column}"), todo=other_functions(bad.meant))
        except ExpressionProblem as bad:
            self._say("Q009", number, column=column, what=bad)
        return None

    def _required(self, number: int, row: Mapping[str, Any]) -> Expression | None:
        text = cell(row, "required").lower()
        if text in {"", "no", "false", "false()"}:
            return None
        return compile_expression("true()") if text in YES else self._expression(number, row, "required")

    def _nonanswers(self, number: int, row: Mapping[str, Any], kind: str) -> tuple[str, ...]:
        given = cell(row, "nonanswers").replace(",", " ").split()
        if kind in SAYS_NOTHING or given == ["none"]:
            return ()
        for code in given:
            if code not in NONANSWERS:
                self._say("Q024", number, what=code, known=listed(NONANSWERS))
        return tuple(code for code in NONANSWERS if code in (given or DEFAULT_NONANSWERS))


def _compiled(text: str, *, filters: bool) -> Expression:
    """The expression; where word processors bent its quotes, with straight ones, as pyxform reads it."""
    try:
        return compile_expression(text, filters=filters)
    except UnsupportedFeature:
        raise
    except ExpressionProblem:
        if text == text.translate(STRAIGHT):
            raise
        return compile_expression(text.translate(STRAIGHT), filters=filters)


def _parameters(text: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)\s*=\s*([^\s,;]+)", text))


def _once(row: Mapping[str, Any]) -> str:
    if cell(row, "once").lower() == "last":
        return "last"
    return "first" if yes(row, "once") or cell(row, "once").lower() == "first" else ""
