"""A command line that cannot be used is told in Chinese, in English where that is asked for."""

import json

import pytest

from callcenter.cli import main
from callcenter.cli.wrong_use import in_chinese


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (["rates", "--e", "abc"], "'--e' 的值不能用：应是数字", "Invalid value for '--e': Input should be a valid number"),
        (["rates", "--by"], "选项 '--by' 后面要写值", "requires an argument"),
        (["rates", "--nosuch"], "没有选项 --nosuch", "No such option"),
        (["rates", "a", "b", "c"], "多出了参数 b c", "unexpected extra argument"),
        (["sampling", "size"], "缺少选项 '--p'", "Missing option"),
        (["export", "verify"], "缺少参数 'DIR'", "Missing argument"),
        (["sampling", "allocate", "a.csv", "--n", "1.5"], "'--n' 的值不能用：应是整数", "valid integer"),
        (["rates", "--json=3"], "选项 '--json' 后面不能写值", "does not take a value"),
        (["rats"], "没有命令 'rats'", "No such command"),
    ],
)
def test_every_wrong_use_is_told_in_both_languages(
    arguments: list[str], chinese: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert chinese in told.err and "请改正后再运行" in told.err
    assert main(["--english", *arguments]) == 2
    assert english in capsys.readouterr().err
    if arguments[0] == "rates":
        assert chinese in json.loads(told.out)["about"]


def test_what_is_not_known_follows_as_it_is() -> None:
    assert in_chinese("Invalid value for '--x': Odd.") == "'--x' 的值不能用：Odd。请改正后再运行（--help 列出用法）。"
    assert in_chinese("Something new.") == "命令的写法不对（Something new.）。请改正后再运行（--help 列出用法）。"
    assert in_chinese("No such command 'restor'. Did you mean 'restore'?").startswith("没有命令 'restor'，是不是 'restore'。")
    assert in_chinese("Usage:\n  …") == "Usage:\n  …"
