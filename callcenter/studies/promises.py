"""Declared standards as the documents print them, read into operator, value, unit and condition."""

import re
from dataclasses import dataclass

MEASURES = {
    "环节": "steps",
    "工作日": "workdays",
    "天": "days",
    "日": "days",
    "自然日": "days",
    "小时": "hours",
    "元": "yuan",
    "次": "visits",
    "件": "papers",
}
ONCE = "即时"
SO = "是"
"""The value of a promise without a number: that something is so."""

_PROMISE = re.compile(
    r"(?P<subject>.*?)(?P<operator><=|>=|=|<|>|\+)(?P<value>即时|(?<![<>]=)(?<==)是(?=$|\()|\d+(?:\.\d+)?(?:至\d+(?:\.\d+)?)?)"
    r"(?P<unit>%?[^()]*)(?:\((?P<condition>.*)\))?"
)
_VALUE = re.compile(r"(?P<operator><=|>=)?(?P<value>即时|(?<!=)是|\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?)")


@dataclass(frozen=True)
class Promise:
    """One promise: `subject` `operator` `value` `unit`, under `condition`. A range `a-b` has the operator `between`."""

    subject: str
    operator: str
    value: str
    unit: str
    measure: str
    condition: str = ""


def read_promises(cell: str) -> list[Promise]:
    """The promises of one checklist cell, such as `低压环节=2个;一窗办理=是`; ValueError names what cannot be read."""
    return [_promise(part) for whole in cell.split(";") if whole.strip() for part in _conjuncts(whole.strip())]


def read_value(text: str) -> tuple[str, str]:
    """Operator and value of a bare figure: `<=3`, `1-10`, `0.5`, `即时`; `是` where something is promised without one."""
    found = _VALUE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    value = found["value"]
    return found["operator"] or ("between" if "-" in value else "="), value


def measure_of(subject: str, unit: str) -> str:
    """What a promise measures: steps, days, workdays, hours, yuan, visits, papers, else `other`."""
    if "环节" in subject or "流程" in subject:
        return "steps"
    if unit == "件" and "要件" not in subject:
        return "other"
    return MEASURES.get(unit, "other")


def _conjuncts(promise: str) -> list[str]:
    """Two limits joined by 且 outside brackets are two promises of one subject."""
    head, _, rest = promise.partition(":")
    if not rest:
        return [promise]
    return [f"{head}:{part}" for part in rest.split("且")]


def _promise(text: str) -> Promise:
    found = _PROMISE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    subject, unit = found["subject"].strip(), found["unit"].strip()
    operator, value = found["operator"], found["value"].replace("至", "-")
    condition = "；".join(part for part in ("平均" if "平均" in subject else "", found["condition"] or "") if part)
    return Promise(subject, operator, value, unit, "other" if value == SO else measure_of(subject, unit), condition)
