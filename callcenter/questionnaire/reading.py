"""Read the document of a questionnaire (`survey`, `choices`, `settings`: lists of rows) into a definition, noting every problem."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.questionnaire.definition import NONANSWERS, Choice, Definition, Question
from callcenter.questionnaire.expressions import Expression, ExpressionProblem, compile_expression
from callcenter.questionnaire.problems import Problem, problem
from callcenter.questionnaire.question_types import KNOWN

TEXT_COLUMNS = ("label", "say", "hint", "constraint_message", "required_message")
COLUMNS = frozenset(
    {
        "type", "name", "required", "relevant", "constraint", "calculation", "appearance", "parameters", "default",
        "choice_filter", "repeat_count", "read_only", "item", "measure", "unit", "core", "recheck", "random", "standard", "nonanswers",
        "note",
    }
)  # fmt: skip
MEASURES = ("steps", "days", "workdays", "hours", "yuan", "visits", "papers", "satisfaction", "awareness", "yes_no")
SPELLINGS = {
    "select one": "select_one",
    "select multiple": "select_multiple",
    "begin group": "begin_group",
    "end group": "end_group",
    "begin repeat": "begin_repeat",
    "end repeat": "end_repeat",
    "int": "integer",
    "string": "text",
    "start": "hidden",
    "end": "hidden",
    "today": "hidden",
    "deviceid": "hidden",
    "username": "hidden",
}
YES = frozenset({"yes", "true", "true()", "1", "是"})
OTHER = "other"
DEFAULT_NONANSWERS = ("dont_know", "refused")
SAYS_NOTHING = frozenset({"note", "acknowledge", "calculate", "hidden"})
_NAME = re.compile(r"[^\W\d][\w.-]*")
_RANDOMIZED = re.compile(r"\brandomize\s*=\s*true\b")


@dataclass
class Reading:
    """A definition as far as it could be read, and what was wrong on the way."""

    definition: Definition
    problems: list[Problem] = field(default_factory=list)


def read_questionnaire(document: Any) -> Reading:
    """The definition in a document, with every problem of form."""
    if not isinstance(document, Mapping) or not isinstance(document.get("survey"), list):
        return Reading(Definition("", {}, ()), [problem("Q026", "survey", 1, what="没有 survey 表")])
    return _Reader(document).read()


def cell(row: Mapping[str, Any], column: str) -> str:
    """A cell as text; booleans as XLSForm writes them."""
    value = row.get(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _texts(row: Mapping[str, Any], column: str) -> dict[str, str]:
    prefix = f"{column}::"
    found = {name.removeprefix(prefix).strip(): cell(row, name) for name in row if str(name).startswith(prefix)}
    plain = cell(row, column)
    return {language: text for language, text in ({"": plain} | found).items() if text}


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.lists = self._lists()
        self.groups: list[tuple[str, Expression | None]] = []
        self.questions: list[Question] = []

    def read(self) -> Reading:
        for number, row in enumerate(self.document["survey"], start=2):
            if isinstance(row, Mapping) and any(cell(row, column) for column in row):
                self._row(number, row)
        for name, _relevant in self.groups:
            self._say("Q011", len(self.document["survey"]) + 1, what=f"“{name}”没有结束")
        if not self.questions:
            self._say("Q027", 1)
        settings = self._settings()
        return Reading(Definition(settings.get("form_title", ""), settings, tuple(self.questions)), self.problems)

    def _say(self, number: str, row: int, sheet: str = "survey", **about: object) -> None:
        self.problems.append(problem(number, sheet, row, **about))

    def _settings(self) -> dict[str, str]:
        given = self.document.get("settings") or {}
        rows = given if isinstance(given, list) else [given]
        return {str(name): cell(row, name) for row in rows[:1] if isinstance(row, Mapping) for name in row}

    def _lists(self) -> dict[str, list[Choice]]:
        lists: dict[str, list[Choice]] = {}
        given = self.document.get("choices")
        for number, row in enumerate(given if isinstance(given, list) else [], start=2):
            if not isinstance(row, Mapping) or not any(cell(row, column) for column in row):
                continue
            name, value, label = cell(row, "list_name"), cell(row, "name"), _texts(row, "label")
            if not value or not label or re.search(r"\s", value):
                self._say("Q007", number, "choices")
            if any(choice.value == value for choice in lists.get(name, [])):
                self._say("Q006", number, "choices", what=name, code=value)
                continue
            lists.setdefault(name, []).append(Choice(value, label, cell(row, "fixed").lower() in YES))
        return lists

    def _row(self, number: int, row: Mapping[str, Any]) -> None:
        kind, list_name, or_other = _kind(cell(row, "type"))
        self._look_at_columns(number, row)
        if kind == "begin_group":
            self.groups.append((cell(row, "name"), self._expression(number, row, "relevant")))
        elif kind == "end_group":
            if not self.groups:
                self._say("Q011", number, what="多了一个 end_group")
            else:
                self.groups.pop()
        elif kind in {"begin_repeat", "end_repeat"}:
            self._say("Q020", number, what="重复组（repeat）")
        elif kind not in KNOWN:
            self._say("Q001", number, what=cell(row, "type"), known="、".join(KNOWN))
        else:
            self._question(number, row, kind, list_name, or_other)

    def _look_at_columns(self, number: int, row: Mapping[str, Any]) -> None:
        for column in row:
            base = str(column).split("::")[0]
            if base not in COLUMNS and base not in TEXT_COLUMNS and cell(row, column):
                self._say("Q017", number, what=column)
        if cell(row, "choice_filter"):
            self._say("Q020", number, what="选项过滤（choice_filter）")

    def _question(self, number: int, row: Mapping[str, Any], kind: str, list_name: str, or_other: bool) -> None:
        name = cell(row, "name")
        if not _NAME.fullmatch(name):
            self._say("Q002", number, what=name)
            return
        if any(question.name == name for question in self.questions):
            self._say("Q003", number, what=name)
            return
        choices = self._choices(number, kind, list_name)
        if or_other:
            choices = [*choices, Choice(OTHER, {"": "其他"}, fixed=True)]
        question = self._built(number, row, name, kind, tuple(choices))
        self.questions.append(question)
        if or_other:
            asked = (*question.relevant, compile_expression(f"selected(${{{name}}}, '{OTHER}')"))
            text = {"label": {"": "请具体说明"}}
            self.questions.append(Question(f"{name}_other", "text", number, text, relevant=asked, nonanswers=question.nonanswers))

    def _built(self, number: int, row: Mapping[str, Any], name: str, kind: str, choices: tuple[Choice, ...]) -> Question:
        own = self._expression(number, row, "relevant")
        return Question(
            name=name,
            type=kind,
            row=number,
            texts={column: texts for column in TEXT_COLUMNS if (texts := _texts(row, column))},
            choices=choices,
            relevant=tuple(each for each in [*(relevant for _, relevant in self.groups), own] if each),
            constraint=self._expression(number, row, "constraint"),
            calculation=self._expression(number, row, "calculation"),
            required=self._required(number, row),
            parameters=_parameters(cell(row, "parameters")),
            default=cell(row, "default"),
            nonanswers=self._nonanswers(number, row, kind),
            items=tuple(int(each) for each in re.findall(r"\d+", cell(row, "item"))),
            measure=cell(row, "measure"),
            unit=cell(row, "unit"),
            standard=cell(row, "standard"),
            core=cell(row, "core").lower() in YES,
            recheck=cell(row, "recheck").lower() in YES,
            random=cell(row, "random").lower() in YES or _RANDOMIZED.search(cell(row, "parameters")) is not None,
        )

    def _choices(self, number: int, kind: str, list_name: str) -> list[Choice]:
        if kind not in {"select_one", "select_multiple", "rank"}:
            return []
        if list_name not in self.lists:
            self._say("Q005", number, what=list_name)
        return self.lists.get(list_name, [])

    def _expression(self, number: int, row: Mapping[str, Any], column: str) -> Expression | None:
        text = cell(row, column)
        if not text:
            return None
        try:
            return compile_expression({"yes": "true()", "no": "false()"}.get(text.lower(), text))
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
                self._say("Q024", number, what=code, known="、".join(NONANSWERS))
        return tuple(code for code in NONANSWERS if code in (given or DEFAULT_NONANSWERS))


def _kind(text: str) -> tuple[str, str, bool]:
    """Type, list name and or_other of a cell such as `select_one yes_no or_other`."""
    words = text.split()
    or_other = len(words) > 2 and (words[-1] == "or_other" or words[-2:] == ["or", "specify"])
    for count in (2, 1):
        head = " ".join(words[:count]).lower()
        if head in SPELLINGS or (count == 1 and head):
            return SPELLINGS.get(head, head), words[count] if len(words) > count else "", or_other
    return text, "", False


def _parameters(text: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)\s*=\s*([^\s,;]+)", text))
