import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import InvalidInput, Refused
from callcenter.interviews.answers import judge
from callcenter.interviews.case_fields import case_fields, reference_matter
from callcenter.interviews.consent import recording_allowed
from callcenter.interviews.session import Reading, find_step, previous, spoken
from callcenter.questionnaire.paths import candidates
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Course, Given, find_route
from tests.factories.interviews import FULL, shipped

CASE = case_fields(
    name="天津甲乙有限公司",
    district="和平区",
    contact="张三",
    matters=[{"what": "刻制公章", "when": "2021-03"}, {"what": "申领电子印章", "when": "2022-04-02"}],
    population="申领使用电子印章的企业",
    study={"commissioner": "某办公室", "evaluator": "某机构", "contact": "022-1", "interview_minutes": 8},
    study_title="某项调查",
    line="96599966",
)
READING = Reading(read_questionnaire(shipped()).definition, CASE, seed="7")


def course(answers: dict[str, Given]) -> Course:
    return Course(READING.definition, answers, READING.moment, READING.seed)


def up_to(name: str) -> dict[str, Given]:
    """The answers of a complete interview before `name`."""
    names = list(FULL)
    return {each: Given(FULL[each]) for each in names[: names.index(name)]}


def test_the_first_screen_says_who_calls_for_whom_and_why() -> None:
    step = find_step(READING, {})
    assert step.question is not None and step.question["name"] == "notice"
    for words in ("某机构", "某办公室", "自愿", "8分钟", "录音", "022-1", "随机"):
        assert words in step.question["say"]
    assert step.question["nonanswers"] == [] and [choice["key"] for choice in step.question["choices"]] == ["1", "2", "3", "4"]
    assert step.given == [] and not step.complete


def test_a_default_is_shown_filled_in_and_has_to_be_passed() -> None:
    rows = [
        {"type": "integer", "name": "a", "label": "几天", "default": 5, "core": "yes", "required": "yes"},
        {"type": "text", "name": "b", "label": "x", "relevant": "${a} = 5"},
        {"type": "hidden", "name": "h", "default": "k"},
    ]
    reading = Reading(read_questionnaire({"survey": rows}).definition, CASE, seed="7")
    step = find_step(reading, {})
    assert step.question is not None and (step.question["name"], step.question["value"]) == ("a", 5)
    assert (step.complete, step.completeness, step.progress, dict(step.values)) == (False, 0, [0, 2], {})
    passed = find_step(reading, {"a": judge(Course(reading.definition, {}, asking=True), "a", 5, None)})
    assert passed.question is not None and passed.question["name"] == "b" and passed.completeness == 1


def test_no_stray_space_is_in_the_spoken_introduction() -> None:
    step = find_step(READING, {})
    assert step.question is not None and " " not in step.question["say"]


def test_no_total_is_told_before_screening_is_over() -> None:
    assert find_step(READING, {}).progress == [0, 0]
    assert find_step(READING, up_to("informant_role")).progress == [3, 0]
    answered, total = find_step(READING, up_to("handled_when")).progress
    assert answered == 4 and total >= 15
    assert find_step(READING, {"notice": Given("no")}).progress == [1, 1]


def test_the_matter_asked_about_is_the_latest_one_listed() -> None:
    step = find_step(READING, up_to("handled"))
    assert step.question is not None and "申领电子印章" in step.question["say"] and "2022-04-02" in step.question["say"]
    assert reference_matter([]) == {}


def test_zero_on_a_scale_from_one_to_ten_is_ten() -> None:
    step = find_step(READING, up_to("satisfaction"))
    assert step.question is not None and (step.question["minimum"], step.question["maximum"]) == (1, 10)
    assert step.question["choices"][-1] == {"key": "0", "value": 10, "label": "10"}
    assert step.question["choices"][0] == {"key": "1", "value": 1, "label": "1"}


def test_an_earlier_answer_is_repeated_in_words() -> None:
    answers = {**up_to("cost"), "cost": Given(300)}
    step = find_step(READING, answers)
    assert step.question is not None and step.question["name"] == "paid_for" and "这300元" in step.question["say"]
    shown = {each["name"]: each["text"] for each in step.given}
    assert shown["informant_role"] == "具体经办人" and shown["problem"] == "没有遇到困难" and shown["cost"] == "300"


def test_a_complete_interview_has_no_question_and_all_its_core_questions() -> None:
    step = find_step(READING, {name: Given(value) for name, value in FULL.items()})
    assert step.complete and step.question is None and step.completeness == 1.0
    assert step.progress[0] == step.progress[1] == len(FULL)


def test_a_step_is_plain_json() -> None:
    for name in FULL:
        assert json.loads(json.dumps(find_step(READING, up_to(name)).as_json()))["question"]["name"] == name


def test_going_back_walks_the_route_and_stops_at_its_first_question() -> None:
    answers = up_to("awareness")
    route = find_route(READING.definition, answers)
    assert (
        previous(route, None) == "satisfaction" and previous(route, "satisfaction") == "handled_when" and previous(route, "notice") is None
    )
    step = find_step(READING, answers, position="satisfaction")
    assert step.question is not None and step.question["name"] == "satisfaction" and step.question["value"] == 9


@pytest.mark.parametrize(
    ("question", "value", "nonanswer", "error", "words"),
    [
        ("visits", 51, None, InvalidInput, "0到50"),
        ("visits", "abc", None, InvalidInput, "0到50"),
        ("visits", None, None, InvalidInput, "需要回答"),
        ("visits", None, "not_applicable", InvalidInput, "不适用"),
        ("visits", 3, "refused", InvalidInput, "不能同时"),
        ("visits", None, "<script>", InvalidInput, "不能选"),
        ("satisfaction", 11, None, InvalidInput, "1 到 10"),
        ("problem", ["no", "slow"], None, InvalidInput, "不能和别的"),
        ("channel", "post", None, InvalidInput, "选项"),
        ("convenience", 5, None, Refused, "现在不该问"),  # on the route, but further on
        ("no_such_question", 5, None, Refused, "现在不该问"),
        ("problem_detail", "x", None, Refused, "现在不该问"),  # not on the route
    ],
)
def test_an_answer_that_cannot_stand_is_refused_with_a_sentence(
    question: str, value: Any, nonanswer: str | None, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as found:
        judge(course(up_to("visits")), question, value, nonanswer)
    assert words in str(found.value)


def test_a_required_question_names_only_the_ways_out_that_it_offers() -> None:
    def told(name: str) -> str:
        with pytest.raises(InvalidInput) as found:
            judge(course(up_to(name)), name, None, None)
        return str(found.value)

    assert told("awareness").startswith("这道题需要回答，或选“不知道”或“拒答”")
    assert "选" not in told("notice")


def test_recording_needs_a_plain_yes() -> None:
    assert recording_allowed({"notice": Given("yes")})
    assert not recording_allowed({"notice": Given("no_recording")}) and not recording_allowed({})


@given(st.data())
def test_any_interview_ends_and_a_change_leaves_nothing_unsaid(data: st.DataObject) -> None:
    answers: dict[str, Given] = {}
    for _ in range(60):
        step = find_step(READING, answers)
        if step.question is None:
            break
        question = READING.definition.by_name[step.question["name"]]
        wanted = data.draw(st.sampled_from(candidates(READING.definition, question)))
        try:
            answers[question.name] = judge(course(answers), question.name, wanted.value, wanted.nonanswer)
        except InvalidInput:
            continue
        assert find_step(READING, answers).completeness <= 1
    else:
        return  # only refused answers were drawn
    assert find_step(READING, answers).complete


def test_questions_of_a_re_check_are_read_with_their_fields_filled_in() -> None:
    marked = [question for question in READING.definition.questions if question.recheck]
    read = [
        part for question in marked for words, choices in [spoken(question, CASE)] for part in (words, *(label for _, label in choices))
    ]
    assert any("申领电子印章" in part for part in read) and not any("{{" in part or "${" in part for part in read)
