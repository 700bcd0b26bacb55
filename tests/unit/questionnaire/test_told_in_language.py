"""What is told about answers: in the language of the interview, with the case's fields, in figures that can be read aloud."""

import re
from typing import Any

import pytest

from callcenter.errors import InvalidInput
from callcenter.interviews.answers import judge
from callcenter.interviews.session import Reading, find_step
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Course, Given, check_answer
from callcenter.questionnaire.texts import Telling

CASE = {"enterprise": {"name": "Harbour Ltd"}}


def both(name: str, kind: str, english: str, chinese: str, **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label::English (en)": english, "label::中文 (zh)": chinese, **more}


FORM: dict[str, Any] = {
    "survey": [
        both("n", "integer", "How many?", "几个？", **{
            "constraint": ". > 5", "required": "yes",
            "constraint_message::English (en)": "More than five at {{ enterprise.name }}", "constraint_message::中文 (zh)": "要大于五",
            "required_message::English (en)": "Ask again", "required_message::中文 (zh)": "请再问",
        }),
        both("way", "select_multiple ways", "Which?", "哪些？", **{"constraint": "count-selected(.) < 2"}),
        both("d", "decimal", "Price?", "价格？", nonanswers="dont_know"),
        {"type": "calculate", "name": "thrice", "calculation": "${d} * 3"},
        {"type": "calculate", "name": "sentence", "calculation": "concat('共', ${d} * 3, '元')"},
        {"type": "calculate", "name": "named", "calculation": "jr:choice-name(selected-at(${way}, 0), '${way}')"},
        both("last", "text", "${way}/${named}/${d}: ${thrice}", "${way}/${named}/${d}：${sentence}", required="yes"),
        both("day", "date", "Day", "哪天"),
    ],
    "choices": [
        {"list_name": "ways", "name": "w", "label::English (en)": "By hand", "label::中文 (zh)": "手工"},
        {"list_name": "ways", "name": "x", "label::English (en)": "Online", "label::中文 (zh)": "网上"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def form() -> Definition:
    reading = read_questionnaire(FORM)
    assert reading.problems == []
    return reading.definition


@pytest.mark.parametrize(
    ("key", "given", "english", "chinese"),
    [
        ("n", Given(2), "More than five at Harbour Ltd", "要大于五"),
        ("n", Given(), "Ask again", "请再问"),
        ("n", Given("x"), "enter a number", "请填数字"),
        ("way", Given(["w", "x"]), "the answer does not meet what is asked for: check it", "回答不符合要求，请核对"),
        ("way", Given(["q"]), "choose from the list", "请从选项中选择"),
        ("d", Given(None, "refused"), '"refused" cannot be chosen here', "这道题不能选“拒答”"),
        ("last", Given(), 'this question has to be answered, or choose "don\'t know" or "refused"', "这道题需要回答，或选“不知道”或“拒答”"),
        ("day", Given("soon"), "enter a date such as 2022-06-01", "请填日期，如 2022-06-01"),
    ],
)
def test_why_an_answer_cannot_stand_is_told_in_the_language_of_the_interview(
    form: Definition, key: str, given: Given, english: str, chinese: str
) -> None:
    for language, expected in (("English (en)", english), ("en", english), ("zh", chinese)):
        assert check_answer(form, {key: given}, key, telling=Telling(language, CASE)) == expected


def test_the_console_tells_the_message_in_the_operators_language(form: Definition) -> None:
    for language, expected in (("en", "More than five at Harbour Ltd"), ("zh", "要大于五")):
        for value in (2, "many"):  # a figure that cannot be read is told what is accepted too
            with pytest.raises(InvalidInput) as refused:
                judge(Course(form, {}, asking=True, telling=Telling(language, CASE)), "n", value, None)
            assert str(refused.value) == expected
        assert find_step(Reading(form, CASE, "s", language=language), {"n": Given(2)}).problem == expected


def test_labels_repeat_answers_in_the_language_of_the_interview_and_figures_as_people_say_them(form: Definition) -> None:
    given = {"n": Given(7), "way": Given(["x"]), "d": Given(0.1)}
    asked = {language: find_step(Reading(form, CASE, "s", language=language), given).question for language in ("en", "zh")}
    assert asked["en"] and asked["en"]["label"] == "Online/Online/0.1: 0.3"
    assert asked["zh"] and asked["zh"]["label"] == "网上/网上/0.1：共0.3元"
    assert Course(form, given).route().calculated["thrice"] == "0.30000000000000004"  # what is stored keeps all its digits
    asked["en"] = find_step(Reading(form, CASE, "s", language="en"), {**given, "d": Given(None, "dont_know")}).question
    assert asked["en"] and asked["en"]["label"] == "Online/Online/don't know: ……"


def test_only_what_a_machine_wrote_out_is_cut() -> None:
    form = read_questionnaire(
        {
            "survey": [
                {"type": "text", "name": "t", "label": "说"},
                {"type": "calculate", "name": "c", "calculation": "concat(${t}, '|', 2 div 3, '|', 1 div 0, '|', 5 * 1.1)"},
                {"type": "text", "name": "u", "label": "${t} ${c}"},
            ]
        }
    ).definition
    step = find_step(Reading(form, CASE, "s"), {"t": Given("v1.2.3 3.14159265358979323846 2.50")})
    written = "v1.2.3 3.14159265358979323846 2.50"
    assert step.question and step.question["label"] == f"{written} {written}|0.666666666666667|Infinity|5.5"


def test_every_sentence_about_an_answer_is_known_in_english() -> None:
    kinds = (
        "integer",
        "decimal",
        "range",
        "date",
        "time",
        "datetime",
        "select_one a",
        "select_multiple a",
        "rank a",
        "acknowledge",
        "text",
    )
    rows = [{"type": kind, "name": f"q{place}", "label": "?", "required": "yes"} for place, kind in enumerate(kinds)]
    choices = [{"list_name": "a", "name": code, "label": code} for code in "xy"]
    form = read_questionnaire({"survey": rows, "choices": choices}).definition
    for question in form.questions:
        for value in ("?", ["x"], 1.5, 1e13, "x" * 6000, {}, None):
            told = check_answer(form, {question.name: Given(value)}, question.name, telling=Telling("en"))
            assert told is None or not re.search("[一-鿿]", told)
