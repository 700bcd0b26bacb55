"""Lists as departments would send them, invented and always the same for the same seed: for demos and tests.

Names, codes and numbers belong to nobody: codes have MAX in their body, mobiles have 000 after the prefix.
"""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import xlsxwriter

from callcenter.lists.credit_codes import ALPHABET, check_character
from callcenter.lists.districts import COASTAL, DISTRICTS

POPULATION = "4-1"
DEPARTMENTS = ("市市场监管委", "市政务服务办", "市税务局", "市公安局")
"""They all answer for item 4; many an enterprise stands in several of their lists."""
_LARGEST_FIRST = ("120116", "120114", "120111", "120104", "120110", "120112", "120103", "120113", "120102", "120115")
_SYLLABLES = "恒瑞鑫泰昌盛源裕丰宏嘉铭锦博雅晟禾润祥沃弘益佳达诚信骏凯欣悦朗宁卓越康乐荣华文石金海川木林山"
_TRADES = [
    "商贸",
    "科技",
    "建筑工程",
    "物流",
    "餐饮管理",
    "医疗器械",
    "食品",
    "新能源",
    "机械制造",
    "电子商务",
    "国际贸易",
    "劳务服务",
    "装饰工程",
    "环保设备",
    "广告传媒",
    "信息技术",
]
_FORMS = ("天津{}{}有限公司", "天津市{}{}有限公司", "天津{}{}有限责任公司", "{}（天津）{}有限公司", "天津{}{}合伙企业（有限合伙）")
_PREFIXES = [
    "130",
    "131",
    "132",
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "153",
    "155",
    "156",
    "157",
    "158",
    "159",
    "166",
    "176",
    "177",
    "178",
    "180",
    "181",
    "182",
    "185",
    "186",
    "187",
    "188",
    "189",
    "191",
    "198",
    "199",
]
_EXCHANGES = ["2300", "2400", "2600", "5800", "6000", "6500", "8300", "8700"]
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_MATTERS = ("企业开办及电子印章申领", "申领电子印章", "电子印章补领", "设立登记并申领电子印章")
_HEADS = (
    ("序号", "区域", "企业名称", "统一社会信用代码", "企业办理业务联系人\n（或法定代表人）", "联系电话\n（手机号）", "业务描述", "备注"),
    ("编号", "所属区", "单位名称", "社会信用代码", "经办人", "手机号码", "办理事项", "办理日期"),
)
_COLUMNS = ("ordinal", "district", "name", "code", "contact", "phone", "matter", "remark")


@dataclass(frozen=True)
class DemoList:
    """A file that a department sends."""

    department: str
    file_name: str
    data: bytes


@dataclass(slots=True)
class _Enterprise:
    district: str
    name: str
    code: str
    contact: str
    phone: str
    other_phone: str
    departments: list[str] = field(default_factory=list)


class _Registry:
    """Makes enterprises whose names, codes and numbers never come twice."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"demo lists {seed}")  # noqa: S311  # invented data must come out alike every time
        self.names: set[str] = set()
        self.made = 0
        self.agents = [self._mobile() for _ in range(6)]

    def _mobile(self) -> str:
        self.made += 1
        place = self.made * 1_000_003 % (len(_PREFIXES) * 100_000)
        return f"{_PREFIXES[place // 100_000]}000{place % 100_000:05d}"

    def _landline(self) -> str:
        self.made += 1
        place = self.made * 7_919 % (len(_EXCHANGES) * 10_000)
        return f"022-{_EXCHANGES[place // 10_000]}{place % 10_000:04d}"

    def _name(self) -> str:
        while True:
            made = self.random.choice(_FORMS).format("".join(self.random.sample(_SYLLABLES, 3)), self.random.choice(_TRADES))
            if made not in self.names:
                self.names.add(made)
                return made

    def _code(self, district: str) -> str:
        self.made += 1
        place, body = self.made * 1_000_003 % 31**5, "MAX"
        for _ in range(5):
            place, digit = divmod(place, 31)
            body += ALPHABET[digit]
        first = "91" + district + body + organisation_check(body)
        return first + check_character(first)

    def enterprise(self, district: str) -> _Enterprise:
        chance = self.random.random()
        phone = self.random.choice(self.agents) if chance < 0.008 else self._landline() if chance < 0.04 else self._mobile()
        contact = self.random.choice(_SURNAMES) + self.random.choice(("某", "先生", "女士", "经理", "某（会计）"))
        return _Enterprise(district, self._name(), self._code(district), contact, phone, self._mobile())


def organisation_check(body: str) -> str:
    """The check character (GB 11714) that follows the eight of an organisation's `body`."""
    values = [int(character, 36) for character in body]
    left = 11 - sum(value * weight for value, weight in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return {10: "X", 11: "0"}.get(left, str(left))


def make(seed: int = 2022, *, districts: int = 8, per_district: int = 375) -> list[DemoList]:
    """The lists of population 4-1 from four departments: `districts` × `per_district` enterprises, many reported more than once."""
    registry = _Registry(seed)
    chosen = _LARGEST_FIRST[:districts]
    enterprises = [registry.enterprise(district) for district in chosen for _ in range(per_district)]
    for enterprise in enterprises:
        enterprise.departments = _reporters(registry.random)
    return [_list(seed, place, department, enterprises) for place, department in enumerate(DEPARTMENTS)]


def _reporters(dice: random.Random) -> list[str]:
    first = dice.choices(DEPARTMENTS, (60, 20, 14, 6))[0]
    return [first, *(other for other in DEPARTMENTS if other != first and dice.random() < 0.1)]


def _list(seed: int, place: int, department: str, enterprises: list[_Enterprise]) -> DemoList:
    dice = random.Random(f"{department} {seed}")  # noqa: S311  # the same rows every time
    mine = [enterprise for enterprise in enterprises if department in enterprise.departments]
    dice.shuffle(mine)
    rows = [row for enterprise in mine for row in _rows(enterprise, dice)]
    file_name = f"市级{department.removeprefix('市')}-优化企业开办服务-4-电子印章申领企业.xlsx"
    return DemoList(department, file_name, _workbook(department, rows, _HEADS[place % 2]))


def _rows(enterprise: _Enterprise, dice: random.Random) -> Iterator[dict[str, Any]]:
    """The enterprise's row, and sometimes a second one for a second matter."""
    yield _row(enterprise, dice, enterprise.phone)
    if dice.random() < 0.025:
        yield _row(enterprise, dice, enterprise.other_phone)


def _row(enterprise: _Enterprise, dice: random.Random, phone: str) -> dict[str, Any]:
    day = date(2021, 3, 1) + timedelta(days=dice.randrange(450))
    return {
        "district": _written_district(enterprise.district, dice),
        "name": _written_name(enterprise.name, dice),
        "code": _written_code(enterprise.code, dice),
        "contact": "" if dice.random() < 0.02 else enterprise.contact,
        "phone": _written_phone(phone, enterprise.other_phone, dice),
        "matter": dice.choice(_MATTERS),
        "remark": day.isoformat() if dice.random() < 0.9 else "",
    }


def _written_district(code: str, dice: random.Random) -> Any:
    full, chance = DISTRICTS[code], dice.random()
    if chance < 0.006:
        return dice.choice(("", "市级", "/"))
    if full == COASTAL and chance < 0.3:
        return dice.choice(("开发区", "天津开发区", "保税区", "滨海高新区", "东疆", "中新生态城", "塘沽"))
    spellings = (full, full, full, full.removesuffix("新区").removesuffix("区"), "天津市" + full, int(code))
    return dice.choice(spellings)


def _written_name(name: str, dice: random.Random) -> str:
    chance = dice.random()
    if chance < 0.003:
        return ""
    if chance < 0.05:
        return name.replace("（", "(").replace("）", ")")
    return f" {name[:6]} {name[6:]}　" if chance < 0.08 else name


def _written_code(code: str, dice: random.Random) -> str:
    chance = dice.random()
    if chance < 0.03:
        return dice.choice(("", "无", "/", "办理中"))
    if chance < 0.04:
        return code[:-1] + ("1" if code[-1] != "1" else "2")
    if chance < 0.06:
        return code.lower()
    return f"{code[:6]} {code[6:]}" if chance < 0.08 else code


def _written_phone(phone: str, other: str, dice: random.Random) -> Any:
    chance = dice.random()
    if chance < 0.02:
        return dice.choice(("", "无", phone[:3] + "****" + phone[-4:], phone[:-1], "12345", "1.38E+10"))
    if chance < 0.06:
        return phone + dice.choice(("/", "、", "；", "\n")) + other
    if "-" in phone:
        return dice.choice((phone, phone[4:], phone.replace("-", ""), f"({phone[:3]}){phone[4:]}", phone + "转801"))
    styles = (
        int(phone),
        int(phone),
        f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
        f"{phone[:3]} {phone[3:7]} {phone[7:]}",
        "+86 " + phone,
        phone + "（本人）",
    )
    return dice.choice(styles) if chance < 0.45 else phone


def _workbook(department: str, rows: list[dict[str, Any]], head: tuple[str, ...]) -> bytes:
    """The rows on an Annex 4 sheet; a fixed date of creation keeps the bytes the same."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": datetime(2022, 5, 24)})  # noqa: DTZ001  # the format has no zone
    sheet = book.add_worksheet("企业全量样本")
    sheet.merge_range(0, 0, 0, 7, "企业全量样本表")
    sheet.merge_range(1, 0, 1, 7, f"部门：{department}          联系人：王某         手机号码：13800000001")
    sheet.write_row(2, 0, head)
    for place, row in enumerate(rows, 1):
        values = {"ordinal": place, **row}
        sheet.write_row(place + 2, 0, [values[column] for column in _COLUMNS])
    sheet.write_row(len(rows) + 3, 0, ["合计", "", f"{len(rows)}家"])
    sheet.write(len(rows) + 4, 0, "填表人：李某          填报日期：2022年5月30日")
    book.close()
    return out.getvalue()
