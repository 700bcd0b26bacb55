"""The grammar: elementpath's XPath 1 parser with XLSForm's functions. It only parses; meaning is ours (meaning.py).

Elementpath's own evaluation is not used: there `'' > 3` raises, `5 = '5'` is false and round() takes one argument.
"""

import re
from difflib import get_close_matches
from typing import Any

from elementpath import ElementPathError, XPath1Parser
from elementpath.tdop import Parser

from callcenter.questionnaire.expressions.slips import ExpressionProblem, UnsupportedFeature, what_is_wrong

LONGEST = 4_000
DEEPEST = 40
FUNCTIONS: dict[str, Any] = {
    "if": 3,
    "selected": 2,
    "selected-at": 2,
    "count-selected": 1,
    "coalesce": (2, None),
    "regex": 2,
    "today": 0,
    "now": 0,
    "date": 1,
    "int": 1,
    "round": (1, 2),
    "substr": (2, 3),
    "pow": 2,
    "abs": 1,
    "min": (1, None),
    "max": (1, None),
    "once": 1,
    "position": (0, 1),
    "index": 0,
    "indexed-repeat": (3, None),
    "count-non-empty": 1,
    "join": (1, None),
    "ends-with": 2,
    "sqrt": 1,
    "format-date": 2,
    "format-date-time": 2,
    "date-time": 1,
    "decimal-date-time": 1,
    "decimal-time": 1,
    "boolean-from-string": 1,
    "choice-name": 2,
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "exp", "exp10", "log", "log10"), 1),
    "atan2": 2,
    "pi": 0,
}
FROM_XPATH = frozenset(
    {"boolean", "ceiling", "concat", "contains", "count", "false", "floor", "normalize-space", "not", "number", "starts-with", "string",
     "string-length", "substring", "substring-after", "substring-before", "sum", "translate", "true"}
)  # fmt: skip
CALLED_ELSEWHERE = {
    "time": "decimal-time",
    "len": "string-length",
    "length": "string-length",
    "strlen": "string-length",
    "string-join": "join",
    "iif": "if",
    "ifelse": "if",
    "ifnull": "coalesce",
    "replace": "translate",
    "trim": "normalize-space",
    "trunc": "int",
    "integer": "int",
    "matches": "regex",
}
"""What other languages call a function that there is, where the names are not alike."""
LIKE_ENOUGH = 0.7
WORDS = frozenset({"and", "or", "div", "mod"})
_CALL = re.compile(r"""'[^']*'|"[^"]*"|([A-Za-z_][\w.:-]*)\s*\(""")
_REFERENCE = re.compile(r"""'[^']*'|"[^"]*"|\$\{\s*([^{}\s]*)\s*\}""")
_NAME = re.compile(r"[^\W\d][\w.-]*")


class _Grammar(XPath1Parser):
    """XPath 1 with XLSForm's functions; in XPath 2 `if(a, b, c)` would be a syntax error."""

    def parse(self, source: str) -> Any:
        """The token tree, without the static evaluation that XPath1Parser adds."""
        return Parser.parse(self, source)


for _name in ("round", "position"):
    _Grammar.unregister(_name)
for _name, _arity in FUNCTIONS.items():
    _Grammar.function(_name, nargs=_arity)
_Grammar.build()


def parse(text: str) -> Any:
    """The token tree of an expression; ExpressionProblem where it cannot be read."""
    if len(text) > LONGEST:
        raise ExpressionProblem(f"表达式超过 {LONGEST} 个字符", f"it is longer than {LONGEST} characters")
    if _depth(text) > DEEPEST:
        raise ExpressionProblem(f"括号嵌套超过 {DEEPEST} 层", f"its brackets nest deeper than {DEEPEST}")
    text = text.replace("jr:choice-name(", "choice-name(").replace("current()/", "")
    _look_at_functions(text)
    try:
        return _Grammar().parse(_REFERENCE.sub(_variable, text))
    except (ElementPathError, RecursionError, SyntaxError, TypeError, ValueError) as bad:
        if isinstance(bad, ExpressionProblem):
            raise
        raise what_is_wrong(text, bad, frozenset(FUNCTIONS) | FROM_XPATH) from bad


def _look_at_functions(text: str) -> None:
    called = [name for name in _CALL.findall(text) if name and name not in WORDS and name not in FUNCTIONS and name not in FROM_XPATH]
    small = [name for name in called if name.lower() in FUNCTIONS or name.lower() in FROM_XPATH or name.lower() in WORDS]
    if small:
        raise ExpressionProblem(f"{small[0]} 要小写：{small[0].lower()}", f"write {small[0]} in small letters: {small[0].lower()}")
    if called:
        listed = "、".join(f"{name}()" for name in dict.fromkeys(called))
        meant = [f"{name}()" for name in dict.fromkeys(map(_meant, called)) if name]
        raise UnsupportedFeature(f"函数 {listed}", f"{listed.replace('、', ', ')}", tuple(meant))


def _meant(name: str) -> str:
    """The function that somebody probably meant; empty where none is like it."""
    plain = name.lower().rpartition(":")[2].replace("_", "-")
    known = sorted({*FUNCTIONS, *FROM_XPATH})
    return CALLED_ELSEWHERE.get(plain) or next(iter(get_close_matches(plain, known, 1, LIKE_ENOUGH)), "")


def _variable(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[0]
    if found[1].startswith("last-saved#"):
        raise UnsupportedFeature(f"上次保存的回答（${{{found[1]}}}）", f"the answer saved last (${{{found[1]}}})")
    if not _NAME.fullmatch(found[1]):
        raise ExpressionProblem(f"“${{{found[1]}}}”不是有效的题目名称", f'"${{{found[1]}}}" is no name of a question')
    return f"${found[1]} "  # the blank keeps `${a}-1` a subtraction


def _depth(text: str) -> int:
    longest_run = max((len(run) for run in re.findall(r"-+", re.sub(r"\s", "", text))), default=0)  # a chain of minus signs nests too
    deepest = depth = 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        deepest = max(deepest, depth)
    return max(deepest, longest_run)
