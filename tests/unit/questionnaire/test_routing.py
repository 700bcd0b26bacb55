from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.paths import candidates
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Course, Given, check_answer, choices_in_order, find_route

FORM: dict[str, Any] = {
    "survey": [
        {"type": "note", "name": "hello", "label": "您好"},
        {"type": "select_one yn", "name": "handled", "label": "办过吗", "required": "yes", "nonanswers": "dont_know refused"},
        {"type": "begin_group", "name": "main", "relevant": "${handled} = 'yes'"},
        {"type": "integer", "name": "days", "label": "几天", "required": "yes", "core": "yes",
         "constraint": ". > 0", "constraint_message": "请填大于0的数",
         "nonanswers": "dont_know dont_remember refused"},
        {"type": "calculate", "name": "long", "calculation": "if(${days} > 10, 'yes', 'no')"},
        {"type": "text", "name": "why_long", "label": "为什么用了${days}天", "relevant": "${long} = 'yes'", "core": "yes"},
        {"type": "select_multiple papers or_other", "name": "papers", "label": "交了什么", "random": "yes"},
        {"type": "range", "name": "score", "label": "打分", "required": "yes", "core": "yes", "nonanswers": "refused not_applicable"},
        {"type": "end_group"},
    ],
    "choices": [
        {"list_name": "yn", "name": "yes", "label": "是"},
        {"list_name": "yn", "name": "no", "label": "否"},
        *({"list_name": "papers", "name": f"p{i}", "label": f"材料{i}"} for i in range(6)),
    ],
    "settings": [{"form_title": "试卷"}],
}  # fmt: skip
HELLO, YES = {"hello": Given()}, {"hello": Given(), "handled": Given("yes")}


@pytest.fixture(scope="module")
def form() -> Definition:
    reading = read_questionnaire(FORM)
    assert reading.problems == []
    return reading.definition


@pytest.mark.parametrize(
    ("answers", "next_question"),
    [
        ({}, "hello"),
        (HELLO, "handled"),
        (YES, "days"),
        ({**YES, "days": Given(3)}, "papers"),  # not long, so why_long is not asked
        ({**YES, "days": Given(11)}, "why_long"),
        ({**YES, "days": Given(None, "dont_remember")}, "papers"),
        ({**YES, "days": Given(3), "papers": Given(["p1"])}, "score"),
        ({**YES, "days": Given(3), "papers": Given(["other"])}, "papers_other"),
        ({**HELLO, "handled": Given("no")}, None),
        ({**HELLO, "handled": Given(None, "refused")}, None),
        ({**HELLO, "handled": Given()}, "handled"),  # required and left empty
        ({**YES, "days": Given(0)}, "days"),  # against its constraint
        ({**YES, "days": Given("abc")}, "days"),
        ({**YES, "days": Given(None, "not_applicable")}, "days"),  # not among its non-answers
        ({**YES, "days": Given(3), "papers": Given(), "score": Given(11)}, "score"),  # off the scale is dropped
        ({**YES, "days": Given(3), "papers": Given(), "score": Given("10")}, None),
    ],
)
def test_the_next_question_follows_from_the_answers(form: Definition, answers: dict[str, Given], next_question: str | None) -> None:
    route = find_route(form, answers)
    assert (route.next.name if route.next else None) == next_question


def test_a_changed_answer_sets_later_ones_aside_and_brings_them_back(form: Definition) -> None:
    full = {**YES, "days": Given(11), "why_long": Given("等材料"), "papers": Given(["p2"]), "score": Given(9)}
    assert find_route(form, full).complete and find_route(form, full).set_aside == ()
    short = find_route(form, {**full, "days": Given(5)})
    assert short.set_aside == ("why_long",) and short.complete
    denied = find_route(form, {**full, "handled": Given("no")})
    assert set(denied.set_aside) == {"days", "why_long", "papers", "score"} and denied.calculated["long"] == ""
    assert find_route(form, full).set_aside == ()


@pytest.mark.parametrize(
    ("answers", "completeness"),
    [
        ({}, 0.0),
        ({**YES, "days": Given(3)}, 1 / 2),
        ({**YES, "days": Given(11)}, 1 / 3),  # why_long has come onto the route
        ({**YES, "days": Given(None, "dont_know"), "papers": Given(), "score": Given(9)}, 1.0),  # 不知道 counts as answered
        ({**YES, "days": Given(None, "refused"), "papers": Given(), "score": Given(9)}, 1 / 2),  # 拒答 does not
        (YES, 0.0),
        ({**HELLO, "handled": Given("no")}, 0.0),  # no core question on the route
    ],
)
def test_completeness_is_the_share_of_core_questions_answered(form: Definition, answers: dict[str, Given], completeness: float) -> None:
    assert find_route(form, answers).completeness == pytest.approx(completeness)


def test_core_questions_behind_an_open_gate_count_as_unasked() -> None:
    rows = [
        {"type": "range", "name": "a", "label": "a", "core": "yes"},
        {"type": "select_one yn", "name": "gate", "label": "gate"},
        {"type": "range", "name": "b", "label": "b", "core": "yes", "relevant": "${gate} = 'yes'"},
    ]
    form = read_questionnaire({**FORM, "survey": rows}).definition
    assert find_route(form, {"a": Given(5)}).completeness == 0.5
    assert find_route(form, {"a": Given(5), "gate": Given("no")}).completeness == 1.0


def test_a_choice_order_is_random_stable_for_a_case_and_keeps_other_last(form: Definition) -> None:
    papers = form.by_name["papers"]
    orders = {tuple(choice.value for choice in choices_in_order(papers, f"case {seed}")) for seed in range(40)}
    assert len(orders) > 10 and all(order[-1] == "other" and len(order) == 7 for order in orders)
    assert choices_in_order(papers, "7") == choices_in_order(papers, "7")
    assert choices_in_order(form.by_name["handled"], "7") == form.by_name["handled"].choices


def test_an_answer_may_order_the_choices() -> None:
    survey = [{"type": "integer", "name": "n", "label": "x"},
              {"type": "select_one list", "name": "q", "label": "y", "parameters": "randomize=true, seed=${n}"}]  # fmt: skip
    choices = [{"list_name": "list", "name": f"c{place}", "label": "z"} for place in range(9)]
    form = read_questionnaire({"survey": survey, "choices": choices}).definition
    course = Course(form, {"n": Given(1)})
    orders = []
    for number in (1, 2, 1):
        course.give("n", Given(number))
        stop = course.stop(form.by_name["q"])
        orders.append([choice.value for choice in choices_in_order(stop.question, f"case {number}", stop.choices)])
    assert orders[0] == orders[2] != orders[1] and sorted(orders[0]) == sorted(orders[1])


@given(st.data())
def test_any_walk_ends_and_no_answer_is_ever_lost(data: st.DataObject) -> None:
    form = read_questionnaire(FORM).definition
    answers: dict[str, Given] = {}
    for _ in range(len(form.questions)):
        route = find_route(form, answers)
        if route.next is None:
            break
        answers[route.next.name] = data.draw(
            st.sampled_from(
                [
                    each
                    for each in candidates(form, route.next)
                    if check_answer(form, {**answers, route.next.name: each}, route.next.name) is None
                ]
            )
        )
    assert find_route(form, answers).complete
    changed = data.draw(st.sampled_from(sorted(answers)))
    after = {**answers, changed: data.draw(st.sampled_from(candidates(form, form.by_name[changed])))}
    route = find_route(form, after)
    on_route = {stop.question.name for stop in find_route(form, after).stops}
    waits_behind = {name for name in after if form.by_name[name] and name not in on_route and name not in route.set_aside}
    assert on_route | set(route.set_aside) | waits_behind >= set(after)
    assert set(find_route(form, {**after, changed: answers[changed]}).set_aside) == set()
