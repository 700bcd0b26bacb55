"""The part of study.yaml about lines: `lines` (the published numbers and their limits) and `line_rest` (when one rests by itself)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.studies.problems import FolderProblem

MOST_CONCURRENT = 30
"""Calls at a time on a line, where nothing is said."""
COUNTS = ("per_second", "per_hour", "a_day")
KNOWN = {"number", "dialled_form", "forms", "max_concurrent", "hours", *COUNTS}
_CLOCK = re.compile(r"(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)|24:00")


@dataclass(frozen=True)
class Resting:
    """When a line rests by itself, and for how long."""

    hours: int = 24
    labels: int = 3
    """So many reports of a mark as spam within `days` days."""
    days: int = 7
    block: int = 100
    """Cases in one point of the control chart, or more where few answer."""


def read_resting(settings: Mapping[str, Any]) -> Resting:
    """The study's word on resting, over the defaults."""
    said = settings.get("line_rest") or {}
    return Resting(**{name: int(said[name]) for name in ("hours", "labels", "days", "block") if name in said})


def read_lines(listed: Any) -> tuple[list[dict[str, Any]], list[FolderProblem]]:
    """Rows for the table of lines, and what is wrong with the list."""
    if not isinstance(listed, list) or not all(isinstance(line, Mapping) for line in listed):
        return [], [FolderProblem("study.yaml lines", "不是号码的列表", '请写成 - {number: "96599966", dialled_form: "+862296599966"}')]
    problems = [problem for place, line in enumerate(listed, 1) for problem in _problems(place, line)]
    numbers = [str(line.get("number")) for line in listed]
    problems += [
        FolderProblem("study.yaml lines", f"号码 {number} 写了两次", "请只留一个")
        for number in sorted(set(numbers))
        if numbers.count(number) > 1
    ]
    return ([] if problems else [_row(line) for line in listed]), problems


def resting_problems(settings: Mapping[str, Any]) -> list[FolderProblem]:
    """What is wrong with `line_rest`."""
    said = settings.get("line_rest") or {}
    names = ("hours", "labels", "days", "block")
    whole = isinstance(said, Mapping) and all(name in names and type(value) is int and value > 0 for name, value in said.items())
    if whole:
        return []
    return [FolderProblem("study.yaml line_rest", "暂停规则不对", "请写成 {hours: 24, labels: 3, days: 7, block: 100}，都是正整数")]


def _row(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": str(line["number"]),
        "dialled_form": str(line["dialled_form"]),
        "forms": [str(form) for form in line.get("forms") or ()],
        "max_concurrent": int(line.get("max_concurrent", MOST_CONCURRENT)),
        **{name: line.get(name) for name in COUNTS},
        "hours": [[str(start), str(end)] for start, end in line.get("hours") or ()],
    }


def _problems(place: int, line: Mapping[str, Any]) -> Iterator[FolderProblem]:
    where = f"study.yaml lines 第 {place} 条"
    if not re.fullmatch(r"\d{3,12}", str(line.get("number", ""))):
        yield FolderProblem(where, f"number “{line.get('number')}”不是数字", "请写公布的号码，加引号")
    if not re.fullmatch(r"\+\d{6,15}", str(line.get("dialled_form", ""))):
        yield FolderProblem(where, f"dialled_form “{line.get('dialled_form')}”不能拨出", "请写成 +86 开头的形式，加引号")
    elif not str(line["dialled_form"]).endswith(str(line.get("number"))):
        yield FolderProblem(
            where, f"dialled_form “{line['dialled_form']}”不是号码 {line.get('number')} 的拨出形式", "请让它以公布的号码结尾"
        )
    for name in (*COUNTS, "max_concurrent"):
        value = line.get(name)
        if value is not None and (type(value) is not int or value < 0):
            yield FolderProblem(where, f"{name} “{value}”不是整数", "请写 0 或正整数；不限就不写")
    forms = line.get("forms") or []
    if not isinstance(forms, list) or not all(re.fullmatch(r"\+?\d{3,18}", str(form)) for form in forms):
        yield FolderProblem(where, "forms 不对", '请写成 ["02296599966"] 这样的列表')
    for span in _spans(line.get("hours")):
        if not _is_span(span):
            yield FolderProblem(where, f"时段 {span} 不对", "请写开始和结束，如 09:00 与 20:00，开始在前，加引号")
    for name in sorted(set(map(str, line)) - KNOWN):
        yield FolderProblem(where, f"没有“{name}”这一项", f"可以写：{'、'.join(sorted(KNOWN))}")


def _spans(hours: Any) -> list[Any]:
    return hours if isinstance(hours, list) else ([] if hours is None else [hours])


def _is_span(span: Any) -> bool:
    if not isinstance(span, list) or len(span) != 2:
        return False
    start, end = (str(at) for at in span)
    return bool(_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end)) and start < end
