"""Finding a table: the header row by its column names, wherever it stands, in one row or two."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

from callcenter.lists.cells import Value, clean, folded

ORDINAL, DISTRICT, NAME, USCC, CONTACT, PHONE, MATTER, REMARK = (
    "序号",
    "区域",
    "企业名称",
    "统一社会信用代码",
    "联系人",
    "联系电话",
    "业务描述",
    "备注",
)
ORDER, TOTAL, DATE = "工单号", "各环节累计总时长", "办理时间"

_ALIASES = {
    ORDINAL: "编号 No. No",
    DISTRICT: "所属区 行政区 区县 辖区 所在区",
    NAME: "单位名称 公司名称 市场主体名称 名称 企业(单位)名称",
    USCC: "社会信用代码 信用代码 税号 纳税人识别号",
    CONTACT: "企业办理业务联系人 法定代表人 法人 经办人 企业联系人",
    PHONE: "手机号 手机 电话 联系方式 手机号码 联系人电话",
    MATTER: "业务类型 办理业务类型 办理事项 事项名称",
    REMARK: "说明",
    ORDER: "工单编号",
    TOTAL: "累计总时长 各环节总时长",
    DATE: "办理日期 办结日期 办结时间 业务办理时间 受理日期 受理时间",
}
_START, _FINISH, _DAYS = "start", "finish", "days"
_PARTS = {
    _START: "开始时间 开始日期 开始 起始时间 受理时间",
    _FINISH: "完成时间 完成日期 完成 结束时间 结束日期 办结时间 办结日期",
    _DAYS: "总时长 时长 用时 耗时 天数 总天数",
}
_PART_TITLES = {part: words.split()[0] for part, words in _PARTS.items()}
_LOWER_WORDS = frozenset(["姓名", "职务", "处室", "座机", "固话", "号码", "类型", "日期", "时间", "代码", "线上", "线下", "渠道"])
"""Names that occur under a merged heading and tell that the row belongs to the header."""

_BRACKETED = re.compile(r"[(\[{【〔<《][^()\[\]{}【】〔〕<>《》]*[)\]}】〕>》]")
_UNCLOSED = re.compile(r"[(\[{【〔].*")
_STAGE = re.compile(r"第?([0-9]+|[一二三四五六七八九十]+)?环节([0-9]+|[一二三四五六七八九十]+)?(.*)")
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", 1)}
_LONG_NUMBER = re.compile(r"\d{7}")
LAST_HEADER_ROW = 30
_LONGEST_HEADER = 2000
"""A name and what is asked for in its brackets; longer is no header."""


@lru_cache(maxsize=4096)
def header_name(text: str) -> str:
    """A column's name (clean) without spaces, `*`, colons, and brackets with what stands in them."""
    name = folded(text)
    for _ in range(3):
        name = _BRACKETED.sub("", name)
    return re.sub(r"[*:]", "", _UNCLOSED.sub("", name))


def _names(table: dict[str, str]) -> dict[str, str]:
    known = {header_name(key): key for key in table}
    known.update({header_name(alias).casefold(): key for key, aliases in table.items() for alias in aliases.split()})
    return known


_ROLES = _names(_ALIASES)
_PART_ROLES = _names(_PARTS)


def known_column(name: str) -> str | None:
    """The column that a header names, under whichever of its names."""
    return _ROLES.get(header_name(clean(name)).casefold())


def _counted(text: str) -> int:
    """`1`, `一`, `十二` as a number."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_CHINESE_DIGITS.get(tens, 1) * 10 if ten else 0) + _CHINESE_DIGITS.get(ones, 0)


class StageColumn(NamedTuple):
    """`环节1总时长`: the stage's number (0: the heading above tells it) and which of its three columns."""

    stage: int
    part: str


@lru_cache(maxsize=4096)
def _stage_column(name: str) -> StageColumn | None:
    """The stage column that a header name speaks of; part empty for the heading of a group."""
    if name in _PART_ROLES:
        return StageColumn(0, _PART_ROLES[name])
    match = _STAGE.fullmatch(name)
    number = match and (match.group(1) or match.group(2))
    if not match or not number or (match.group(3) and match.group(3) not in _PART_ROLES):
        return None
    return StageColumn(_counted(number), _PART_ROLES.get(match.group(3), ""))


@dataclass(slots=True)
class StageColumns:
    """Where a stage's three columns stand."""

    start: int | None = None
    finish: int | None = None
    days: int | None = None


@dataclass(slots=True)
class Layout:
    """A table's columns: where each known one stands, and every column's name."""

    places: dict[str, list[int]] = field(default_factory=dict)
    stages: dict[int, StageColumns] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    height: int = 1

    @property
    def complete(self) -> bool:
        """Whether enterprise and telephone are there: less is no table."""
        return NAME in self.places and PHONE in self.places

    @property
    def work_orders(self) -> bool:
        """Whether this is a work-order sheet (Annex 5)."""
        return ORDER in self.places and bool(self.stages)


def _read(names: Sequence[str], groups: Sequence[int], extra: dict[str, str]) -> Layout:
    layout = Layout(names=list(names))
    for place, (name, group) in enumerate(zip_longest(names, groups, fillvalue=0)):
        text = header_name(str(name or ""))
        role = _ROLES.get(text.casefold()) or extra.get(text)
        stage = _stage_column(text)
        if stage and (stage.stage or group):
            columns = layout.stages.setdefault(stage.stage or group, StageColumns())
            part = stage.part or _DAYS
            if not stage.stage:  # the heading's number belongs to the name, wherever the name is shown
                layout.names[place] = f"环节{group}{_PART_TITLES[part]}"
            if getattr(columns, part) is None:
                setattr(columns, part, place)
        elif role:
            layout.places.setdefault(role, []).append(place)
    return layout


def _groups(upper: Sequence[str]) -> list[int]:
    """For each column the stage whose heading stands above it or to its left."""
    groups, current = [], 0
    for name in upper:
        stage = _stage_column(header_name(name)) if name else None
        if name:
            current = stage.stage if stage and not stage.part else 0
        groups.append(current)
    return groups


def _recognised(name: str) -> bool:
    text = header_name(name)
    return text.casefold() in _ROLES or text in _LOWER_WORDS or _stage_column(text) is not None


def _continues(upper: Sequence[str], lower: Sequence[str], wide: Collection[int]) -> bool:
    """Whether `lower` is the second row of a header and not the first row of data."""
    under_own_name = [(u, low) for place, (u, low) in enumerate(zip(upper, lower, strict=False)) if low and place not in wide]
    if any(header_name(u).casefold() in _ROLES and not _recognised(low) for u, low in under_own_name if u):
        return False
    return any(low and _recognised(low) for low in lower) and not any(low[:1].isdigit() for low in lower)


def find_layout(
    row: Sequence[Value], following: Sequence[Value], wide: Collection[int] = (), tall: Collection[int] = (), *, persons: bool = False
) -> Layout | None:
    """The table that `row` opens, alone or with the row `following` it; its columns merged to the right are `wide`, downward `tall`."""
    upper, lower = [clean(value) for value in row], [clean(value) for value in following]
    extra = {"姓名": NAME} if persons else {}
    if any(map(_holds_number, upper)):
        return None
    alone = _read(upper, [], extra)
    if (_continues(upper, lower, wide) or not set(tall).isdisjoint(alone.places.get(NAME, ()))) and not _read(lower, [], extra).complete:
        groups = _groups([*upper, *[""] * (len(lower) - len(upper))])
        names = [
            low or ("" if place < len(lower) and _heads_group(up, groups, lower, place) else up)
            for place, (up, low) in enumerate(zip_longest(upper, lower, fillvalue=""))
        ]
        both = _read(names, groups, extra)
        both.height = 2
        if both.complete:
            return both
    return alone if alone.complete else None


def _holds_number(name: str) -> bool:
    """Whether the cell was filled in: the line above a table that names who sends it is spelt like a header, but has a telephone."""
    return _LONG_NUMBER.search(name) is not None and _LONG_NUMBER.search(header_name(name)) is not None


def _heads_group(name: str, groups: Sequence[int], lower: Sequence[str], place: int) -> bool:
    """Whether a stage heading without a name of its own below only announces columns to its right."""
    return bool(name) and groups[place] > 0 and place + 1 < len(lower) and bool(lower[place + 1]) and groups[place + 1] == groups[place]


@lru_cache(maxsize=4096)
def _names_enterprises(text: str) -> bool:
    """Whether a cell is the name of the column without which no row is a header (姓名: in lists of persons)."""
    name = header_name(clean(text))
    return name == "姓名" or _ROLES.get(name.casefold()) == NAME


def _is_heading(value: Value) -> bool:
    return isinstance(value, str) and ("称" in value or "姓" in value) and len(value) < _LONGEST_HEADER and _names_enterprises(value)


def may_be_header(row: Sequence[Value]) -> bool:
    """A cheap first look: every header has a cell that names the column of enterprises."""
    return any(map(_is_heading, row))


def headings(column: Sequence[Value]) -> list[int]:
    """Places of a column where `may_be_header` finds such a cell."""
    kinds = set(map(type, column))
    if str not in kinds:
        return []
    texts: Sequence[Any] = column if len(kinds) == 1 else [value for value in column if isinstance(value, str)]
    together = "\n".join(texts)
    return [place for place, value in enumerate(column) if _is_heading(value)] if "称" in together or "姓" in together else []
