"""The part of study.yaml that is kept as the study's settings, and what the room `studies` asks of it."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from callcenter.studies.problems import FolderProblem
from callcenter.studies.promises import MEASURES
from callcenter.studies.report_layout import SECTIONS, unknown_sections

KEPT = (
    "commissioner",
    "evaluator",
    "contact",
    "lines",
    "line_rest",
    "calling",
    "dialling",
    "recall",
    "leases",
    "wrap_up_seconds",
    "interview_minutes",
    "validity",
    "top_up",
    "burden",
    "design",
    "recheck",
    "objections",
    "overlaps",
    "questionnaires",
    "report",
    "retention",
    "units",
    "intake",
    "estimates",
)
MOST_IN_A_CALL = 5
"""Matters of one enterprise in one call: nobody stays on the line for more."""
TRIAL_NOTICE = "试用：任何时间都可以拨打，号码和企业都是模拟的"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


def settings_of(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[FolderProblem]]:
    """The settings to keep, and what is wrong with them."""
    settings = {word: deepcopy(document[word]) for word in KEPT if word in document}
    return settings, [
        *_lines(settings),
        *_calling(settings),
        *_dialling(settings),
        *_shares(settings),
        *_intake(settings),
        *_estimates(settings),
        *_report(settings),
    ]


def for_trial(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings with calling hours round the clock, every day, so that a trial works at any hour."""
    changed = deepcopy(dict(settings))
    changed["calling"] = {
        **changed.get("calling", {}),
        "dayparts": [["00:00", "06:00"], ["06:00", "12:00"], ["12:00", "18:00"], ["18:00", "23:59:59"]],
        "persons_dayparts": [],
        "appointment_hours": ["00:00", "23:59:59"],
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "holidays": "none",
    }
    changed["notice"] = TRIAL_NOTICE
    return changed


def _lines(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    """Whether there are any; what each of them says is checked by the room of the calls."""
    if not settings.get("lines"):
        yield FolderProblem("study.yaml lines", "没有公布的外呼号码", "请列出至少一个 number 和 dialled_form")


def _calling(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    calling = settings.get("calling") or {}
    if not calling.get("dayparts"):
        yield FolderProblem("study.yaml calling.dayparts", "没有拨打时段", '请写成 ["09:00", "10:30"] 这样的列表')
    spans = [*(calling.get("dayparts") or []), *(calling.get("persons_dayparts") or []), calling.get("appointment_hours") or []]
    for span in spans:
        if len(span) != 2 or not all(_CLOCK.fullmatch(str(at)) for at in span) or span[0] >= span[1]:
            yield FolderProblem("study.yaml calling", f"时段 {span} 不对", "请写开始和结束，如 09:00 与 10:30，开始在前")
    if calling.get("ring_seconds", 25) < 25:
        yield FolderProblem("study.yaml calling.ring_seconds", "振铃时间太短", "请至少写 25 秒")
    most = calling.get("bundle", 2)
    if type(most) is not int or not 1 <= most <= MOST_IN_A_CALL:
        todo = f"请写 1 到 {MOST_IN_A_CALL} 的整数；1 表示每个个案单独拨打"
        yield FolderProblem("study.yaml calling.bundle", f"一次通话最多问几项业务：“{most}”不对", todo)


def _dialling(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    dialling = settings.get("dialling") or {}
    for mode in (dialling.get("mode", "preview"), *(dialling.get("allowed") or ())):
        if mode not in ("preview", "progressive", "manual"):
            yield FolderProblem("study.yaml dialling", f"没有拨号方式 {mode}", "请写 preview、progressive 或 manual")


def _shares(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    validity = settings.get("validity") or {}
    partial, complete = validity.get("partial", 0.5), validity.get("complete", 0.8)
    if not 0 < partial < complete <= 1:
        yield FolderProblem("study.yaml validity", f"界限 {partial} 与 {complete} 不对", "请让 0 < partial < complete ≤ 1")
    top_up = settings.get("top_up") or {}
    if not 0 < top_up.get("chance", 0.9) < 1:
        yield FolderProblem("study.yaml top_up.chance", "把握程度不在 0 和 1 之间", "请写 0.9 这样的数")
    if top_up.get("mode", "manual") not in ("manual", "automatic"):
        yield FolderProblem("study.yaml top_up.mode", f"没有“{top_up['mode']}”这种释放方式", "请写 manual 或 automatic")
    days = top_up.get("protocol_workdays", 5)
    if type(days) is not int or not 0 <= days <= 60:
        yield FolderProblem("study.yaml top_up.protocol_workdays", f"“{days}”不对", "请写 0 到 60 的整数")
    if not isinstance(top_up.get("switchable", False), bool):
        yield FolderProblem("study.yaml top_up.switchable", "不是 true 或 false", "请写 true 或 false")
    burden = settings.get("burden")
    counts = [burden.get("contacts"), burden.get("days", 365)] if isinstance(burden, dict) else [None]
    if burden is not None and not all(type(count) is int and count > 0 for count in counts):
        yield FolderProblem("study.yaml burden", "联系次数上限不对", "请写成 {contacts: 2, days: 90}，都是正整数")


CHOICES = {"liaison": ("asked", "required"), "must_send": ("leads", "named")}
"""What study.yaml may say under `intake`; the first is meant where nothing is said."""


def _intake(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    intake, units = settings.get("intake") or {}, settings.get("units") or {}
    for word, allowed in CHOICES.items():
        if intake.get(word, allowed[0]) not in allowed:
            yield FolderProblem(f"study.yaml intake.{word}", f"“{intake[word]}”不是可选的值", f"请从这些值中选：{'、'.join(allowed)}")
    if not isinstance(units.get("aliases") or {}, dict):
        yield FolderProblem("study.yaml units.aliases", "不是“别名: 单位名称”", "请每行写一个，如 市规划自然资源局: 市规划资源局")
    groups = units.get("groups") or {}
    if not isinstance(groups, dict) or not all(isinstance(members, list) for members in groups.values()):
        yield FolderProblem("study.yaml units.groups", "不是“名称: [单位, …]”", "请写成 市内六区: [和平区, 河东区]")


def _report(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    """What is wrong with the report's layout and with the rule that detaches identities."""
    said, kept = settings.get("report") or {}, settings.get("retention") or {}
    if not isinstance(said, dict) or not isinstance(said.get("sections") or [], list):
        yield FolderProblem("study.yaml report", "不是“名称: 值”", "请写成 {title: …, sections: [{section: method, title: …}]}")
        return
    for name in unknown_sections(said):
        yield FolderProblem("study.yaml report.sections", f"没有“{name}”这一节", f"请从这些中选：{'、'.join(SECTIONS)}")
    days = kept.get("identities_days", 1) if isinstance(kept, dict) else None
    if type(days) is not int or days < 0:
        yield FolderProblem(
            "study.yaml retention.identities_days", f"“{days}”不是天数", "请写最后一个阶段结束之后保留身份信息的天数，如 180"
        )


RAKE_BY = ("district", "sub_area", "department")
ESTIMATES = ("rake_by", "trim_at", "small_base", "tolerances", "standards")


def _estimates(settings: Mapping[str, Any]) -> Iterator[FolderProblem]:
    said = settings.get("estimates") or {}
    if not isinstance(said, dict):
        yield FolderProblem("study.yaml estimates", "不是“名称: 值”", f"可写：{'、'.join(ESTIMATES)}")
        return
    for word in sorted(set(said) - set(ESTIMATES)):
        yield FolderProblem(f"study.yaml estimates.{word}", "没有这一项", f"可写：{'、'.join(ESTIMATES)}")
    for name in said.get("rake_by") or ():
        if name not in RAKE_BY:
            yield FolderProblem("study.yaml estimates.rake_by", f"不能按“{name}”校准", f"请从这些中选：{'、'.join(RAKE_BY)}")
    trim, base = said.get("trim_at"), said.get("small_base", 5)
    if trim is not None and not (_is_number(trim) and trim > 1):
        yield FolderProblem("study.yaml estimates.trim_at", f"“{trim}”不能作为上限", "请写大于1的数：权数中位数的倍数")
    if type(base) is not int or base < 1:
        yield FolderProblem("study.yaml estimates.small_base", f"“{base}”不是基数", "请写正整数，如 5")
    tolerances, known = said.get("tolerances") or {}, sorted({*MEASURES.values()})
    told: list[tuple[str, Any]] = list(tolerances.items()) if isinstance(tolerances, dict) else [("", None)]
    for name, most in told:
        if name not in known or not (_is_number(most) and most >= 0):
            yield FolderProblem(f"study.yaml estimates.tolerances {name}", f"“{most}”不对", f"请写成 workdays: 2；可写：{'、'.join(known)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
