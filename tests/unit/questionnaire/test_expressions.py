"""The meaning of expressions as ODK's engine takes them: the list in the specification, line by line."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.questionnaire.expressions import ExpressionProblem, Value, compile_expression, string


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
        "regex(., '(a+)+$')",
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
