"""The 16 districts of Tianjin (GB/T 2260) and the other names under which departments report them."""

from functools import lru_cache
from typing import NamedTuple

from callcenter.lists.cells import folded

UNKNOWN = "未知"
DISTRICTS = {
    "120101": "和平区",
    "120102": "河东区",
    "120103": "河西区",
    "120104": "南开区",
    "120105": "河北区",
    "120106": "红桥区",
    "120110": "东丽区",
    "120111": "西青区",
    "120112": "津南区",
    "120113": "北辰区",
    "120114": "武清区",
    "120115": "宝坻区",
    "120116": "滨海新区",
    "120117": "宁河区",
    "120118": "静海区",
    "120119": "蓟州区",
}
COASTAL = "滨海新区"
_FORMER_COUNTIES = {"蓟县": "蓟州区", "宁河县": "宁河区", "静海县": "静海区"}
_FORMER_DISTRICTS = ("塘沽", "汉沽", "大港")
_SUB_AREAS = {
    "开发区": ("开发区", "经济技术开发区"),
    "保税区": ("保税区", "港保税区"),
    "高新区": ("高新区", "高新技术产业开发区"),
    "东疆": ("东疆", "东疆保税港区", "东疆综合保税区"),
    "中新生态城": ("中新生态城", "中新天津生态城"),
}
_CITY = ("", "天津市", "天津")
_COAST = ("", "滨海")


class District(NamedTuple):
    """Where a cell says the enterprise is: `name` is 未知 where it says nothing usable (`known` false)."""

    name: str
    sub_area: str
    known: bool


def _table() -> dict[str, District]:
    names: dict[str, District] = {}
    for code, full in DISTRICTS.items():
        short = full.removesuffix("新区") if full == COASTAL else full.removesuffix("区")
        names[code] = District(full, "", True)
        names.update({city + form: District(full, "", True) for city in _CITY for form in (full, short)})
    names.update({city + old: District(now, "", True) for city in _CITY for old, now in _FORMER_COUNTIES.items()})
    for area in _FORMER_DISTRICTS:
        names.update({city + form: District(COASTAL, area, True) for city in _CITY for form in (area, area + "区")})
    for area, forms in _SUB_AREAS.items():
        names.update({city + coast + form: District(COASTAL, area, True) for city in _CITY for coast in _COAST for form in forms})
    return names


_NAMES = _table()


REMEMBERED = 4096
"""Different texts at most, wherever answers are remembered: a column of other things than districts must not fill the memory."""


LONGEST = 200
"""Characters: what is longer, white space included, names no district; it is cut there, so that giant cells are not remembered."""


@lru_cache(maxsize=REMEMBERED)
def find(text: str) -> District:
    """The district that the cleaned cell `text` names as a whole; never guessed from a part of it."""
    whole = folded(text)
    if whole.endswith(".0") and whole[:-2].isdigit():
        whole = whole[:-2]
    return _NAMES.get(whole, District(UNKNOWN, "", False))
