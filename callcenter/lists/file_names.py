"""The name that a list should have (Annex 2, part 2): `<市级 or district><unit>-<topic>-<item number>-<key point>`."""

from dataclasses import dataclass, field

from callcenter.lists.cells import clean, folded
from callcenter.lists.districts import DISTRICTS

LONGEST_END = 20


@dataclass(frozen=True)
class NameProblem:
    """What departs from the rule: a code, the sentence for the sender and what fills it. It is a warning only."""

    code: str
    text: str
    about: dict[str, object] = field(default_factory=dict)


def problems(file_name: str, *, item_number: int | None = None, topic: str = "", department: str = "") -> list[NameProblem]:
    """How `file_name` departs from the rule and from what the sender chose."""
    stem = folded(clean(file_name.rpartition(".")[0] or file_name))
    parts = stem.split("-", 3)
    if len(parts) < 4:
        return [NameProblem("parts", "文件名应为四段：市级（或区名）＋部门-评估内容-任务号-要点，用“-”连接。")]
    unit, about, number, point = parts
    found = []
    if not unit.startswith(("市级", *DISTRICTS.values())):
        found.append(NameProblem("level", "文件名第一段应以“市级”或区名（如“东丽区”）开头。"))
    elif department and folded(department).removeprefix("市") not in unit:
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
