"""The name that a list should have (Annex 2, part 2): `<市级 or district><unit>-<topic>-<item number>-<key point>`."""

import re
from dataclasses import dataclass, field

from callcenter.lists.cells import clean, folded
from callcenter.lists.districts import DISTRICTS

LONGEST_END = 20
CITY = "市级"
_OPENING, _CLOSING = "(（[【〔《“", ")）]】〕》”"
_DASHES = re.compile("[-‐-―−﹣]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_RECEIPT = re.compile("^(?:回执-)+")
"""What we put before the name when we give a list back."""
_COPY = re.compile(r"(?:\(\d+\)|-副本)+$")
"""What file managers add to a second copy; no part of the name."""


@dataclass(frozen=True)
class NameProblem:
    """What departs from the rule: a code, the sentence for the sender and what fills it. It is a warning only."""

    code: str
    text: str
    about: dict[str, object] = field(default_factory=dict)


def problems(file_name: str, *, item_number: int | None = None, topic: str = "", department: str = "") -> list[NameProblem]:
    """How `file_name` departs from the rule and from what the sender chose."""
    parts = _RECEIPT.sub("", _DASHES.sub("-", _stem(file_name))).split("-", 3)
    if len(parts) < 4 or not all(parts):
        return [NameProblem("parts", "文件名应为四段：市级（或区名）＋部门-评估内容-任务号-要点，用“-”连接。")]
    unit, about, number, point = parts
    found = []
    if not unit.startswith((CITY, *DISTRICTS.values())):
        found.append(NameProblem("level", "文件名第一段应以“市级”或区名（如“东丽区”）开头。"))
    elif department and not _names_unit(unit, folded(department)):
        found.append(NameProblem("department", "文件名第一段的部门与报送单位不一致。"))
    if topic and folded(topic) != about:
        found.append(
            NameProblem("topic", "文件名第二段是“{found}”，所选任务的评估内容是“{expected}”。", {"found": about, "expected": topic})
        )
    if not number.isdigit():
        found.append(NameProblem("number", "文件名第三段应是清单任务号（数字）。"))
    elif item_number is not None and int(number) != item_number:
        found.append(NameProblem("item", "文件名里的任务号是 {found}，所选的是 {expected}。", {"found": number, "expected": item_number}))
    if len(f"{number}-{point}") > LONGEST_END:
        found.append(NameProblem("length", "文件名后两段合计超过 20 个字。"))
    return found


def _stem(file_name: str) -> str:
    return _COPY.sub("", folded(clean(_ENDING.sub("", file_name))))


def _district_of(unit: str) -> str:
    return next((name for name in DISTRICTS.values() if unit.startswith(name)), "")


def _names_unit(named: str, department: str) -> bool:
    """Whether the first part names the unit: its level (city or which district) and its name, with or without the city's 市."""
    district = _district_of(department)
    if district:
        return named.startswith(department)
    city_unit = department.removeprefix("天津")
    return named.startswith(CITY) and named.removeprefix(CITY).removeprefix("天津") in {city_unit, city_unit.removeprefix("市")}


def _cut(point: str, room: int) -> str:
    """The beginning of the key point that fits; a bracket that would stay open is left out."""
    cut, opened = point[:room], []
    for place, character in enumerate(cut):
        if character in _OPENING:
            opened.append(place)
        elif character in _CLOSING and opened:
            opened.pop()
    return cut if len(point) <= room or not opened or not opened[0] else cut[: opened[0]]


def suggested(department: str, topic: str, item_number: int, point: str) -> str:
    """The name that the rule wants, without an ending; the key point is cut where the two last parts would be too long."""
    unit = department if _district_of(department) else CITY + department.removeprefix("市")
    room = LONGEST_END - len(f"{item_number}-")
    parts = (unit, topic, str(item_number), _cut(point, room))
    return "-".join(re.sub(r'[\\/:*?"<>|\s-]', "", part) for part in parts)
