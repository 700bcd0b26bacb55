"""What conflicts, their rules and screening rules are called on these pages."""

from collections.abc import Mapping
from typing import Any

from callcenter.frame.screening import POLICY_MONTH
from callcenter.frame.strata import ordered
from callcenter.web.translations import gettext as _
from callcenter.web.translations import noted

CHANGED = {
    "lists": noted("收到的名单"),
    "months": noted("填报的政策落地月份"),
    "order": noted("报送单位的次序"),
    "rules": noted("筛选规则"),
    "after": noted("已冻结的抽样框"),
    "codes": noted("其他总体的名单补上的信用代码"),
}
"""Part of what a preview was made from → how a page names it when it has changed."""
CONFLICTS = {
    "name": noted("名称"),
    "code": noted("信用代码"),
    "district": noted("区域"),
    "sub_area": noted("功能区"),
    "contact": noted("联系人"),
    "phone": noted("电话"),
}
SETTLED_BY = {
    "first_reporter": noted("首报单位的写法"),
    "first_told": noted("最先填报的"),
    "first_known": noted("最先知道区域的单位填报的；都不知道才是未知"),
    "first_of_district": noted("同一区域内最先填报的"),
    "all_kept": noted("全部保留，首报单位的在前"),
}
CODE_RULE = noted("一个名称有几个代码时，各代码各算一家；没有代码的行归入最先填报的代码")
LISTED = {
    "": noted("全部企业"),
    "conflicts": noted("信息有出入"),
    **CONFLICTS,
    "several": noted("几家单位都报了"),
    "shared": noted("与别家共用号码"),
    "without_code": noted("没有信用代码"),
    "do_not_call": noted("在免打扰名单"),
}
RULE_KINDS = {
    "period": noted("办理时间"),
    "matter": noted("业务描述"),
    "department": noted("报送单位"),
    "district": noted("区域"),
    "sub_area": noted("功能区"),
    "code": noted("有有效信用代码"),
    "column": noted("附加列"),
}


def in_order(counts: Mapping[str, Any]) -> dict[str, Any]:
    """A frame's counts with districts and kinds of conflict in their order; a frame of old lacks some."""
    kinds = counts.get("conflicts_by_kind", {})
    districts = {name: ordered(counts.get(name, {})) for name in ("before_by_district", "by_district")}
    return {"screened": [], **counts, **districts, "conflicts_by_kind": {kind: kinds[kind] for kind in CONFLICTS if kind in kinds}}


def settled_by(kind: str, rule: str) -> str:
    """The rule that settled a conflict, in words."""
    return _(CODE_RULE) if kind == "code" else _(SETTLED_BY.get(rule, rule))


def rule_text(rule: Mapping[str, Any]) -> str:
    """A screening rule as a sentence."""
    kind = _(RULE_KINDS.get(rule["kind"], rule["kind"]))
    if rule["kind"] == "code":
        return kind
    if rule["kind"] == "period":
        first = rule.get("from", "")
        bounds = [
            _("从 {day} 起", day=_("政策落地月份") if first == POLICY_MONTH else first) if first else "",
            _("到 {day} 止", day=rule["to"]) if rule.get("to") else "",
            _("没有日期的行不算") if rule.get("undated") == "drop" else _("没有日期的行算在内"),
        ]
        return f"{kind}{_('：')}{_('，').join(bound for bound in bounds if bound)}"
    column = f" {rule['column']}" if rule.get("column") else ""
    is_text = rule["kind"] == "matter"
    parts = []
    if rule.get("any"):
        words = _("、").join(rule["any"])
        parts.append(_("含有 {words} 之一", words=words) if is_text else _("是 {words} 之一", words=words))
    if rule.get("none"):
        words = _("、").join(rule["none"])
        parts.append(_("不含 {words}", words=words) if is_text else _("不是 {words}", words=words))
    return f"{kind}{column}{_('：')}{_('，').join(parts)}"
