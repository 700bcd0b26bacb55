"""Texts with case fields and earlier answers: `{{ enterprise.name }}`, `${q1}`. Sandboxed, strict, bounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from callcenter.questionnaire.definition import TEXT_REFERENCE
from callcenter.questionnaire.said import Said, listed

CASE_FIELDS: dict[str, dict[str, str]] = {
    "enterprise": {"name": "某某公司", "district": "和平区"},
    "contact": {"name": "张先生"},
    "matter": {"what": "某项业务", "when": "2022年3月", "department": "市市场监管委"},
    "population": {"title": "某类企业"},
    "study": {"title": "某项调查", "commissioner": "委托单位", "evaluator": "评估机构", "contact": "022-00000000"},
    "interview": {"minutes": "8", "line": "96599966"},
}
"""Every field a text may name, with a sample for previews and checks."""

FIELD_NAMES: dict[str, dict[str, str]] = {
    "enterprise": {"name": "企业名称", "district": "企业所在区"},
    "contact": {"name": "联系人"},
    "matter": {"what": "办理的业务", "when": "办理时间", "department": "办理部门"},
    "population": {"title": "样本总体"},
    "study": {"title": "调查名称", "commissioner": "委托单位", "evaluator": "评估机构", "contact": "联系电话"},
    "interview": {"minutes": "访问分钟数", "line": "外呼号码"},
}
"""What each field is called where a text is shown without a case."""
PLACE_OF_ANSWERS = "answers__"
UNANSWERED = "……"
LONGEST = 10_000


@dataclass(frozen=True)
class Telling:
    """To whom something is said: the language, and the case whose fields texts may name (samples where there is none)."""

    language: str = "zh"
    case: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: CASE_FIELDS)


_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # pages escape


class TextProblem(ValueError):
    """A text that cannot be rendered; the sentence says why."""


def fields_known() -> Said:
    """The case fields, as a list for messages."""
    return listed(f"{{{{ {group}.{name} }}}}" for group, names in CASE_FIELDS.items() for name in names)


def render(text: str, case: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    """The text with its fields filled in; an answer not yet given shows as dots. TextProblem where a field is unknown."""
    if "{{" not in text and "{%" not in text and "${" not in text:
        return text
    said = {name: answers.get(name) or UNANSWERED for name in references(text)}
    try:
        return _template(text).render({**case, PLACE_OF_ANSWERS: said})
    except TemplateError as bad:
        raise TextProblem(str(bad)) from bad


def without_case(text: str, known: Mapping[str, Mapping[str, str]]) -> str:
    """The text with the fields that are `known` filled in, the others, and earlier answers, named in brackets."""
    told = {
        group: {name: known.get(group, {}).get(name) or f"〔{called}〕" for name, called in names.items()}
        for group, names in FIELD_NAMES.items()
    }
    try:
        return render(text, told, {name: f"〔{name} 的回答〕" for name in references(text)})
    except TextProblem:
        return text


def references(text: str) -> list[str]:
    """Names of the questions whose answers the text repeats."""
    return TEXT_REFERENCE.findall(text)


@lru_cache(maxsize=2048)
def _template(text: str) -> Template:
    if len(text) > LONGEST:
        raise TextProblem(Said(f"文字超过 {LONGEST} 个字", f"the text is longer than {LONGEST} characters"))
    source = TEXT_REFERENCE.sub(lambda found: f"{{{{ {PLACE_OF_ANSWERS}[{found[1]!r}] }}}}", text)
    try:
        tree = _ENVIRONMENT.parse(source)
        _look_at(tree)
        return _ENVIRONMENT.from_string(source)
    except (TemplateError, RecursionError) as bad:
        raise TextProblem(str(bad) or "太深") from bad


def _look_at(tree: nodes.Template) -> None:
    """Only fields that every case has, on every branch, and nothing that could run long."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise TextProblem(Said(f"不允许 {type(node).__name__}", f"{type(node).__name__} is not allowed"))
        if isinstance(node, nodes.Name) and node.name not in {*CASE_FIELDS, PLACE_OF_ANSWERS}:
            raise TextProblem(Said(f"没有“{node.name}”", f'there is no "{node.name}"'))
        if isinstance(node, nodes.Getattr):
            group = node.node.name if isinstance(node.node, nodes.Name) else ""
            if node.attr not in CASE_FIELDS.get(group, {}):
                raise TextProblem(Said(f"没有“{group}.{node.attr}”", f'there is no "{group}.{node.attr}"'))
