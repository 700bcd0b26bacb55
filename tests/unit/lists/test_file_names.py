"""The name that a list should have is checked, and is a warning only."""

import pytest

from callcenter.lists.file_names import problems, suggested

GOOD = "市级市场监管委-优化企业开办服务-4-电子印章申领企业.xlsx"


def codes(name: str) -> list[str]:
    return [each.code for each in problems(name, item_number=4, topic="优化企业开办服务", department="市市场监管委")]


def test_a_name_by_the_rule_has_no_problem() -> None:
    assert codes(GOOD) == []
    assert codes("市级市市场监管委－优化企业开办服务—4-电子印章 (1).xlsx") == []  # dashes of other widths, a second download
    assert codes("回执-" + GOOD) == codes("回执-回执-" + GOOD) == []  # the name that a receipt is given
    assert problems("东丽区市场监管局-优化企业开办服务-4-电子印章.xlsx", department="东丽区市场监管局") == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("名单.xlsx", ["parts"]),
        ("市场监管委-优化企业开办服务-4-印章.xlsx", ["level"]),
        ("市级税务局-优化企业开办服务-4-印章.xlsx", ["department"]),
        ("东丽区市场监管委-优化企业开办服务-4-印章.xlsx", ["department"]),
        ("市级市场监管委-优化企业开办服务-4-.xlsx", ["parts"]),
        ("市级市场监管委-获得电力-4-印章.xlsx", ["topic"]),
        ("市级市场监管委-优化企业开办服务-四-印章.xlsx", ["number"]),
        ("市级市场监管委-优化企业开办服务-5-印章.xlsx", ["item"]),
        ("市级市场监管委-优化企业开办服务-4-" + "印" * 20 + ".xlsx", ["length"]),
    ],
)
def test_what_departs_from_the_rule_is_named(name: str, expected: list[str]) -> None:
    assert codes(name) == expected


def test_every_problem_can_be_said() -> None:
    for each in problems("市级税务局-获得电力-5-印章.xlsx", item_number=4, topic="优化企业开办服务", department="市市场监管委"):
        assert "{" not in each.text.format(**each.about)


@pytest.mark.parametrize("department", ["市市场监管委", "东丽区市场监管局", "人民银行天津分行"])
def test_the_suggested_name_keeps_the_rule(department: str) -> None:
    name = suggested(department, "优化企业开办服务", 33, "小微用气项目企业(小时用气<25立方米且无外线)") + ".xlsx"
    assert problems(name, item_number=33, topic="优化企业开办服务", department=department) == []


def test_the_suggested_name_leaves_no_bracket_open() -> None:
    name = suggested("市市场监管委", "政务服务", 18, "办过政务事项的企业群众（注明近两次办理时间和渠道）")
    assert name.endswith("-18-办过政务事项的企业群众")
    assert suggested("市市场监管委", "政务服务", 18, "企业（含个体）名单").endswith("-18-企业（含个体）名单")
