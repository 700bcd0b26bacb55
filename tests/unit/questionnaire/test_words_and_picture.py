"""Expressions in words, the routing as a picture, the questionnaire on paper."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.expressions import compile_expression
from callcenter.questionnaire.picture import lanes, lines, picture
from callcenter.questionnaire.printed import printed
from callcenter.questionnaire.printed.document import write_document
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.words import in_words

CHOICES = [{"list_name": "yn", "name": "yes", "label": "是"}, {"list_name": "yn", "name": "no", "label": "否"}]
SURVEY: list[dict[str, Any]] = [
    {"type": "select_one yn", "name": "a", "label": "办过没有", "say": "请问您办过吗？", "required": "yes", "nonanswers": "refused"},
    {"type": "begin_group", "name": "g", "relevant": "${a} = 'yes'"},
    {"type": "integer", "name": "n", "label": "次数", "constraint": ". > 0 and . <= 3", "unit": "次", "item": "4"},
    {"type": "begin_repeat", "name": "r", "repeat_count": "${n}"},
    {"type": "select_multiple yn", "name": "m", "label": "<b>&\x00😀", "constraint": "not(selected(., 'no'))", "constraint_message": "x"},
    {"type": "end_repeat"},
    {"type": "end_group"},
    {"type": "calculate", "name": "c", "calculation": "if(${n} > 1, 'x', 'y')"},
    {"type": "note", "name": "end", "label": "谢谢", "relevant": "${c} = 'x' or ${a} = 'no'"},
]  # fmt: skip


@pytest.fixture(scope="module")
def form() -> Definition:
    return read_questionnaire({"survey": SURVEY, "choices": CHOICES, "settings": [{"form_title": "样卷"}]}).definition


@pytest.mark.parametrize(
    ("expression", "chinese", "english"),
    [
        ("${a} = 'yes'", "“办过没有”是“是”", "“办过没有” is “是”"),
        ("${a} != '' and not(selected(${a}, 'no'))", "“办过没有”有回答，并且“办过没有”没有选“否”", None),
        ("${n} >= 2 and (${a} = 'no' or ${n} < 1)", "“次数”不少于2，并且（“办过没有”是“否”，或者“次数”小于1）", None),
        ("not(${n} > 3)", "并非（“次数”大于3）", "not (“次数” is more than 3)"),
        ("count-selected(${m}) > 1", None, "the number chosen in “<b>&😀” is more than 1"),
        ("translate(${a}, 'a', 'b') = ${zz}", "translate(“办过没有”, 'a', 'b')是“zz”", None),
        (". <= today()", "回答不超过今天", "the answer is at most today"),
    ],
)
def test_an_expression_is_said_in_words(form: Definition, expression: str, chinese: str | None, english: str | None) -> None:
    compiled = compile_expression(expression)
    assert chinese is None or in_words(compiled, form) == chinese
    assert english is None or in_words(compiled, form, "en").replace("\x00", "") == english
    assert in_words(compile_expression(". = 'no'"), form, about=form.by_name["a"]) == "回答是“否”"


def test_the_picture_has_every_question_once_and_no_bus_crosses_its_lane(form: Definition) -> None:
    rows = lines(form)
    assert [(line.name, line.depth) for line in rows] == [("a", 0), ("g", 0), ("n", 1), ("r", 1), ("m", 2), ("c", 0), ("end", 0)]
    assert {(rows[source].name, rows[end].name) for source, ends, _ in lanes(rows) for end in ends} == {
        ("a", "g"), ("n", "r"), ("n", "c"), ("c", "end"), ("a", "end")
    }  # fmt: skip
    spans: dict[int, list[tuple[int, int]]] = {}
    for source, ends, lane in lanes(rows):
        spans.setdefault(lane, []).append((min(source, *ends), max(source, *ends)))
    for taken in spans.values():
        assert all(b < c or d < a for at, (a, b) in enumerate(taken) for c, d in taken[at + 1 :])
    root = ElementTree.fromstring(picture(form))  # noqa: S314  # our own
    told = " ".join(each.text or "" for each in root.iter() if each.tag.endswith("title"))
    assert all(name in told for name in ("样卷", "<b>&😀", "“办过没有”是“是”", "谢谢"))


def test_a_picture_of_sixty_questions_keeps_its_text_inside_its_boxes() -> None:
    conditions = ["", *(f"${{q{at - 1}}} = 'yes'" if at % 3 else f"${{q{at // 2}}} = 'no'" for at in range(1, 60))]
    survey = [
        {"type": "select_one yn", "name": f"q{at}", "label": f"第{at}题" + "很长的题目" * 9, "relevant": condition}
        for at, condition in enumerate(conditions)
    ]
    drawn = picture(read_questionnaire({"survey": survey, "choices": CHOICES}).definition)
    root = ElementTree.fromstring(drawn)  # noqa: S314  # our own
    assert float(root.attrib["width"]) <= 1280 and len(re.findall("<rect", drawn)) == 60
    assert all(len(each.text or "") <= 40 for each in root.iter() if each.tag.endswith("}text"))


def test_the_paper_marks_repeats_and_shows_what_filters_look_at_in_every_language_of_the_form() -> None:
    cities = [{"list_name": "c", "name": "tj", "label": "天津", "label::English": "Tianjin"}]
    areas = [{"list_name": "d", "name": "hp", "label": "和平区", "label::English": "Heping", "city": "tj", "size": "9"}]
    survey = [
        {"type": "select_one c", "name": "city", "label": "城市", "label::English": "City"},
        {"type": "begin_repeat", "name": "r", "repeat_count": "2", "label": "每处门店", "label::English": "Each shop"},
        {"type": "select_one d", "name": "area", "label": "区", "label::English": "Area", "choice_filter": "city = ${city} or 'size' = ''"},
        {"type": "end_repeat"},
        {"type": "note", "name": "end", "label": "谢谢", "label::English": "Thanks", "relevant": "${city} = 'tj'"},
    ]
    definition = read_questionnaire({"survey": survey, "choices": [*cities, *areas]}).definition
    paper = printed(definition)
    assert [(one.name, one.say, one.ends) for one in paper.questions if one.number is None] == [
        ("r", "每处门店", False), ("r", "以上重复部分到此结束", True)
    ]  # fmt: skip
    assert paper.questions[2].answers == (("hp", "和平区（city：tj）"),)
    english = printed(definition, definition.language_called("en") or "")
    assert definition.languages == ("", "English") and definition.language_called("fr") is None
    assert [one.say for one in english.questions] == ["City", "Each shop", "Area", "end of the repeated part", "Thanks"]
    assert english.questions[2].answers == (("hp", "Heping (city: tj)"),) and english.questions[4].asked_if == "“City” is “Tianjin”"
    text = "\n".join(each.text for each in Document(io.BytesIO(write_document(english, "Version 1", "ab12"))).paragraphs)
    assert "Only asked if" in text and "end of the repeated part" in text and not re.search(r"[\u4e00-\u9fff]", text)
    rows = lines(definition)
    assert rows[1].text == "每处门店" and (0, [2, 3]) in [(source, ends) for source, ends, _ in lanes(rows)]


def test_the_paper_tells_texts_answers_routing_and_what_is_measured(form: Definition) -> None:
    paper = printed(form)
    asked = {one.name: one for one in paper.questions if not one.ends}
    assert asked["a"].say == "请问您办过吗？" and asked["a"].answers == (("yes", "是"), ("no", "否")) and asked["a"].nonanswers == ("拒答",)
    assert asked["g"].number is None and asked["g"].asked_if == "“办过没有”是“是”" and asked["r"].kind == "重复：“次数” 次"
    assert (asked["n"].number, asked["n"].allowed) == (2, "回答大于0，并且回答不超过3") and ("任务", "4") in asked["n"].notes
    assert "c" not in asked and asked["end"].asked_if == "“c”是“x”，或者“办过没有”是“否”"
    data = write_document(paper, "第 1 版", "ab12")
    document = Document(io.BytesIO(data))
    text = "\n".join(each.text for each in document.paragraphs)
    assert "样卷" in text and "ab12" in text and "请问您办过吗？" in text and "□ yes　是" in text and "<b>&😀" in text
    assert document.tables[0].cell(0, 0).text == "委托单位"
