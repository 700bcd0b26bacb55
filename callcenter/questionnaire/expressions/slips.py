"""What is wrong with an expression that cannot be read, as far as it can be told: slips that people make, each with its remedy."""

import re

from callcenter.questionnaire.said import Said


class ExpressionProblem(ValueError):
    """An expression that cannot be read; the sentence says why, in both languages."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(Said(chinese, english))


class UnsupportedFeature(ExpressionProblem):
    """Something that XLSForm knows and this program does not; `meant` is what is like it and known."""

    def __init__(self, chinese: str, english: str, meant: tuple[str, ...] = ()) -> None:
        super().__init__(chinese, english)
        self.meant = meant


_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
SLIPS: tuple[tuple[str, str, str], ...] = (
    (r"==", "“==”要写成“=”", "write = for =="),
    (r"&&|\|\|", "“&&”要写成 and，“||”要写成 or", "write and for &&, or for ||"),
    (r"<>", "“<>”要写成“!=”", "write != for <>"),
    (r"=<|=>", "要写成“<=”或“>=”", "write <= or >="),
    (r"[≤≥≠×÷]", "≤ ≥ ≠ × ÷ 要写成 <= >= != * div", "write <= >= != * div for ≤ ≥ ≠ × ÷"),
    (r"[，；（）＝＞＜＋－｛｝＄]", "标点和符号要用半角：, ( ) = { }", "write punctuation in its plain form: , ( ) = { }"),
    (r"[‘’“”]", "引号要用直引号 ' \"", "write straight quotes"),
    (r"\b(AND|OR|NOT|DIV|MOD|And|Or|Not|Div|Mod)\b", "and、or、not、div、mod 要小写", "write and, or, not, div, mod in small letters"),
    (r"\$\(", "“$(题目)”要写成“${题目}”", "write ${question} for $(question)"),
    (r"\$\{[^}]*$", "“${”后面缺少“}”", "a } is missing behind ${"),
    (r"\$[^{\s]", "题目要写成“${题目}”", "write a question as ${question}"),
    (r"\bnot\s*\$", "not 要写成 not(…)", "write not(…)"),
    (r"%", "余数要写成 mod", "write mod for %"),
    (r"/", "除法要写成 div", "write div for /"),
)
"""What is met outside quotes, and how it should be written."""


def what_is_wrong(text: str, bad: Exception, functions: frozenset[str]) -> ExpressionProblem:
    """The problem, with the slip that it probably is."""
    bare = _QUOTED.sub("''", text)
    found = re.search(r"unknown function '([^']+)'|'([^']+)' function|function '([^']+)'", str(bad))
    called = next(filter(None, found.groups()), "").removeprefix("fn:") if found else ""
    if isinstance(bad, RecursionError):
        return ExpressionProblem("表达式太深", "it is too deep")
    for pattern, chinese, english in SLIPS:
        if re.search(pattern, bare):
            return ExpressionProblem(chinese, english)
    if called in functions:
        return ExpressionProblem(f"{called}() 的参数个数不对", f"{called}() takes another number of arguments")
    if bare.count("'") % 2 or bare.count('"') % 2:
        return ExpressionProblem("引号不配对", "a quote is missing")
    if bare.count("(") != bare.count(")"):
        return ExpressionProblem("括号不配对", "a bracket is missing")
    return ExpressionProblem("语法不对：可能少了逗号、运算符或 and", "a comma, an operator or an and may be missing")
