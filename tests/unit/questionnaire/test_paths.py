"""The ways through a questionnaire: following one of those that go on alike loses nothing."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.questionnaire.checks import check
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.paths import SAMPLE_DAY, conditions_of, not_reached, prove, reached, walks
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Given, check_answer, find_route

YES_NO = [{"list_name": "yn", "name": "yes", "label": "是"}, {"list_name": "yn", "name": "no", "label": "否"}]


def form(*survey: dict[str, Any]) -> Definition:
    return read_questionnaire({"survey": list(survey), "choices": YES_NO, "settings": []}).definition


def ask(place: int, **more: str) -> dict[str, str]:
    return {"type": "select_one yn", "name": f"q{place}", "label": "问", "required": "yes", "nonanswers": "none"} | more


@st.composite
def forms(draw: st.DrawFn) -> Definition:
    """Up to six questions; each may depend on earlier answers, and may admit no answer at all after some of them."""
    rows = []
    for place in range(draw(st.integers(2, 6))):
        row = ask(place)
        if place:
            said = st.tuples(st.integers(0, place - 1), st.sampled_from(["yes", "no", ""]), st.sampled_from(["=", "!="]))
            parts = [f"${{q{at}}} {sign} '{value}'" for at, value, sign in draw(st.lists(said, max_size=2))]
            row |= {"relevant": draw(st.sampled_from([" and ", " or "])).join(parts)}
            if draw(st.booleans()):
                at, value, sign = draw(said)
                row |= {"constraint": f"${{q{at}}} {sign} '{value}'"}
            if draw(st.booleans()):
                rows.append({"type": "calculate", "name": f"c{place}", "calculation": f"if(${{q{place - 1}}} = 'yes', 'a', '')"})
                row |= {"relevant": (row["relevant"] + " or " if row["relevant"] else "") + f"${{c{place}}} = 'a'"}
        rows.append(row)
    return form(*rows)


@settings(max_examples=60)
@given(forms())
def test_what_is_reached_and_where_it_sticks_is_what_trying_every_way_finds(definition: Definition) -> None:
    every = list(walks(definition, most=100_000))
    passed, stuck, all_tried = reached(definition)
    assert all_tried and passed == {stop.question.name for way in every for stop in way.route.stops}
    assert {way.route.next.name for way in stuck if way.route.next} == {
        way.route.next.name for way in every if way.stuck and way.route.next
    }


def test_thirty_questions_that_each_decide_something_are_tried_out_in_few_steps() -> None:
    rows = [row for at in range(30) for row in (ask(at), ask(100 + at, relevant=f"${{q{at}}} = 'yes'"))]
    passed, stuck, all_tried = reached(form(*rows), most=200)
    assert all_tried and not stuck and len(passed) == 60


def told(definition: Definition) -> list[tuple[str, str]]:
    return [(str(each["question"]), str(each["what"])) for each in not_reached(definition, prove(definition))]


def chain(links: int, **more: str) -> Definition:
    asked = [{"type": "integer", "name": f"v{at}", "label": "问"} | more for at in range(links)]
    return form(*(row | ({"relevant": f"${{v{at - 1}}} > 1"} if at else {}) for at, row in enumerate(asked)))


def test_a_thousand_questions_that_each_hang_on_the_one_before_are_walked() -> None:
    definition = chain(1000, core="yes", required="yes")
    route = find_route(definition, {f"v{at}": Given(5) for at in range(999)})
    assert route.next_key == "v999" and route.total == 1000
    assert find_route(definition, {}).next_key == "v0"
    assert find_route(definition, {f"v{at}": Given(5 if at else 1) for at in range(1000)}).set_aside[-1] == "v999"


def test_a_long_chain_of_conditions_is_proved_with_one_stand_a_link() -> None:
    proof = prove(chain(90))
    assert proof.all_tried and len(proof.passed) == 90 and proof.stands == 91


def test_hundreds_of_links_are_proved_in_a_moment_with_nothing_left_to_doubt() -> None:
    rows = [{"type": "integer", "name": f"v{at}", "label": "问"} | ({"relevant": f"${{v{at - 1}}} > 1"} if at else {}) for at in range(500)]
    began = time.process_time()
    assert check({"survey": rows, "choices": [], "settings": []}) == []
    assert time.process_time() - began < 4  # about half a second; it took ten


def test_conditions_are_told_apart_where_and_and_or_join_them() -> None:
    definition = form(ask(0), ask(1), ask(2, relevant="not(${q0} = 'yes' and (${q1} = 'no' or ${q0} = 'no'))"))
    assert [text for text, _ in conditions_of(definition.by_name["q2"])] == ["${q0} = 'yes'", "${q1} = 'no'", "${q0} = 'no'"]


def test_every_condition_and_every_pair_of_them_is_seen_both_ways() -> None:
    definition = form(ask(0), ask(1), ask(2, relevant="${q0} = 'yes' and ${q1} = 'no'"))
    proof = prove(definition)
    assert told(definition) == [] and proof.all_tried
    assert proof.outcomes["q2"] == {(True, True, True), (True, False, False), (False, True, False), (False, False, False)}


def test_what_no_way_does_is_listed_with_its_question() -> None:
    always = form(ask(0), ask(1, relevant="${q0} = 'yes' or ${q0} = 'no'"))
    assert ("q1", "relevant 从未不成立") in told(always)
    apart = form(ask(0), ask(1, relevant="${q0} = 'yes'"), ask(2, relevant="${q0} = 'no' and ${q1} = 'yes'"))
    assert ("q2", "从未问到") in told(apart) and ("q2", "relevant 从未成立") in told(apart)
    assert ("q2", "从未同时：${q0} = 'no' 成立，${q1} = 'yes' 成立") in told(apart)


@settings(max_examples=30)
@given(forms())
def test_every_outcome_that_some_way_shows_is_noted(definition: Definition) -> None:
    proof = prove(definition)
    for way in walks(definition, most=2_000):
        asked = {stop.question.name for stop in way.route.stops}
        last = max(definition.questions.index(stop.question) for stop in way.route.stops)
        for question in definition.questions[:last]:
            if question.relevant and question.asked:
                assert (question.name in asked) in {outcome[-1] for outcome in proof.outcomes[question.name]}


def every_way(definition: Definition) -> tuple[set[str], set[str]]:
    """Reached and stuck, by trying every answer at every stop of every instance."""
    passed, stuck, waiting = set(), set(), [dict[str, Given]()]
    while waiting:
        answers = waiting.pop()
        route = find_route(definition, answers, SAMPLE_DAY)
        passed |= {stop.question.name for stop in route.stops}
        if route.next is not None:
            further = [{**answers, str(route.next_key): Given(code)} for code in ("yes", "no")]
            standing = [each for each in further if check_answer(definition, each, str(route.next_key), SAMPLE_DAY) is None]
            waiting += standing
            stuck |= set() if standing else {route.next.name}
    return passed, stuck


@st.composite
def repeating_forms(draw: st.DrawFn) -> Definition:
    """A question, two or three instances of up to three questions, and two questions after them."""
    outside = ["", "${q0} = 'yes'", "sum(${c1}) = 1", "sum(${c1}) >= 2", "indexed-repeat(${q2}, ${r}, 2) = 'no'", "count(${r}) = 2",
               "selected(${q1}, 'no')"]  # fmt: skip
    inside = [
        "",
        "${q0} = 'yes'",
        "${q1} = 'no'",
        "position(..) = 2",
        "position(..) = 2 and ${q1} = 'no'",
        "indexed-repeat(${q1}, ${r}, 1) = 'no'",
    ]
    count = draw(st.sampled_from(["2", "if(${q0} = 'yes', 2, 1)"]))
    must = draw(st.sampled_from([{}, {"constraint": "${q1} = 'yes' or . = 'no'"}, {"constraint": "sum(${c1}) < 2"}]))
    return form(
        ask(0),
        {"type": "begin_repeat", "name": "r", "repeat_count": count},
        ask(1),
        {"type": "calculate", "name": "c1", "calculation": "if(${q1} = 'yes', 1, 0)"},
        ask(2, relevant=draw(st.sampled_from(inside))) | must,
        {"type": "end_repeat"},
        ask(3, relevant=draw(st.sampled_from(outside))),
        ask(4, relevant=draw(st.sampled_from(outside))),
    )


@settings(max_examples=40)
@given(repeating_forms())
def test_with_repeats_too_it_finds_what_trying_every_answer_of_every_instance_finds(definition: Definition) -> None:
    passed, stuck, all_tried = reached(definition)
    assert all_tried and (passed, {way.route.next.name for way in stuck if way.route.next}) == every_way(definition)


CODES = [{"list_name": "abc", "name": code, "label": code} for code in "abc"]
FIGURES = st.integers(-40, 60)


@st.composite
def figured_forms(draw: st.DrawFn) -> tuple[Definition, dict[str, Given]]:
    """Figures, texts and sets of choices of every kind under conditions of every kind; and answers, as anybody might give them."""
    rows: list[dict[str, Any]] = [
        {"type": "integer", "name": "i", "label": "问", "constraint": draw(st.sampled_from(["", ". >= 0", ". mod 2 = 1"]))},
        {"type": "decimal", "name": "d", "label": "问", "default": draw(st.sampled_from(["", "7"]))},
        {"type": "select_multiple abc", "name": "m", "label": "问", "constraint": draw(st.sampled_from(["", "count-selected(.) < 3"]))},
        {"type": "text", "name": "t", "label": "问"},
        {"type": "calculate", "name": "s", "calculation": draw(st.sampled_from(["${i} + ${d}", "${i} * 2", "count-selected(${m})"]))},
    ]
    number = FIGURES.map(str) | st.sampled_from(["2.5", "0.25", "-0.5"])
    sides = st.sampled_from(["${i}", "${d}", "${i} * 3", "${d} - 1", "${s}", "${i} - ${d}", "string-length(${t})", "count-selected(${m})"])
    compared = st.builds("{} {} {}".format, sides, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), number)
    chosen = st.sampled_from(
        ["selected(${m}, 'a')", "not(selected(${m}, 'b'))", "selected(${m}, 'c')", "${t} = 'ab'", "regex(${t}, '^a+$')"]
    )
    for at in range(3):
        parts = draw(st.lists(compared | chosen, min_size=1, max_size=3))
        rows.append(ask(at, relevant=draw(st.sampled_from([" and ", " or "])).join(parts)))
    definition = read_questionnaire({"survey": rows, "choices": [*YES_NO, *CODES], "settings": []}).definition
    said: dict[str, Any] = {
        "i": draw(FIGURES),
        "d": draw(FIGURES | st.floats(-40, 60).map(lambda value: round(value, 2))),
        "m": [code for code in "abc" if draw(st.booleans())],
        "t": draw(st.text("ab", max_size=4)) or None,
    }
    return definition, {name: Given(value) for name, value in said.items() if value not in (None, [])}


@settings(max_examples=20)
@given(figured_forms())
def test_what_somebody_can_walk_to_is_never_called_unreachable(made: tuple[Definition, dict[str, Given]]) -> None:
    definition, said = made
    proof = prove(definition)
    for name in {"i", "d", "m", "t"} - set(said):
        said[name] = Given()  # left empty
    route = find_route(definition, {**said, **{f"q{at}": Given("yes") for at in range(3)}}, SAMPLE_DAY)
    for stop in route.stops:
        assert stop.question.name in proof.passed or not proof.sure_of(stop.question.name)


@pytest.mark.parametrize(
    ("condition", "reached", "sure"),
    [
        ("${n} < -5", True, True),
        ("${x} > 0.2 and ${x} < 0.3", True, True),
        ("${n} * 12 > 600", True, True),
        ("selected(${m}, 'a') and selected(${m}, 'b') and not(selected(${m}, 'c'))", True, True),
        ("count-selected(${m}) = 2", True, True),
        ("${given} = 'yes'", True, True),  # it has a default, which may be changed
        ("${n} > 5 and ${n} < 3", False, True),
        ("${n} + 1 > 6 and ${n} * 2 < 6", False, True),
        ("count-selected(${m}) > 3", False, True),
        ("${n} * ${x} = 391.17", False, False),  # there is an answer, though none that would be tried
        ("${n} mod 97 = 41 and ${n} > 500", False, False),
    ],
)
def test_a_question_is_unreachable_only_where_every_answer_that_matters_was_tried(condition: str, reached: bool, sure: bool) -> None:
    kinds = [("integer", "n"), ("decimal", "x"), ("select_multiple abc", "m")]
    rows = [{"type": kind, "name": name, "label": "问"} for kind, name in kinds]
    rows += [ask(0) | {"name": "given", "default": "no"}, {"type": "text", "name": "t", "label": "问", "relevant": condition}]
    document = {"survey": rows, "choices": [*YES_NO, *CODES], "settings": []}
    proof = prove(read_questionnaire(document).definition)
    assert ("t" in proof.passed, proof.sure_of("t")) == (reached, sure)
    told = {problem.code for problem in check(document)}
    assert told == (set() if reached else {"Q012"} if sure else {"Q033"})


def test_conditions_inside_a_repeat_and_behind_it_are_seen_both_ways() -> None:
    repeat = [{"type": "begin_repeat", "name": "r", "repeat_count": "2"}, ask(1), ask(2, relevant="${q0} = 'yes' and ${q1} = 'no'")]
    definition = form(ask(0), *repeat, ask(3, relevant="${q1} = 'yes' and ${q1} = 'no'"), {"type": "end_repeat"}, ask(4))
    proof = prove(definition)
    assert proof.outcomes["q2"] == {(True, True, True), (True, False, False), (False, True, False), (False, False, False)}
    assert told(definition) == [
        ("q3", "从未问到"), ("q3", "relevant 从未成立"), ("q3", "从未同时：${q1} = 'yes' 成立，${q1} = 'no' 成立"),
        ("q3", "从未同时：${q1} = 'yes' 不成立，${q1} = 'no' 不成立"),
    ]  # fmt: skip


def test_conditions_settled_long_before_are_seen_in_every_pair() -> None:
    rows = [ask(at) for at in range(6)]
    assert told(form(*rows, ask(6, relevant="${q0} = 'yes' or ${q1} = 'yes'"), ask(7, relevant="${q0} = 'no' or ${q2} = 'yes'"))) == []


def test_more_instances_are_tried_where_a_condition_counts_them() -> None:
    rows = [{"type": "integer", "name": "n", "label": "问"}, {"type": "begin_repeat", "name": "r", "repeat_count": "${n}"}, ask(1)]
    definition = form(*rows, {"type": "end_repeat"}, ask(2, relevant="${n} > 6"), ask(3, relevant="count(${r}) > 9"))
    proof = prove(definition)
    assert "q2" in proof.passed and ("q3" in proof.passed or not proof.sure_of("q3"))
    many = {"constraint": ". > 3 and . <= 20", "constraint_message": "x", "required": "yes", "nonanswers": "none"}
    allowed = form(rows[0] | many, *rows[1:], {"type": "end_repeat"}, ask(2, relevant="${n} < 14"), ask(3, relevant="${n} > 20"))
    assert [name in prove(allowed).passed for name in ("q2", "q3")] == [True, False]


def test_what_a_choice_filter_reads_is_remembered_until_the_choices_are_shown() -> None:
    rows = [
        {"type": "select_one area", "name": "area", "label": "问", "required": "yes", "nonanswers": "none"},
        ask(1),
        {
            "type": "select_one town",
            "name": "town",
            "label": "问",
            "choice_filter": "area = ${area}",
            "required": "yes",
            "nonanswers": "none",
        },
        ask(2, relevant="${town} = 'c'"),
    ]
    towns = [{"list_name": "area", "name": "n", "label": "北"}, {"list_name": "area", "name": "s", "label": "南"}]
    towns += [{"list_name": "town", "name": name, "label": name, "area": area} for name, area in (("a", "n"), ("b", "n"), ("c", "s"))]
    assert reached(read_questionnaire({"survey": rows, "choices": [*YES_NO, *towns]}).definition)[0] == {"area", "q1", "town", "q2"}
