"""The meaning of expressions as ODK's engine takes them: the list in the specification, line by line."""

import math
import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.questionnaire.expressions import ExpressionProblem, UnsupportedFeature, Value, compile_expression, string
from callcenter.questionnaire.expressions.patterns import machine


class Given:
    def __init__(self, values: dict[str, Value] | None = None, this: Value = "") -> None:
        self.values, self.that = values or {}, this

    def value(self, name: str) -> Value:
        return self.values.get(name, "")

    def this(self) -> Value:
        return self.that

    def today(self) -> str:
        return "2022-06-02"

    def now(self) -> str:
        return "2022-06-02T10:00:00+08:00"


def text(expression: str, **values: Value) -> str:
    return compile_expression(expression).text_in(Given(values))


@pytest.mark.parametrize(
    ("expression", "meaning"),
    [
        # empty compared with < <= > >= or = 0 is false
        ("${e} < 1", "false"),
        ("${e} <= 1", "false"),
        ("${e} > -1", "false"),
        ("${e} >= 0", "false"),
        ("${e} = 0", "false"),
        ("not(${e} > 0)", "true"),
        ("'' != 5", "true"),
        ("'' + 1", ""),
        ("'05' = 5", "true"),
        ("'5' = 5", "true"),
        ("5 = '5'", "true"),
        ("'abc' < 5", "false"),
        ("'a' < 'b'", "false"),
        ("'2022-05-31' < '2022-06-01'", "true"),
        ("today() > '2022-06-01'", "true"),
        ("date('2022-06-02') = today()", "true"),
        ("decimal-time('12:00')", "0.5"),
        ("decimal-time('06:00:00.000+08:00') * 24", "6"),
        ("decimal-time(now()) * 24", "10"),
        ("decimal-time('24:00')", ""),
        ("decimal-time(today())", ""),
        ("decimal-time('9:05') < decimal-time('09:06')", "true"),
        ("decimal-time('') >= 0", "false"),
        ("${a}-1", "6"),
        ("${a} -1", "6"),
        ("${a}- ${a}", "0"),
        ("round(-2.5)", "-3"),
        ("round(2.5)", "3"),
        ("round(1.005, 2)", "1"),
        ("round(1.25, 1)", "1.3"),
        ("int(-1.5)", "-1"),
        ("-7 mod 3", "-1"),
        ("7 div 0", "Infinity"),
        ("-7 div 0", "-Infinity"),
        ("0 div 0", ""),
        ("sum(${none})", "0"),
        ("regex('xx12', '[0-9]')", "true"),
        ("regex('xx', '^[0-9]+$')", "false"),
        ("if('', 'yes', 'no')", "no"),
        ("if('0', 'yes', 'no')", "yes"),
        ("if(0, 'yes', 'no')", "no"),
        ("selected('', '')", "true"),
        ("selected(${m}, 'b')", "true"),
        ("selected(${m}, '')", "false"),
        ("count-selected(${m})", "3"),
        ("count-selected('')", "0"),
        ("selected-at(${m}, 1)", "b"),
        ("selected-at(${m}, 9)", ""),
        ("substr('abcdef', -2)", "ef"),
        ("substr('abcdef', 1, 3)", "bc"),
        ("coalesce(' ', 'x')", " "),
        ("coalesce('', 'x')", "x"),
        ("coalesce(${e}, ${a})", "7"),
        ("${a} > 3 and ${a} <= 7 or false()", "true"),
        ("1 + 2 * 3 - 4 div 2", "5"),
        ("(1 + 2) * 3", "9"),
        ("1 - -2", "3"),
        ("min(3, '', 2)", "2"),
        ("pow(2, 10)", "1024"),
        ("concat('共', ${a}, '天')", "共7天"),
        ("string-length('一二三') > 2", "true"),
        ("'${a}'", "${a}"),  # no reference inside quotes
        ("../a", "7"),  # as pyxform writes it for or_other
    ],
)
def test_an_expression_means_what_odk_takes_it_to_mean(expression: str, meaning: str) -> None:
    none: list[str] = []
    assert text(expression, a="7", m="a b c", none=none) == meaning


@pytest.mark.parametrize(
    ("expression", "meaning"),
    [
        ("'2022-06-02T09:00:00' < '2022-06-02T10:00:00'", "true"),
        ("now() > today()", "true"),
        ("date(19145)", "2022-06-02"),
        ("date(today() + 1)", "2022-06-03"),
        ("format-date('2022-06-02', '%Y年%n月%e日')", "2022年6月2日"),
        ("format-date('soon', '%Y')", ""),
        ("join('、', ${m})", "a b c"),
        ("count-non-empty(${e})", "0"),
        ("substring('abcdef', 2, 3)", "bcd"),
        ("substring-before('a-b', '-')", "a"),
        ("substring-after('a-b', '-')", "b"),
        ("ends-with('abc', 'bc')", "true"),
        ("coalesce('', '', 'x')", "x"),
        ("sqrt(9)", "3"),
        ("sqrt(-9)", ""),
        ("boolean-from-string('TRUE')", "true"),
        ("pow(10, 400)", ""),
        ("1 div (${e} - 1)", ""),
        ("regex('13812345678', '^1[3-9]\\d{9}$')", "true"),
        ("regex('1381234567', '^1[3-9]\\d{9}$')", "false"),
        ("regex('王小明', '^[一-龥]{2,4}$')", "true"),
        ("regex('a@b.cn', '^[^@ ]+@[^@ ]+\\.(cn|com)$')", "true"),
        ("regex('Ann Lee', '^[A-Z][a-z]+( [A-Z][a-z]+)*$')", "true"),
        ("regex('ab', 'a\\b')", "false"),
    ],
)
def test_functions_of_real_forms_are_known(expression: str, meaning: str) -> None:
    assert text(expression, m="a b c", e="") == meaning


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^((a+)b?)*$", "a*a*a*a*a*a*$", "^(a|aa)+$"])
def test_no_pattern_runs_away(pattern: str) -> None:
    begun = process_time()  # of this process alone: the machine may have much else to do
    assert text(f"regex(${{long}}, '{pattern}')", long="a" * 1999 + "!") == "false" or pattern.startswith("a*")
    assert process_time() - begun < 5  # Python's own matcher would need longer than the universe has existed


PATTERN_PARTS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "(a|b)", "(ab)", "^", "$", "\\b", "(|a)"])
PATTERNS = st.lists(st.tuples(PATTERN_PARTS, st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}"])), max_size=5)


@given(PATTERNS, st.text(alphabet="ab1 ", max_size=8))
def test_a_pattern_finds_what_pythons_own_matcher_finds(parts: list[tuple[str, str]], sample: str) -> None:
    pattern = "".join(part if part in {"^", "$", "\\b"} else part + times for part, times in parts)
    assert machine(pattern).found_in(sample) == (re.search(pattern, sample) is not None)


def test_what_xlsform_knows_and_we_do_not_is_named() -> None:
    with pytest.raises(UnsupportedFeature, match="pulldata"):
        compile_expression("if(${a} = '(', pulldata('x', 'y', 'z', ${a}), '')")


def test_a_dot_is_the_answer_being_checked() -> None:
    assert compile_expression(". >= 1 and . <= 10").holds(Given(this="10"))
    assert not compile_expression(". >= 1 and . <= 10").holds(Given(this="11"))


@pytest.mark.parametrize(
    "expression",
    [
        "1 +",
        "foo(1)",
        "selected(${a})",
        "${a} ${b}",
        "",
        "(" * 60 + "1" + ")" * 60,
        "1+" * 3000 + "1",
        "/data/x",
        "${a b}",
        "a = 1",
        "pulldata('x', 'y', 'z', ${a})",
        "regex(., '(?=a)b')",
        "regex(., '[')",
        "regex(., '(a{1000}){1000}')",
        "indexed-repeat(1, 2, 3)",
        "jr:choice-name(${a}, 'a')",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(expression: str) -> None:
    with pytest.raises(ExpressionProblem) as found:
        compile_expression(expression)
    assert str(found.value)


def test_an_expression_knows_the_questions_and_codes_it_names() -> None:
    expression = compile_expression("selected(${a}, 'x') and ${b} = 'y' or ${a} > 3")
    assert expression.names == ("a", "b")
    assert expression.codes == (("a", "x"), ("b", "y"))


@given(st.text(alphabet="${}ab 01+-*=<>()'\".,andorivmt", max_size=40))
def test_any_text_compiles_and_runs_or_is_refused(source: str) -> None:
    try:
        compiled = compile_expression(source)
    except ExpressionProblem:
        return
    assert isinstance(compiled.text_in(Given({"a": "3", "b": "x y"})), str)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_being_written_as_text(value: float) -> None:
    assert math.isclose(float(string(value)), value, rel_tol=1e-12, abs_tol=1e-12)
