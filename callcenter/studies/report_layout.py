"""What study.yaml says of the report: `report: {title, sections: [{section, title}], scores, continues}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECTIONS = {
    "conclusions": "任务落实结论",
    "topics": "分专题的调查结果",
    "open_answers": "企业的意见和建议",
    "method": "调查方法",
    "dates": "时间安排",
    "lines": "外呼号码",
    "dispositions": "样本去向",
    "rates": "回收率",
    "eligibility": "资格未知者的折算（e）",
    "verification": "访问的核验",
}
"""Every section with its title, in the order that holds where a study says nothing."""


@dataclass(frozen=True)
class Layout:
    """A title (none: made from the study's) and sections with their titles (empty: the usual one)."""

    title: str
    sections: tuple[tuple[str, str], ...]


def read_layout(said: Mapping[str, Any]) -> Layout:
    """The layout that a study's setting describes; a section may be a bare name."""
    listed = said.get("sections") or list(SECTIONS)
    pairs = [(each, "") if isinstance(each, str) else (str(each.get("section", "")), str(each.get("title") or "")) for each in listed]
    return Layout(str(said.get("title") or ""), tuple(pairs))


def unknown_sections(said: Mapping[str, Any]) -> list[str]:
    """Names of sections that there are not."""
    return [name for name, _ in read_layout(said).sections if name not in SECTIONS]
