"""Repeats, choice filters, blocks in seeded order, and the engine's memory of what depends on what."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.questionnaire.checks import check
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Course, Given, Moment, check_answer, find_route
from callcenter.questionnaire.walking import read_answers, walk

FORM: dict[str, Any] = {
    "survey": [
        {"type": "integer", "name": "n", "label": "几家", "required": "yes", "nonanswers": "none"},
        {"type": "begin_repeat", "name": "shop", "label": "店", "repeat_count": "${n}"},
        {"type": "select_one city", "name": "city", "label": "哪个市", "required": "yes", "nonanswers": "none"},
        {"type": "select_one area", "name": "area", "label": "${city}哪个区", "required": "yes", "nonanswers": "none",
         "choice_filter": "city = ${city}"},
        {"type": "integer", "name": "staff", "label": "几人", "required": "yes", "nonanswers": "dont_know"},
        {"type": "calculate", "name": "big", "calculation": "if(${staff} > 10, 'yes', 'no')"},
        {"type": "begin_repeat", "name": "visit", "repeat_count": "if(${big} = 'yes', 2, 0)"},
        {"type": "integer", "name": "hours", "label": "第几次"},
        {"type": "end_repeat"},
        {"type": "end_repeat"},
        {"type": "calculate", "name": "all", "calculation": "sum(${staff})"},
        {"type": "calculate", "name": "second", "calculation": "indexed-repeat(${staff}, ${shop}, 2)"},
        {"type": "text", "name": "why", "label": "为什么", "relevant": "count(${shop}) > 1 and ${all} > 5"},
    ],
    "choices": [
        {"list_name": "city", "name": "tj", "label": "天津"},
        {"list_name": "city", "name": "bj", "label": "北京"},
        {"list_name": "area", "name": "heping", "label": "和平", "city": "tj"},
        {"list_name": "area", "name": "nankai", "label": "南开", "city": "tj"},
        {"list_name": "area", "name": "haidian", "label": "海淀", "city": "bj"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def form() -> Definition:
    assert [(each.code, each.message) for each in check(FORM)] == []
    return read_questionnaire(FORM).definition


def walked(form: Definition, answers: dict[str, Any]) -> dict[str, Any]:
    return walk(form, read_answers(form, answers), Moment())


TWO = {"n": 2, "shop": [{"city": "tj", "area": "heping", "staff": 3}, {"city": "bj", "area": "haidian", "staff": 4}]}


def test_a_repeat_is_asked_once_for_each_instance(form: Definition) -> None:
    found = walked(form, TWO | {"why": "x"})
    assert found["complete"] and found["calculated"] == {"big[1]": "no", "big[2]": "no", "all": "7", "second": "4"}
    assert [(stop["name"], stop["index"]) for stop in found["route"]][:5] == [
        ("n", ""),
        ("city", "1"),
        ("area", "1"),
        ("staff", "1"),
        ("city", "2"),
    ]
    assert walked(form, {"n": 2, "shop": [TWO["shop"][0]]})["next"] == "city[2]"


@pytest.mark.parametrize("count", [0, -3, None])
def test_a_count_of_nothing_or_less_gives_no_instance(form: Definition, count: int | None) -> None:
    found = walked(form, {"n": count})
    assert found["complete"] == (count is not None) and found["calculated"] == {"all": "0", "second": ""}


def test_fewer_instances_set_answers_aside_and_more_bring_them_back(form: Definition) -> None:
    found = walked(form, TWO | {"n": 1, "why": "x"})
    assert found["set_aside"] == ["city[2]", "area[2]", "staff[2]", "why"] and found["complete"]
    assert walked(form, TWO | {"why": "x"})["set_aside"] == []


def test_a_slip_of_the_keyboard_asks_no_thousand_questions(form: Definition) -> None:
    assert find_route(form, {"n": Given(10**9)}).total == 1 + 3 * 100


def test_repeats_lie_in_each_other(form: Definition) -> None:
    shop = {"city": "tj", "area": "nankai", "staff": 11, "visit": [{"hours": 1}, {"hours": 2}]}
    found = walked(form, {"n": 1, "shop": [shop]})
    assert found["complete"] and [(stop["name"], stop["index"]) for stop in found["route"]][-2:] == [("hours", "1/1"), ("hours", "1/2")]
    assert walked(form, {"n": 1, "shop": [shop | {"staff": 2}]})["set_aside"] == ["hours[1/1]", "hours[1/2]"]


def test_only_choices_that_pass_the_filter_can_be_chosen(form: Definition) -> None:
    answers = read_answers(form, {"n": 1, "shop": [{"city": "tj"}]})
    stop = find_route(form, answers).stops[-1]
    assert [choice.value for choice in stop.choices] == ["heping", "nankai"]
    assert check_answer(form, answers | {"area[1]": Given("haidian")}, "area[1]") is not None
    assert check_answer(form, answers | {"area[1]": Given("nankai")}, "area[1]") is None
    moved = answers | {"area[1]": Given("nankai"), "city[1]": Given("bj")}
    assert find_route(form, moved).next_key == "area[1]"


@pytest.mark.parametrize("answers", [{"shop": 3}, {"shop": [3]}, {"staff": 3}, {"shop": [{"nothing": 1}]}])
def test_answers_that_fit_no_instance_are_refused(form: Definition, answers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"问卷中没有|重复组"):
        read_answers(form, answers)


BLOCKS = {
    "survey": [
        {"type": "note", "name": "hello", "label": "您好"},
        {"type": "begin_group", "name": "topics", "random": "yes"},
        *({"type": kind, "name": f"{name}{at}", "label": "x"}
          for at in range(4)
          for kind, name in (("begin_group", "g"), ("text", "a"), ("text", "b"), ("end_group", ""))),
        {"type": "select_one yn or_other", "name": "alone", "label": "x"},
        {"type": "text", "name": "last", "label": "x", "fixed": "yes"},
        {"type": "end_group"},
    ],
    "choices": [{"list_name": "yn", "name": "yes", "label": "是"}],
}  # fmt: skip


def test_blocks_come_in_an_order_of_the_cases_own() -> None:
    form = read_questionnaire(BLOCKS).definition
    answers = {question.name: Given("other" if question.name == "alone" else "x") for question in form.questions} | {"hello": Given()}

    def order(seed: str) -> list[str]:
        return [stop.question.name for stop in find_route(form, answers, seed=seed).stops]

    orders = {tuple(order(str(seed))) for seed in range(30)}
    assert len(orders) > 15 and order("7") == order("7")
    for each in orders:
        assert each[0] == "hello" and each[-1] == "last" and each.index("alone_other") == each.index("alone") + 1
        assert all(each.index(f"b{at}") == each.index(f"a{at}") + 1 for at in range(4))


def test_a_default_that_is_worked_out_counts_as_answered() -> None:
    rows = [
        {"type": "integer", "name": "a", "label": "x"},
        {"type": "integer", "name": "b", "label": "x", "default": "${a} + 1"},
        {"type": "date", "name": "c", "label": "x", "default": "today()"},
    ]
    form = read_questionnaire({"survey": rows}).definition
    route = find_route(form, {"a": Given(4)}, Moment("2022-06-02"))
    assert route.complete and [stop.given.value for stop in route.stops if stop.given] == [4, 5, "2022-06-02"]
    assert find_route(form, {"a": Given(4), "b": Given(9)}).stops[1].given == Given(9)
    asking = Course(form, {"a": Given(4)}, Moment("2022-06-02"), asking=True)
    assert asking.route().next_key == "b" and asking.route().stops[-1].given == Given(5)
    asking.give("b", Given(5))
    assert asking.route().next_key == "c" and asking.value(form.by_name["c"]) == "2022-06-02"
    asking.give("c", Given())  # emptied on purpose
    assert asking.route().complete


GIVES = st.lists(
    st.one_of(
        st.tuples(st.just("n"), st.one_of(st.none(), st.integers(-1, 3).map(Given))),
        st.tuples(st.sampled_from(["city[1]", "city[2]"]), st.sampled_from([None, Given("tj"), Given("bj")])),
        st.tuples(st.sampled_from(["area[1]", "area[2]"]), st.sampled_from([None, Given("heping"), Given("haidian")])),
        st.tuples(st.sampled_from(["staff[1]", "staff[2]"]), st.sampled_from([None, Given(2), Given(12), Given(None, "dont_know")])),
        st.tuples(st.sampled_from(["hours[1/1]", "hours[1/2]", "why"]), st.sampled_from([None, Given(1), Given()])),
    ),
    max_size=12,
)


@settings(max_examples=80)
@given(GIVES)
def test_a_course_that_goes_on_is_the_course_begun_anew(gives: list[tuple[str, Given | None]]) -> None:
    form = read_questionnaire(FORM).definition
    course = Course(form)
    for key, said in gives:
        course.give(key, said)
        assert course.route() == find_route(form, course.answers)


def test_only_expressions_that_depend_on_the_changed_answer_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for at in range(50) for row in (
        {"type": "integer", "name": f"q{at}", "label": "x"},
        {"type": "text", "name": f"t{at}", "label": "x", "relevant": f"${{q{at}}} > 3"},
    )]  # fmt: skip
    form = read_questionnaire({"survey": rows}).definition
    course = Course(form, {name: Given(5) if name.startswith("q") else Given("x") for name in form.by_name})
    assert course.route().complete
    ran: list[str] = []
    holds = Expression.holds
    monkeypatch.setattr(Expression, "holds", lambda self, scope: (ran.append(self.text), holds(self, scope))[1])
    course.give("q7", Given(2))
    assert course.route().set_aside == ("t7",) and ran == ["${q7} > 3"]


def test_messages_repeat_answers_of_their_own_instance_and_choices_by_label() -> None:
    rows = [
        {"type": "select_one yn", "name": "all", "label": "?"},
        {"type": "begin_repeat", "name": "r", "repeat_count": "2"},
        {"type": "integer", "name": "size", "label": "?"},
        {"type": "integer", "name": "adults", "label": "?", "constraint": ". <= ${size}", "constraint_message": "最多 ${size}（${all}）"},
        {"type": "text", "name": "why", "label": "?", "required": "yes", "required_message": "${adults} 个人也要问"},
        {"type": "end_repeat"},
    ]
    choices = [{"list_name": "yn", "name": "y", "label": "全部"}, {"list_name": "yn", "name": "n", "label": "部分"}]
    definition = read_questionnaire({"survey": rows, "choices": choices}).definition
    said = {"all": "y", "size[1]": 3, "adults[1]": 2, "why[1]": "x", "size[2]": 5, "adults[2]": 9, "why[2]": None}
    course = Course(definition, {key: Given(value) for key, value in said.items()})
    assert (course.problem_at("adults[2]"), course.problem_at("why[2]")) == ("最多 5（全部）", "9 个人也要问")


def test_position_counts_levels_outwards_and_a_group_has_the_number_of_the_repeat_around_it() -> None:
    def number(name: str, levels: int) -> dict[str, Any]:
        return {"type": "calculate", "name": name, "calculation": f"position({'/'.join(['..'] * levels)})"}

    rows: list[dict[str, Any]] = [
        number("outside", 1),
        {"type": "begin_repeat", "name": "r", "repeat_count": "2"}, {"type": "begin_group", "name": "g"}, number("a", 1), number("b", 2),
        {"type": "begin_repeat", "name": "s", "repeat_count": "3"}, number("c", 1), number("d", 2), number("e", 3), number("f", 4),
        {"type": "text", "name": "t", "label": "?", "relevant": "position(../../..) = 2 and position(..) = 3"},
        {"type": "end_repeat"}, {"type": "end_group"}, {"type": "end_repeat"},
    ]  # fmt: skip
    reading = read_questionnaire({"survey": rows})
    assert reading.problems == []
    route = find_route(reading.definition, {})
    told = {key: route.calculated[key] for key in ("outside", "a[2]", "b[2]", "c[2/3]", "d[2/3]", "e[2/3]", "f[2/3]")}
    assert told == {"outside": "0", "a[2]": "2", "b[2]": "2", "c[2/3]": "3", "d[2/3]": "2", "e[2/3]": "2", "f[2/3]": "0"}
    assert route.next_key == "t[2/3]" and route.total == 1
    reading = read_questionnaire({"survey": [{"type": "calculate", "name": "a", "calculation": "position('x')"}]})
    assert [each.code for each in reading.problems] == ["Q009"]


@pytest.mark.parametrize("condition", ["position(..) = 3", "index() > 1", "${code} = 'b'"])
def test_what_follows_a_question_of_a_later_instance_alone_is_reached(condition: str) -> None:
    rows = [
        {"type": "select_multiple l", "name": "s", "label": "?", "required": "yes", "nonanswers": "none",
         "constraint": "count-selected(.) = 3", "constraint_message": "all"},
        {"type": "begin_repeat", "name": "r", "repeat_count": "count-selected(${s})"},
        {"type": "calculate", "name": "code", "calculation": "selected-at(${s}, position(..) - 1)"},
        {"type": "text", "name": "t", "label": "?", "relevant": condition},
        {"type": "text", "name": "u", "label": "?", "relevant": "${t} = 'x'"},
        {"type": "text", "name": "v", "label": "?", "relevant": "${u} = 'y'"},
        {"type": "end_repeat"},
    ]  # fmt: skip
    choices = [{"list_name": "l", "name": code, "label": code} for code in "abc"]
    assert check({"survey": rows, "choices": choices}) == []
