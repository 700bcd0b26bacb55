import pytest

from callcenter.questionnaire.texts import CASE_FIELDS, FIELD_NAMES, TextProblem, render, without_case

CASE = {"enterprise": {"name": "天津<b>甲</b>公司", "district": "和平区"}, "matter": {"what": "电子印章", "when": ""}}


def test_case_fields_and_earlier_answers_are_filled_in() -> None:
    said = render("{{ enterprise.name }}，您说用了${days}天{% if matter.when %}（{{ matter.when }}）{% endif %}", CASE, {"days": "3"})
    assert said == "天津<b>甲</b>公司，您说用了3天"


def test_an_answer_that_looks_like_a_template_stays_text() -> None:
    assert render("您说：${q}", CASE, {"q": "{{ enterprise.name }} ${x}"}) == "您说：{{ enterprise.name }} ${x}"


def test_an_answer_not_given_yet_shows_as_dots() -> None:
    assert render("用了${days}天", CASE, {}) == "用了……天"


@pytest.mark.parametrize(
    "text",
    [
        "{{ unknown }}",
        "{{ enterprise.secret }}",
        "{% if matter.when %}x{% else %}{{ enterprise.secret }}{% endif %}",  # on the branch that the sample does not take
        "{{ ''.__class__ }}",
        "{{ enterprise.__class__.__mro__[1].__subclasses__() }}",
        "{{ 'a' * 1000000000 }}",
        "{% for i in range(100000) %}x{% endfor %}",
        "{{ enterprise.name.format }}{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ unclosed",
        "{{ enterprise.name | upper }}",
    ],
)
def test_nothing_reaches_out_of_the_sandbox(text: str) -> None:
    with pytest.raises(TextProblem):
        render(text, CASE_FIELDS, {})


def test_without_a_case_known_fields_are_filled_in_and_the_others_named() -> None:
    text = "{{ contact.name }}，{{ study.commissioner }}{% if matter.when %}（{{ matter.when }}）{% endif %}{{ interview.minutes }} 分"
    known = {"study": {"commissioner": "市政府"}, "interview": {"minutes": "8"}}
    assert without_case(text + "；${q1}", known) == "〔联系人〕，市政府（〔办理时间〕）8 分；〔q1 的回答〕"
    assert {group: set(names) for group, names in FIELD_NAMES.items()} == {group: set(names) for group, names in CASE_FIELDS.items()}
