import pytest

from callcenter.studies.promises import read_promises, read_value


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("税务UKey=0元", [("税务UKey", "=", "0", "元", "yuan", "")]),
        ("备案至施工许可<=60天", [("备案至施工许可", "<=", "60", "天", "days", "")]),
        ("企业间转移登记=即时", [("企业间转移登记", "=", "即时", "", "other", "")]),
        # an average is tested on the mean, so it must be known as one
        (
            "低压环节=2个;低压平均<=3工作日",
            [("低压环节", "=", "2", "个", "steps", ""), ("低压平均", "<=", "3", "工作日", "workdays", "平均")],
        ),
        # 且 inside brackets is a condition, outside it is a second limit
        (
            "小微通气<=10工作日(小时用气<25立方米且无外线)",
            [("小微通气", "<=", "10", "工作日", "workdays", "小时用气<25立方米且无外线")],
        ),
        (
            "免强制审图:单体面积<=10000平方米且高度<=24米",
            [
                ("免强制审图:单体面积", "<=", "10000", "平方米", "other", ""),
                ("免强制审图:高度", "<=", "24", "米", "other", ""),
            ],
        ),
        ("国家级孵化器+1至2家", [("国家级孵化器", "+", "1-2", "家", "other", "")]),
        # a promise without a number, that something is so
        ("一窗办理=是;流程公开=是(新办企业)", [("一窗办理", "=", "是", "", "other", ""), ("流程公开", "=", "是", "", "other", "新办企业")]),
        ("", []),
    ],
)
def test_a_declared_standard_is_read_into_its_parts(cell: str, read: list[tuple[str, ...]]) -> None:
    found = [(p.subject, p.operator, p.value, p.unit, p.measure, p.condition) for p in read_promises(cell)]
    assert found == read


def test_a_promise_without_a_figure_is_named() -> None:
    with pytest.raises(ValueError, match="尽快办理"):
        read_promises("尽快办理")


@pytest.mark.parametrize(
    ("text", "read"), [("<=3", ("<=", "3")), ("1-10", ("between", "1-10")), ("0.5", ("=", "0.5")), ("即时", ("=", "即时"))]
)
def test_a_bare_figure_is_read_with_its_operator(text: str, read: tuple[str, str]) -> None:
    assert read_value(text) == read
