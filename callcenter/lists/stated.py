"""What a unit states of its list, held against what it sent: is it the whole, or does it look picked?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from callcenter.lists.asks import Asks

FAR_ABOVE = 0.9
"""Fewer rows than this share of the stated total, and most of the population was left out."""
ROUND = 100
"""A list of exactly so many rows, or a multiple, is rather cut off than counted."""
ROUND_SMALL = (50,)
GAPS = 1.1
"""Running numbers that go this much further than there are rows come from a longer list."""


@dataclass(frozen=True)
class Stated:
    """How many the whole population has, and the policy month (`2021-06`); who stated it and when."""

    total: int | None = None
    policy_month: str | None = None
    at: datetime | None = None
    by: int | None = None
    month_of_lead: bool = False
    """The month is not the unit's own but the leading unit's."""

    def with_month_of_lead(self, month: str) -> "Stated":
        """The same with the month that the leading unit stated."""
        return replace(self, policy_month=month, month_of_lead=True)


@dataclass(frozen=True)
class Received:
    """What all lists of a unit for a population hold together.

    Work orders sent beside a list are counted apart: a row of the list and the order of the same matter are not two of the population.
    Where a unit sent nothing else (or the population is one of work orders) they are its list.
    """

    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    highest_ordinal: int = 0
    lists: int = 0
    orders: int = 0
    """Work orders that came beside, in none of the other counts."""


@dataclass(frozen=True)
class Doubt:
    """Something to ask the unit about: a code, the sentence, and what fills it."""

    code: str
    text: str
    about: Mapping[str, Any] = field(default_factory=dict)


def doubts(asks: Asks, stated: Stated, received: Received) -> list[Doubt]:
    """What makes a delivery look other than the whole population; nothing where the whole is not asked for."""
    if not asks.whole or not received.rows:
        return []
    found = []
    total, rows = stated.total, received.rows
    if total and rows < FAR_ABOVE * total:
        about = {"total": f"{total:,}", "rows": f"{rows:,}"}
        found.append(Doubt("far_below", "贵单位填报的总体总数是 {total}，收到的只有 {rows} 行：像是挑选过的，请补齐全部名单。", about))
    elif total and rows != total:
        about = {"total": f"{total:,}", "rows": f"{rows:,}"}
        found.append(Doubt("differs", "填报的总体总数是 {total}，收到 {rows} 行，两者不一致：请补齐名单或更正总数。", about))
    if rows % ROUND == 0 or rows in ROUND_SMALL:
        found.append(Doubt("round", "收到的恰好是整数 {rows} 行：请确认是全部名单，不是截取的一部分。", {"rows": f"{rows:,}"}))
    if received.highest_ordinal > GAPS * rows + 5:
        about = {"highest": f"{received.highest_ordinal:,}", "rows": f"{rows:,}"}
        found.append(Doubt("gaps", "序号编到 {highest}，收到的只有 {rows} 行：像是从更长的名单中挑出来的。", about))
    return found


def still_open(asks: Asks, stated: Stated, received: Received, findings: Mapping[str, Any]) -> list[Doubt]:
    """What the unit has yet to give before its delivery counts as complete; `findings` are those of its newest list."""
    found = []
    if not received.lists:
        found.append(Doubt("no_list", "还没有核对通过的名单。"))
    if asks.whole and stated.total is None:
        found.append(Doubt("no_total", "还没有填报总体总数。"))
    if asks.needs_policy_month and not stated.policy_month:
        found.append(Doubt("no_month", "还没有填报政策落地月份。"))
    if received.lists and findings.get("lacking"):
        found.append(Doubt("lacking", "名单缺少要求的列：{columns}。", {"columns": "、".join(findings["lacking"])}))
    return found


def foreign_receipt(findings: Mapping[str, Any], code: str, title: str) -> list[Doubt]:
    """That the list is our receipt of another population's list."""
    other = findings.get("receipt_of", "")
    if not other or other.partition(" ")[0] == code:
        return []
    about = {"other": other, "here": f"{code} {title}"}
    return [Doubt("foreign_receipt", "这份文件是“{other}”的回执表，却报送到了“{here}”：请核对是不是选错了任务。", about)]


def findings_told(asks: Asks, findings: Mapping[str, Any]) -> list[Doubt]:
    """What a list lacks, sentence by sentence, for its receipt."""
    rows = findings.get("rows", 0)
    found = [
        Doubt("lacking", "名单中没有要求填写的列“{column}”：请按空表补上这一列。", {"column": name}) for name in findings.get("lacking", [])
    ]
    for name, count in findings.get("missing", {}).items():
        if name not in findings.get("lacking", []):
            found.append(Doubt("missing", "有 {count} 行没有填写“{column}”。", {"column": name, "count": f"{count:,}"}))
    if rows and asks.dates and not findings.get("dated"):
        found.append(Doubt("no_dates", "名单中没有办理时间，无法核对是否在统计期间内：请尽可能加上“办理时间”一列。"))
    if asks.group_size:
        wrong = {name: count for name, count in findings.get("groups", {}).items() if count != asks.group_size}
        if wrong:
            told = "、".join(f"{name} {count}" for name, count in list(wrong.items())[:5])
            about = {"column": asks.group, "size": asks.group_size, "count": len(wrong), "told": told}
            found.append(Doubt("groups", "每个“{column}”应有 {size} 行，有 {count} 个不是：{told}。", about))
    return found
