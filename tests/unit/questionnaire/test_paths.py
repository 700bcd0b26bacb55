"""The ways through a questionnaire: following one of those that go on alike loses nothing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.paths import reached, walks
from callcenter.questionnaire.reading import read_questionnaire

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
