"""What Typer says of a command line that it cannot use, in Chinese: it knows only English."""

import re

SEE_HELP = "（--help 列出用法）"
SAID = [
    (r"Missing option (?P<what>.+)\.", "缺少选项 {what}"),
    (r"Missing argument (?P<what>.+)\.", "缺少参数 {what}"),
    (r"Missing command\.", "没有写命令"),
    (r"No such option: (?P<what>\S+)(?: \(Possible options: (?P<like>.+)\))?", "没有选项 {what}"),
    (r"No such command (?P<what>'.*?')\.(?: Did you mean (?P<like>.+)\?)?", "没有命令 {what}"),
    (r"Got unexpected extra argument(?:\(s\)|s)? \((?P<what>.+)\)", "多出了参数 {what}"),
    (r"Option (?P<what>.+) requires an argument\.", "选项 {what} 后面要写值"),
    (r"Option (?P<what>.+) requires (?P<n>\d+) arguments\.", "选项 {what} 后面要写 {n} 个值"),
    (r"Option (?P<what>.+) does not take a value\.", "选项 {what} 后面不能写值"),
]
VALUES = [
    (r"Input should be a valid (?:number|decimal)\b.*", "应是数字"),
    (r"Input should be a finite number", "应是数字"),
    (r"Input should be a valid integer\b.*", "应是整数"),
    (r"Input should be a valid boolean\b.*", "应是 true 或 false"),
    (r"Input should be a valid (?:datetime|date)\b.*", "应是日期，如 2022-06-01"),
    (r"Input should be greater than or equal to (?P<n>\S+)", "不能小于 {n}"),
    (r"Input should be less than or equal to (?P<n>\S+)", "不能大于 {n}"),
    (r"Input should be greater than (?P<n>\S+)", "应大于 {n}"),
    (r"Input should be less than (?P<n>\S+)", "应小于 {n}"),
    (r"Input should be (?P<n>'.+')", "只能是 {n} 之一"),
    (r"(?:File|Directory|Path) (?P<n>'.+') does not exist\.", "找不到 {n}"),
    (r"(?:File|Directory|Path) (?P<n>'.+') is a file\.", "{n} 是文件，应是目录"),
    (r"(?:File|Directory|Path) (?P<n>'.+') is a directory\.", "{n} 是目录，应是文件"),
    (r"(?:File|Directory|Path) (?P<n>'.+') is not (?:readable|writable)\.", "{n} 没有读写权限"),
]
"""Whole messages, and what is said of a value; `like` names what may have been meant."""


def in_chinese(message: str) -> str:
    """The same in Chinese and what to do; a message that is not known here follows as it is, a page of help stays."""
    if not message or "\n" in message.strip():
        return message
    value = re.fullmatch(r"Invalid value(?: for (?P<what>.+?))?: (?P<why>.+)", message)
    if value:
        of = f"{value['what']} 的值" if value["what"] else "写的值"
        return f"{of}不能用：{_first(VALUES, value['why']) or value['why'].rstrip('.')}。请改正后再运行{SEE_HELP}。"
    return f"{_first(SAID, message) or f'命令的写法不对（{message}）'}。请改正后再运行{SEE_HELP}。"


def _first(known: list[tuple[str, str]], message: str) -> str:
    for pattern, chinese in known:
        if found := re.fullmatch(pattern, message):
            parts = found.groupdict()
            like = f"，是不是 {parts['like']}" if parts.get("like") else ""
            return chinese.format(**parts) + like
    return ""
