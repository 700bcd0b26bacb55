"""Choices: one, several, or all of them in order."""

from typing import Any

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.said import Said

CHOOSE = Said("请从选项中选择", "choose from the list")


def read_one(question: Question, raw: Any) -> str:
    """The code of one choice."""
    return _code(question, raw)


def read_many(question: Question, raw: Any) -> list[str]:
    """Codes of the chosen, each once, in the order of the list."""
    chosen = {_code(question, each) for each in _listed(raw)}
    return [choice.value for choice in question.choices if choice.value in chosen]


def read_rank(question: Question, raw: Any) -> list[str]:
    """All codes of the list, in the order given."""
    ranked = list(dict.fromkeys(_code(question, each) for each in _listed(raw)))
    if len(ranked) != len(question.choices):
        raise ValueError(Said(f"请把 {len(question.choices)} 个选项全部排序", f"put all {len(question.choices)} choices in order"))
    return ranked


def _listed(raw: Any) -> list[Any]:
    if isinstance(raw, str):
        return raw.split()
    if isinstance(raw, list):
        return raw
    raise ValueError(CHOOSE)


def _code(question: Question, raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ValueError(CHOOSE)
    code = str(raw).strip()
    if all(code != choice.value for choice in question.choices):
        raise ValueError(CHOOSE)
    return code
