"""What is wrong with a study's recall rules: names nobody knows, numbers that cannot be, rules that contradict each other."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import Any

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.callable import MOST_A_DAY
from callcenter.follow_up.recall_rules.situation import Rules, read_rules
from callcenter.studies.problems import FolderProblem

NAMES = tuple(field.name for field in fields(Rules))
MAY_BE_NONE = frozenset({"gap_minutes", "own_operator_minutes", "suspended_times"})
"""Numbers that may be 0; all others are at least 1."""
MOST = 100_000
WHERE = {"recall": "study.yaml recall", "caps": "study.yaml calling.caps"}


def problems(settings: Mapping[str, Any]) -> list[FolderProblem]:
    """Everything wrong with the rules by which a study calls again; none: they can be followed."""
    calling = settings.get("calling") or {}
    given = {"caps": calling.get("caps") or {}, "recall": settings.get("recall") or {}}
    found = [problem for place, values in given.items() for problem in _values(WHERE[place], values)]
    found += _twice(given)
    days = list(_days(calling))
    found += days
    if not found:
        rules = read_rules({"calling": {"caps": given["caps"]}, "recall": given["recall"]})
        found += [*_contradictions(rules, len(settings.get("lines") or ())), *_hours(settings)]
    return found


def _values(where: str, values: Any) -> Iterator[FolderProblem]:
    if not isinstance(values, Mapping):
        yield FolderProblem(where, "不是“名称: 数”", "请写成 {attempts: 6, workdays: 3}")
        return
    for name, value in values.items():
        if name not in NAMES:
            yield FolderProblem(f"{where}.{name}", "没有这条规则", f"可用的名称是 {'、'.join(NAMES)}")
        elif type(value) is not int or not (0 if name in MAY_BE_NONE else 1) <= value <= MOST:
            least = 0 if name in MAY_BE_NONE else 1
            yield FolderProblem(f"{where}.{name}", f"“{value}”不对", f"请写 {least} 以上的整数")


def _twice(given: Mapping[str, Any]) -> Iterator[FolderProblem]:
    caps, recall = (values if isinstance(values, Mapping) else {} for values in (given["caps"], given["recall"]))
    for name in caps:
        if name in recall and caps[name] != recall[name]:
            text = f"这里是 {recall[name]}，calling.caps.{name} 是 {caps[name]}"
            yield FolderProblem(f"study.yaml recall.{name}", text, "同一条规则只写一处")


def _contradictions(rules: Rules, lines: int) -> Iterator[FolderProblem]:
    """Each pair of rules that cannot both be followed."""
    cannot = (
        (
            rules.attempts < rules.workdays,
            "workdays",
            f"{rules.attempts} 次拨打分布不到 {rules.workdays} 个工作日",
            "请增加 attempts 或减少 workdays",
        ),
        (
            rules.attempts > rules.whole,
            "whole",
            f"各种拨打合计上限 {rules.whole} 小于未接通上限 {rules.attempts}",
            "请让 whole 不小于 attempts",
        ),
        (rules.a_day > MOST_A_DAY, "a_day", f"每天 {rules.a_day} 次超过同一企业每天最多 {MOST_A_DAY} 次", f"请写 {MOST_A_DAY} 以内"),
        (
            rules.busy_a_day > MOST_A_DAY,
            "busy_a_day",
            f"占线后每天 {rules.busy_a_day} 次超过每天最多 {MOST_A_DAY} 次",
            f"请写 {MOST_A_DAY} 以内",
        ),
        (
            rules.blocked_lines > rules.blocked_times,
            "blocked_lines",
            f"{rules.blocked_times} 次拦截不可能来自 {rules.blocked_lines} 条线路",
            "请减少 blocked_lines",
        ),
        (
            bool(lines) and rules.blocked_lines > lines,
            "blocked_lines",
            f"要求 {rules.blocked_lines} 条线路，只公布了 {lines} 条",
            "请减少 blocked_lines 或增加线路",
        ),
        (
            rules.blocked_times > rules.attempts,
            "blocked_times",
            f"拨打 {rules.attempts} 次就结束，等不到 {rules.blocked_times} 次拦截",
            "请减少 blocked_times",
        ),
    )
    for holds, name, what, fix in cannot:
        if holds:
            yield FolderProblem(f"study.yaml recall.{name}", what, fix)


def _days(calling: Mapping[str, Any]) -> Iterator[FolderProblem]:
    weekdays = calling.get("weekdays", [1, 2, 3, 4, 5])
    if not isinstance(weekdays, list) or not weekdays or not all(type(day) is int and 1 <= day <= 7 for day in weekdays):
        yield FolderProblem("study.yaml calling.weekdays", f"“{weekdays}”不对", "请列出 1（周一）到 7 中的至少一天")
    listed: dict[str, set[date]] = {"extra_workdays": set(), "extra_days_off": set()}
    for name, days in listed.items():
        for written in calling.get(name) or ():
            try:
                days.add(written if isinstance(written, date) else date.fromisoformat(str(written)))
            except ValueError:
                yield FolderProblem(f"study.yaml calling.{name}", f"“{written}”不是日期", "请写成 2022-06-04")
    for day in sorted(listed["extra_workdays"] & listed["extra_days_off"]):
        yield FolderProblem("study.yaml calling", f"{day} 既是加班日又是休息日", "请只留一处")


def _hours(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    try:
        hours = ch.read(settings.get("calling") or {})
        minutes = int(settings.get("interview_minutes", 8))
    except (TypeError, ValueError, KeyError):
        return  # how hours are written is looked at elsewhere
    for spans, where in ((hours.dayparts, "dayparts"), (hours.of_day(persons=True), "persons_dayparts")):
        ordered = sorted(spans, key=lambda span: span.start)
        if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
            yield FolderProblem(f"study.yaml calling.{where}", "时段互相重叠", "请让一个时段在前一个结束后才开始")
        if ordered and max(span.end - span.start for span in ordered) < minutes:
            yield FolderProblem(
                f"study.yaml calling.{where}", f"没有一个时段放得下 {minutes} 分钟的访问", "请加长时段或改 interview_minutes"
            )
